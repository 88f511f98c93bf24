"""Which processes hold a search index, and how far each has read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision: str | None = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_readers",
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("process_id", sa.Uuid(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("topic", "process_id", name=op.f("pk_search_readers")),
    )


def downgrade() -> None:
    op.drop_table("search_readers")
