"""Indexes for what the console lists: messages that failed, notices by their state, changes by where they came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision: str | None = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_inbox_failed", "inbox", ["received_at", "seq"], postgresql_where=sa.text("state = 'failed'"))
    op.create_index("ix_notices_state", "notices", ["state", "number"])
    op.create_index("ix_audit_log_address", "audit_log", ["address", "id"])


def downgrade() -> None:
    op.drop_index("ix_audit_log_address", "audit_log")
    op.drop_index("ix_notices_state", "notices")
    op.drop_index("ix_inbox_failed", "inbox")
