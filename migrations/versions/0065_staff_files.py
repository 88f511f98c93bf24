"""Files that the console keeps for who is at work with them: what was sent for an import, and the rows left out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision: str | None = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_files",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("staff_id", sa.Uuid, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("content_type", sa.String, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_staff_files_staff_id", "staff_files", ["staff_id", "kept_at"])
    op.create_index("ix_staff_files_kept_at", "staff_files", ["kept_at"])


def downgrade() -> None:
    op.drop_table("staff_files")
