"""Long works that somebody of the staff has begun in the console: how far they are, and what came of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0067"
down_revision: str | None = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_works",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("staff_id", sa.Uuid, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("file_id", sa.Uuid, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("outcome", postgresql.JSONB),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_staff_works_staff_id", "staff_works", ["staff_id", "begun_at"])
    op.create_index("ix_staff_works_begun_at", "staff_works", ["begun_at"])


def downgrade() -> None:
    op.drop_table("staff_works")
