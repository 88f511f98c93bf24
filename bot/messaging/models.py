"""Which tables hold the inbox, the outbox and who is at work on which conversation?"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, Sequence, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base

INBOX_WAITING = "state = 'waiting'"
#: Numbers replies in the order in which they were committed.
OUTBOX_ORDER = Sequence("outbox_order", metadata=Base.metadata)
OUTBOX_OPEN = "state IN ('held', 'pending', 'offered', 'attempting')"


class InboxRow(Base):
    """One message or event of a platform. The payload itself is not kept, only what the assistant is told."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "account", "fingerprint", name="uq_inbox_message"),
        CheckConstraint("state IN ('waiting', 'answered', 'failed', 'noted', 'erased')", name="state"),
        Index("ix_inbox_waiting", "citizen_id", "seq", postgresql_where=text(INBOX_WAITING)),
        Index("ix_inbox_citizen_id", "citizen_id"),
        # The staff's console reads by these two (docs/decisions/0030-console-reads-messages.md).
        Index("ix_inbox_received_at", "received_at", "seq"),
        Index(
            "ix_inbox_grams",
            text("text_grams(told)"),
            postgresql_using="gin",
            postgresql_where=text("told IS NOT NULL"),
        ),
        Index("ix_inbox_settled_at", "settled_at"),
        # The console lists what failed; that is rare, and would be looked for among all messages.
        Index("ix_inbox_failed", "received_at", "seq", postgresql_where=text("state = 'failed'")),
    )

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    #: The order of arrival.
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    channel: Mapped[str]
    account: Mapped[str]
    #: Digest of the channel's key for duplicates, which holds an address.
    fingerprint: Mapped[bytes]
    #: None for what is nobody's message, such as a receipt, and for what was erased.
    citizen_id: Mapped[UUID | None]
    kind: Mapped[str]
    event: Mapped[str | None]
    #: What the assistant is told, without identifiers; None where it is told nothing.
    told: Mapped[str | None]
    #: waiting; answered: by the assistant; failed: by an apology; noted: needs no answer; erased: on demand.
    state: Mapped[str]
    failure: Mapped[str | None]
    #: How often somebody began to work on it.
    tries: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    #: How often the platform has delivered it, and when last.
    deliveries: Mapped[int]
    delivered_at: Mapped[datetime]
    #: True once the platform was told `success` without an answer: from then on only a push can carry one.
    acknowledged: Mapped[bool] = mapped_column(default=False)


class ConversationRow(Base):
    """Somebody is at work on this conversation until the lease ends. No row, or one that has run out: it is free."""

    __tablename__ = "conversations"

    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[UUID]
    expires_at: Mapped[datetime]


class OutboxRow(Base):
    """One message to one citizen, rendered: what is repeated is the same to the byte.

    passive: pending -> offered (committed before the bytes) -> sent | in_doubt
    push:    held (until the passive part has gone) -> pending -> attempting (committed before the call)
             -> sent | failed | in_doubt
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("cause", "position", name="uq_outbox_cause"),
        CheckConstraint("route IN ('passive', 'push')", name="route"),
        CheckConstraint(
            "state IN ('held', 'pending', 'offered', 'attempting', 'sent', 'failed', 'in_doubt')", name="state"
        ),
        Index("ix_outbox_open", "citizen_id", "seq", "position", postgresql_where=text(OUTBOX_OPEN)),
        Index("ix_outbox_due", "due_at", postgresql_where=text(OUTBOX_OPEN)),
        Index("ix_outbox_in_doubt", "seq", postgresql_where=text("state = 'in_doubt'")),
        Index("ix_outbox_message_id", "message_id"),
        Index("ix_outbox_citizen_id", "citizen_id"),
        Index("ix_outbox_settled_at", "settled_at"),
    )

    outbox_id: Mapped[UUID] = mapped_column(primary_key=True)
    #: The order in which a citizen's messages leave, with `position` inside a reply; the same for all its parts.
    seq: Mapped[int] = mapped_column(BigInteger)
    citizen_id: Mapped[UUID]
    #: The message that this answers; None for what we say unasked.
    message_id: Mapped[UUID | None]
    #: Why it is sent. The same cause a second time changes nothing.
    cause: Mapped[str]
    #: The part of the reply, from 0.
    position: Mapped[int]
    route: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: push: what is sent in its place where the citizen's window for free messages is closed.
    instead: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    #: passive: the whole reply as pushes, for when no request of the platform is left to answer.
    as_pushes: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    state: Mapped[str]
    #: Why it failed or is in doubt.
    reason: Mapped[str | None]
    tries: Mapped[int] = mapped_column(default=0)
    #: From when on somebody has to do the next thing about it.
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    attempted_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
