"""Tables of the figures of each hour, and indexes by which staff find conversations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0031"
down_revision: str | None = "0030"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
#: Pairs of neighbouring characters: Chinese is written without spaces, so that words are no key to a text.
GRAMS = """
CREATE FUNCTION text_grams(text text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT substr(lower(text), place, 2)), '{}')
    FROM generate_series(1, greatest(length(text) - 1, 0)) AS place
$$
"""


def upgrade() -> None:
    op.create_table(
        "figure_hours",
        sa.Column("hour", INSTANT, nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("latencies", ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("hour", name="pk_figure_hours"),
    )
    op.create_table(
        "figure_topics",
        sa.Column("hour", INSTANT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "kind", "name", name="pk_figure_topics"),
        sa.CheckConstraint("kind IN ('intent', 'item', 'question')", name="ck_figure_topics_kind"),
    )
    op.create_table(
        "figure_progress",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("through", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_figure_progress"),
    )
    op.execute(GRAMS)
    op.create_index("ix_inbox_received_at", "inbox", ["received_at", "seq"])
    op.create_index(
        "ix_inbox_grams",
        "inbox",
        [sa.text("text_grams(told)")],
        postgresql_using="gin",
        postgresql_where=sa.text("told IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_inbox_grams", "inbox")
    op.drop_index("ix_inbox_received_at", "inbox")
    op.execute("DROP FUNCTION text_grams(text)")
    for table in ("figure_progress", "figure_topics", "figure_hours"):
        op.drop_table(table)
