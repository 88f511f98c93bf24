"""Tables of what citizens follow: topics and districts, who follows them, and who wants no notices any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0042"
down_revision: str | None = "0041"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "subscription_subjects",
        sa.Column("code", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("aliases", JSONB(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('topic', 'district')", name="kind"),
    )
    op.create_table(
        "subscriptions",
        sa.Column("citizen_id", sa.Uuid(), primary_key=True),
        sa.Column("code", sa.String(), sa.ForeignKey("subscription_subjects.code"), primary_key=True),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_index("ix_subscriptions_code_citizen_id", "subscriptions", ["code", "citizen_id"])
    op.create_table(
        "subscription_leavers",
        sa.Column("citizen_id", sa.Uuid(), primary_key=True),
        sa.Column("left_at", INSTANT, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("subscription_leavers")
    op.drop_index("ix_subscriptions_code_citizen_id", "subscriptions")
    op.drop_table("subscriptions")
    op.drop_table("subscription_subjects")
