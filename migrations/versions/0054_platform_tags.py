"""Which of the platform's tags each follower has: a copy for the audiences of notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision: str | None = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "citizen_tags",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("followers", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "tag", name=op.f("pk_citizen_tags")),
    )
    op.create_table(
        "citizen_tag_members",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "tag", "citizen_id", name=op.f("pk_citizen_tag_members")),
    )
    op.create_index(op.f("ix_citizen_tag_members_tag_citizen_id"), "citizen_tag_members", ["tag", "citizen_id"])
    op.create_index(op.f("ix_citizen_tag_members_citizen_id"), "citizen_tag_members", ["citizen_id"])
    op.create_table(
        "citizen_tag_rounds",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_citizen_tag_rounds")),
    )


def downgrade() -> None:
    op.drop_table("citizen_tag_rounds")
    op.drop_table("citizen_tag_members")
    op.drop_table("citizen_tags")
