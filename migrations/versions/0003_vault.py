"""Tables of vault."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vault_entries",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_vault_entries"),
        sa.UniqueConstraint("citizen_id", "fingerprint", name="uq_vault_entries_value"),
        sa.CheckConstraint("kind IN ('IDCARD', 'IDWRONG', 'MOBILE', 'BANKCARD')", name="ck_vault_entries_kind"),
    )
    op.create_index("ix_vault_entries_expires_at", "vault_entries", ["expires_at"])


def downgrade() -> None:
    op.drop_table("vault_entries")
