"""Attachments of notices: links with names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0055"
down_revision: str | None = "0054"
branch_labels = None
depends_on = None

TABLES = ("notices", "notice_versions")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(
            table,
            sa.Column("attachments", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'::jsonb")),
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "attachments")
