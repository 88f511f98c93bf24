"""Tables of citizens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "citizens",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("followed_at", instant, nullable=True),
        sa.Column("unfollowed_at", instant, nullable=True),
        sa.Column("last_message_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("citizen_id", name="pk_citizens"),
        sa.UniqueConstraint("channel", "account", "address", name="uq_citizens_address"),
    )
    op.create_index(
        "ix_citizens_followers", "citizens", ["citizen_id"], postgresql_where=sa.text("followed_at IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_table("citizens")
