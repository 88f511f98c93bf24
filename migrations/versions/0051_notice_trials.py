"""Who sees notices beforehand, and which notices are such trials."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision: str | None = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_testers",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_notice_testers")),
    )
    op.add_column("notices", sa.Column("trial_of", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_notices_trial_of"), "notices", "notices", ["trial_of"], ["id"])


def downgrade() -> None:
    op.drop_column("notices", "trial_of")
    op.drop_table("notice_testers")
