"""Tables of the FAQ: entries, and the questions that nobody could answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "faq_entries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("similar", postgresql.JSONB(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_url", sa.String(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("topics", postgresql.JSONB(), nullable=False),
        sa.Column("task_code", sa.String(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_entries")),
    )
    op.create_index(op.f("ix_faq_entries_revision"), "faq_entries", ["revision"])
    op.create_index(op.f("ix_faq_entries_feed"), "faq_entries", ["feed"])
    op.create_table(
        "faq_unanswered",
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("best_id", sa.String(), nullable=True),
        sa.Column("best_score", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("asked", name=op.f("pk_faq_unanswered")),
        sa.CheckConstraint("count > 0", name=op.f("ck_faq_unanswered_asked_at_all")),
    )
    op.create_index(op.f("ix_faq_unanswered_last_asked_at"), "faq_unanswered", ["last_asked_at"])


def downgrade() -> None:
    op.drop_table("faq_unanswered")
    op.drop_table("faq_entries")
