"""Tables of the FAQ: which citizen was told which answer, and which corrections were sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision: str | None = "0051"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "faq_told",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=True),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("message_id", "entry_id", name="pk_faq_told"),
    )
    op.create_index("ix_faq_told_entry_id_told_at", "faq_told", ["entry_id", "told_at"])
    op.create_index("ix_faq_told_citizen_id", "faq_told", ["citizen_id"])
    op.create_index("ix_faq_told_told_at", "faq_told", ["told_at"])
    op.create_table(
        "faq_recalls",
        sa.Column("notice", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("since", INSTANT, nullable=True),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("written_at", INSTANT, nullable=True),
        sa.Column("citizens", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("notice", name="pk_faq_recalls"),
    )
    op.create_index("ix_faq_recalls_entry_id", "faq_recalls", ["entry_id"])


def downgrade() -> None:
    op.drop_table("faq_recalls")
    op.drop_table("faq_told")
