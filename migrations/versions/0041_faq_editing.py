"""Tables of the FAQ's editing: every published version, one draft an entry; and questions that are out of scope."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0041"
down_revision: str | None = "0040"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "faq_versions",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "version", name="pk_faq_versions"),
        sa.CheckConstraint(
            "change IN ('imported', 'published', 'withdrawn', 'restored')", name="ck_faq_versions_change"
        ),
    )
    op.create_table(
        "faq_drafts",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_faq_drafts"),
    )
    op.add_column("faq_unanswered", sa.Column("out_of_scope_at", INSTANT, nullable=True))
    op.create_index("ix_faq_entries_department", "faq_entries", ["department"])
    op.create_index("ix_faq_entries_valid_until", "faq_entries", ["valid_until"])


def downgrade() -> None:
    op.drop_index("ix_faq_entries_valid_until", "faq_entries")
    op.drop_index("ix_faq_entries_department", "faq_entries")
    op.drop_column("faq_unanswered", "out_of_scope_at")
    op.drop_table("faq_drafts")
    op.drop_table("faq_versions")
