"""The FAQ's entries: the first day on which they hold, and who looks after them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision: str | None = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("faq_entries", sa.Column("valid_from", sa.Date(), nullable=True))
    op.add_column("faq_entries", sa.Column("owner", sa.String(), nullable=False, server_default=""))
    op.alter_column("faq_entries", "owner", server_default=None)
    op.create_index("ix_faq_entries_owner", "faq_entries", ["owner"])


def downgrade() -> None:
    op.drop_index("ix_faq_entries_owner", "faq_entries")
    op.drop_column("faq_entries", "owner")
    op.drop_column("faq_entries", "valid_from")
