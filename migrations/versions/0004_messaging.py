"""Tables of messaging."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateSequence, DropSequence

revision = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OPEN = sa.text("state IN ('held', 'pending', 'offered', 'attempting')")


def upgrade() -> None:
    _create_inbox()
    _create_conversations()
    _create_outbox()


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=True),
        sa.Column("told", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("delivered_at", INSTANT, nullable=False),
        sa.Column("acknowledged", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_inbox"),
        sa.UniqueConstraint("channel", "account", "fingerprint", name="uq_inbox_message"),
        sa.CheckConstraint("state IN ('waiting', 'answered', 'failed', 'noted', 'erased')", name="ck_inbox_state"),
    )
    op.create_index("ix_inbox_waiting", "inbox", ["citizen_id", "seq"], postgresql_where=sa.text("state = 'waiting'"))
    op.create_index("ix_inbox_citizen_id", "inbox", ["citizen_id"])
    op.create_index("ix_inbox_settled_at", "inbox", ["settled_at"])


def _create_conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("citizen_id", name="pk_conversations"),
    )


def _create_outbox() -> None:
    op.execute(CreateSequence(sa.Sequence("outbox_order")))
    op.create_table(
        "outbox",
        sa.Column("outbox_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("instead", JSONB(), nullable=True),
        sa.Column("as_pushes", JSONB(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("attempted_at", INSTANT, nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("outbox_id", name="pk_outbox"),
        sa.UniqueConstraint("cause", "position", name="uq_outbox_cause"),
        sa.CheckConstraint("route IN ('passive', 'push')", name="ck_outbox_route"),
        sa.CheckConstraint(
            "state IN ('held', 'pending', 'offered', 'attempting', 'sent', 'failed', 'in_doubt')",
            name="ck_outbox_state",
        ),
    )
    op.create_index("ix_outbox_open", "outbox", ["citizen_id", "seq", "position"], postgresql_where=OPEN)
    op.create_index("ix_outbox_due", "outbox", ["due_at"], postgresql_where=OPEN)
    op.create_index("ix_outbox_in_doubt", "outbox", ["seq"], postgresql_where=sa.text("state = 'in_doubt'"))
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"])
    op.create_index("ix_outbox_citizen_id", "outbox", ["citizen_id"])
    op.create_index("ix_outbox_settled_at", "outbox", ["settled_at"])


def downgrade() -> None:
    for table in ("outbox", "conversations", "inbox"):
        op.drop_table(table)
    op.execute(DropSequence(sa.Sequence("outbox_order")))
