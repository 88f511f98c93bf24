"""Tables of wechat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "platform_tokens",
        sa.Column("app_id", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("forced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forced_day", sa.Date(), nullable=True),
        sa.Column("forced_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("app_id", name="pk_platform_tokens"),
    )


def downgrade() -> None:
    op.drop_table("platform_tokens")
