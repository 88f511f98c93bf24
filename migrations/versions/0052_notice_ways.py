"""Who agreed to subscription notices, and how many calls each route took a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision: str | None = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_consents",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_notice_consents")),
    )
    op.create_table(
        "notice_calls",
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("route", "day", name=op.f("pk_notice_calls")),
    )


def downgrade() -> None:
    op.drop_table("notice_calls")
    op.drop_table("notice_consents")
