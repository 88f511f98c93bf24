"""Tables of the FAQ: citizens who want to be told once their question is answered; what a draft's questions are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0046"
down_revision: str | None = "0042"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OPEN = "answered_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "faq_promises",
        sa.Column("promise_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("promised_at", INSTANT, nullable=False),
        sa.Column("entry_id", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("delivered_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("promise_id", name="pk_faq_promises"),
        sa.CheckConstraint("outcome IN ('sent', 'failed', 'in_doubt')", name="ck_faq_promises_outcome"),
    )
    op.create_index(
        "uq_faq_promises_open", "faq_promises", ["asked", "citizen_id"], unique=True, postgresql_where=sa.text(OPEN)
    )
    op.create_index("ix_faq_promises_citizen_id", "faq_promises", ["citizen_id"])
    op.create_index("ix_faq_promises_entry_id", "faq_promises", ["entry_id"])
    op.create_index("ix_faq_promises_promised_at", "faq_promises", ["promised_at"])
    op.create_index(
        "ix_faq_promises_due",
        "faq_promises",
        ["answered_at"],
        postgresql_where=sa.text("answered_at IS NOT NULL AND delivered_at IS NULL"),
    )
    op.create_index(
        "ix_faq_promises_unsettled",
        "faq_promises",
        ["delivered_at"],
        postgresql_where=sa.text("delivered_at IS NOT NULL AND outcome IS NULL"),
    )
    op.add_column("faq_drafts", sa.Column("answers", JSONB(), nullable=False, server_default="[]"))
    op.alter_column("faq_drafts", "answers", server_default=None)


def downgrade() -> None:
    op.drop_column("faq_drafts", "answers")
    op.drop_table("faq_promises")
