"""Who has opened which case, so that others' guesses do not stop them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision: str | None = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "progress_openings",
        sa.Column("project_no", sa.String(), sa.ForeignKey("progress_cases.project_no"), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("project_no", "citizen_id"),
    )
    op.create_index(None, "progress_openings", ["citizen_id"])
    op.create_index(None, "progress_openings", ["opened_at"])


def downgrade() -> None:
    op.drop_table("progress_openings")
