"""Indexes by which staff list cases: the latest first, of one state, and by the beginning of a number."""

from __future__ import annotations

from alembic import op

revision = "0044"
down_revision: str | None = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_progress_cases_updated_at", "progress_cases", ["updated_at", "project_no"])
    op.create_index("ix_progress_cases_state", "progress_cases", ["state", "updated_at", "project_no"])
    op.create_index(
        "ix_progress_cases_number",
        "progress_cases",
        ["project_no"],
        postgresql_ops={"project_no": "text_pattern_ops"},
    )


def downgrade() -> None:
    op.drop_index("ix_progress_cases_number", "progress_cases")
    op.drop_index("ix_progress_cases_state", "progress_cases")
    op.drop_index("ix_progress_cases_updated_at", "progress_cases")
