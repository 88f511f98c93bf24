"""News of cases that was delivered, by when: it is deleted once it is old."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision: str | None = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_progress_news_delivered",
        "progress_news",
        ["delivered_at"],
        postgresql_where=sa.text("delivered_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_progress_news_delivered", "progress_news")
