"""Notices that say something else to each citizen: what their places ask for, what lists hold, what was filled in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0053"
down_revision: str | None = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add("notices", "list_columns", "[]")
    _add("notice_versions", "fields", "[]")
    _add("notice_recipients", "columns", "{}")
    op.create_index(
        "ix_notice_recipients_told",
        "notice_recipients",
        ["citizen_id"],
        postgresql_where=sa.text("columns <> '{}'::jsonb"),
    )
    op.create_table(
        "notice_fillings",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("values", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "version", "citizen_id", name=op.f("pk_notice_fillings")),
    )
    op.create_index("ix_notice_fillings_digest", "notice_fillings", ["digest"])
    op.create_index("ix_notice_fillings_citizen", "notice_fillings", ["citizen_id"])


def downgrade() -> None:
    op.drop_table("notice_fillings")
    op.drop_index("ix_notice_recipients_told", "notice_recipients")
    op.drop_column("notice_recipients", "columns")
    op.drop_column("notice_versions", "fields")
    op.drop_column("notices", "list_columns")


def _add(table: str, column: str, empty: str) -> None:
    op.add_column(
        table, sa.Column(column, postgresql.JSONB(), nullable=False, server_default=sa.text(f"'{empty}'::jsonb"))
    )
