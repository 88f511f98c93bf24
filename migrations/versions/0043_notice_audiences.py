"""Whom a notice is for, by rules: of what is written, and word for word of what was approved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0043"
down_revision: str | None = "0045"
branch_labels = None
depends_on = None

NONE = sa.text("'{}'::jsonb")


def upgrade() -> None:
    op.add_column("notices", sa.Column("audience_rules", JSONB(), server_default=NONE, nullable=False))
    op.add_column("notice_versions", sa.Column("audience_rules", JSONB(), server_default=NONE, nullable=False))
    op.add_column("notice_versions", sa.Column("audience_kind", sa.String(), server_default="all", nullable=False))
    # Versions keep what was approved; only the migration may say for those of before what their notices say.
    op.execute("ALTER TABLE notice_versions DISABLE TRIGGER notice_versions_keep")
    op.execute("UPDATE notice_versions v SET audience_kind = n.audience_kind FROM notices n WHERE n.id = v.notice_id")
    op.execute("ALTER TABLE notice_versions ENABLE TRIGGER notice_versions_keep")


def downgrade() -> None:
    op.drop_column("notice_versions", "audience_kind")
    op.drop_column("notice_versions", "audience_rules")
    op.drop_column("notices", "audience_rules")
