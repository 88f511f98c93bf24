"""Columns of notices that come again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision: str | None = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notices", sa.Column("recurrence", sa.String(), server_default="", nullable=False))
    op.add_column("notices", sa.Column("recurrence_zone", sa.String(), server_default="Asia/Shanghai", nullable=False))
    op.add_column("notices", sa.Column("recurrence_ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notices", sa.Column("follows_id", sa.Uuid(), nullable=True))
    op.add_column("notices", sa.Column("followed", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_foreign_key(op.f("fk_notices_follows_id"), "notices", "notices", ["follows_id"], ["id"])
    op.create_unique_constraint(op.f("uq_notices_follows_id"), "notices", ["follows_id"])
    op.create_index(
        "ix_notices_recurring",
        "notices",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("recurrence <> '' AND NOT followed"),
    )


def downgrade() -> None:
    for column in ("followed", "follows_id", "recurrence_ends_at", "recurrence_zone", "recurrence"):
        op.drop_column("notices", column)
