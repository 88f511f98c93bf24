"""Chunks of a notice with a row whose answer is not known go before those that were never called."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision: str | None = "0052"
branch_labels = None
depends_on = None

INDEX = "ix_notice_chunks_open"
OPEN = sa.text("is_open")


def upgrade() -> None:
    op.add_column("notice_chunks", sa.Column("doubtful", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.drop_index(INDEX, "notice_chunks")
    columns = ["notice_id", "version", sa.text("doubtful DESC"), "available_at", "chunk"]
    op.create_index(INDEX, "notice_chunks", columns, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_index(INDEX, "notice_chunks")
    columns = ["notice_id", "version", "available_at", "chunk"]
    op.create_index(INDEX, "notice_chunks", columns, postgresql_where=OPEN)
    op.drop_column("notice_chunks", "doubtful")
