"""Which tables hold notices, their approved versions, their recipients and every change?

notices            what staff write; one row a notice, locked by whoever changes its state
notice_changes     who changed what and when, append-only
notice_recipients  the list of a notice that does not go to everybody, with the columns of its file
notice_fillings    what was put into a personalised notice for each citizen
notice_testers     the few who see a notice before anybody else
notice_versions    content as approved, immutable (a trigger refuses changes)
notice_runs        the sending of one version: counters and how far its audience is frozen
notice_chunks      some hundred recipients each: what a worker leases
notice_deliveries  one row a recipient: the truth of what was sent
notice_messages    the platform's message ids, to find the row that a receipt speaks of
notice_consents    who agreed to subscription notices
notice_calls       calls of the platform, by route and day
notice_rates       the token buckets that all workers share

What news messages need has a module of its own: article_models.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.clock import CITY_ZONE
from services.db import Base
from services.notices.article_models import CoverRow

STATES = (
    "draft",
    "submitted",
    "approved",
    "due",
    "late",
    "sending",
    "paused",
    "finished",
    "cancelled",
    "expired",
)
DELIVERY_STATES = ("pending", "leased", "attempting", "accepted", "failed", "in_doubt", "cancelled")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


class NoticeRow(Base):
    """A notice as staff see and change it."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint(_one_of("state", STATES), name="state"),
        CheckConstraint(_one_of("route", ("template", "subscription", "customer", "mass", "preview")), name="route"),
        CheckConstraint(_one_of("mass_form", ("text", "news")), name="mass_form"),
        CheckConstraint(_one_of("late_policy", ("send", "skip", "ask")), name="late_policy"),
        CheckConstraint(_one_of("audience_kind", ("all", "list")), name="audience_kind"),
        UniqueConstraint("number"),
        UniqueConstraint("follows_id"),
        # The tick asks these three questions every second: none may cost more as notices pile up.
        Index("ix_notices_waiting", "wake_at", postgresql_where=text("state IN ('approved', 'due')")),
        Index("ix_notices_running", "due_at", postgresql_where=text("state IN ('sending', 'paused', 'late')")),
        # So does the console's home page.
        Index("ix_notices_state", "state", "number"),
        Index("ix_notices_cover", "cover", postgresql_where=text("cover IS NOT NULL")),
        Index("ix_notices_recurring", "due_at", postgresql_where=text("recurrence <> '' AND NOT followed")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    #: What staff say on the phone: 第 12 号通知.
    number: Mapped[int] = mapped_column(BigInteger, Identity())
    state: Mapped[str]
    #: Why it is in this state, where that is not obvious: paused by the quota, expired because late.
    reason: Mapped[str] = mapped_column(server_default="")
    title: Mapped[str]
    body: Mapped[str]
    url: Mapped[str] = mapped_column(server_default="")
    department: Mapped[str] = mapped_column(server_default="")
    source_document: Mapped[str] = mapped_column(server_default="")
    #: Each with a name and a link (`services.notices.types.Attachment`).
    attachments: Mapped[list[dict[str, str]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    route: Mapped[str]
    #: How it looks where it goes out by mass message: a text, or news.
    mass_form: Mapped[str] = mapped_column(server_default="text")
    #: Of news: what stands below the title; empty: the beginning of the text.
    digest: Mapped[str] = mapped_column(server_default="")
    #: Of news: the picture on the card.
    cover: Mapped[str | None] = mapped_column(ForeignKey(CoverRow.id))
    due_at: Mapped[datetime]
    late_policy: Mapped[str]
    late_after_seconds: Mapped[int]
    expires_at: Mapped[datetime | None]
    #: Wall clock of the city; both or neither.
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    emergency: Mapped[bool]
    audience_kind: Mapped[str]
    #: `services.notices.audience.AudienceRules`; {}: none.
    audience_rules: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    #: What the columns of its own list are called, in the order of the file.
    list_columns: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    #: Goes up with each edit of something already submitted.
    version: Mapped[int]
    #: The version that may be sent; none while it is being written or waits for its second person.
    approved_version: Mapped[int | None]
    author: Mapped[str]
    submitted_by: Mapped[str] = mapped_column(server_default="")
    approved_by: Mapped[str] = mapped_column(server_default="")
    #: Staff said to send it although it is late.
    late_released: Mapped[bool] = mapped_column(server_default=text("false"))
    #: When the tick looks at it next.
    wake_at: Mapped[datetime | None]
    #: Five cron fields; empty: it goes out once.
    recurrence: Mapped[str] = mapped_column(server_default="")
    #: By whose clock they are read.
    recurrence_zone: Mapped[str] = mapped_column(server_default=CITY_ZONE.key)
    recurrence_ends_at: Mapped[datetime | None]
    #: The time before, of which this is the next; a time has one next.
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("notices.id"))
    #: The notice that this one lets a few see beforehand.
    trial_of: Mapped[UUID | None] = mapped_column(ForeignKey("notices.id"))
    #: Nothing follows it any more: the next time exists, or there is none.
    followed: Mapped[bool] = mapped_column(server_default=text("false"))
    #: Number of the last row in notice_changes.
    changes: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ChangeRow(Base):
    """One change of one notice: the audit trail."""

    __tablename__ = "notice_changes"

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    #: A staff member's name, or `system`.
    by: Mapped[str]
    action: Mapped[str]
    from_state: Mapped[str]
    to_state: Mapped[str]
    version: Mapped[int]
    detail: Mapped[str] = mapped_column(server_default="")


class RecipientRow(Base):
    """One citizen on a notice's own list."""

    __tablename__ = "notice_recipients"
    __table_args__ = (
        # Who leaves is forgotten here as well.
        Index("ix_notice_recipients_told", "citizen_id", postgresql_where=text("columns <> '{}'::jsonb")),
    )

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    #: Column -> value; an empty cell is left out.
    columns: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))


class FillingRow(Base):
    """What stood at the places of a personalised notice when it was last attempted for one citizen; written with the
    attempt, before the call."""

    __tablename__ = "notice_fillings"
    __table_args__ = (Index("ix_notice_fillings_digest", "digest"), Index("ix_notice_fillings_citizen", "citizen_id"))

    notice_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    values: Mapped[dict[str, str]] = mapped_column(JSONB)
    #: Of notice, version and the values in their normal form: a forwarded notice is found by it.
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class TesterRow(Base):
    """A citizen, mostly one of the staff, who gets trials of notices."""

    __tablename__ = "notice_testers"

    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    added_by: Mapped[str]
    added_at: Mapped[datetime]


class VersionRow(Base):
    """What was approved, word for word."""

    __tablename__ = "notice_versions"
    __table_args__ = (Index("ix_notice_versions_cover", "cover", postgresql_where=text("cover IS NOT NULL")),)

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    body: Mapped[str]
    url: Mapped[str]
    department: Mapped[str]
    source_document: Mapped[str]
    #: Each with a name and a link (`services.notices.types.Attachment`).
    attachments: Mapped[list[dict[str, str]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    #: What its places ask for; braces of a text that asks for nothing are text.
    fields: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    route: Mapped[str]
    mass_form: Mapped[str] = mapped_column(server_default="text")
    digest: Mapped[str] = mapped_column(server_default="")
    cover: Mapped[str | None] = mapped_column(ForeignKey(CoverRow.id))
    audience_kind: Mapped[str] = mapped_column(server_default="all")
    audience_rules: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    emergency: Mapped[bool] = mapped_column(server_default=text("false"))
    due_at: Mapped[datetime]
    submitted_by: Mapped[str]
    approved_by: Mapped[str]
    approved_at: Mapped[datetime]


class RunRow(Base):
    """The sending of one approved version. accepted + failed + in_doubt + cancelled = audience when it is closed."""

    __tablename__ = "notice_runs"
    __table_args__ = (
        ForeignKeyConstraint(["notice_id", "version"], ["notice_versions.notice_id", "notice_versions.version"]),
        CheckConstraint(
            "least(accepted, failed, in_doubt, cancelled) >= 0 "
            "AND accepted + failed + in_doubt + cancelled <= audience",
            name="counts",
        ),
        Index("ix_notice_runs_open", "notice_id", postgresql_where=text("closed_at IS NULL")),
    )

    notice_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    audience: Mapped[int] = mapped_column(server_default="0")
    accepted: Mapped[int] = mapped_column(server_default="0")
    failed: Mapped[int] = mapped_column(server_default="0")
    in_doubt: Mapped[int] = mapped_column(server_default="0")
    cancelled: Mapped[int] = mapped_column(server_default="0")
    #: failed and in_doubt by reason (`services.notices.tally`); their sums are the same.
    reasons: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    #: What receipts said of accepted rows; they change no state.
    delivered: Mapped[int] = mapped_column(server_default="0")
    blocked: Mapped[int] = mapped_column(server_default="0")
    undelivered: Mapped[int] = mapped_column(server_default="0")
    #: The audience is complete.
    frozen: Mapped[bool] = mapped_column(server_default=text("false"))
    #: The last citizen copied so far.
    freeze_after: Mapped[UUID | None]
    next_chunk: Mapped[int] = mapped_column(server_default="0")
    #: Nothing more will be sent: what is open is being cancelled.
    stopping: Mapped[bool] = mapped_column(server_default=text("false"))
    started_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    #: Settled rows since rate_at, and the last full window's settled rows a second.
    rate_at: Mapped[datetime | None]
    rate_count: Mapped[int] = mapped_column(server_default="0")
    rate: Mapped[float] = mapped_column(server_default="0")


class ChunkRow(Base):
    """Some hundred recipients that one worker leases at a time."""

    __tablename__ = "notice_chunks"
    __table_args__ = (
        ForeignKeyConstraint(["notice_id", "version"], ["notice_runs.notice_id", "notice_runs.version"]),
        Index(
            "ix_notice_chunks_open",
            "notice_id",
            "version",
            text("doubtful DESC"),
            "available_at",
            "chunk",
            postgresql_where=text("is_open"),
        ),
    )

    notice_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    chunk: Mapped[int] = mapped_column(primary_key=True)
    #: Some row of it is not settled.
    is_open: Mapped[bool]
    #: A row of it was called and its answer is not known: it goes before those never called, while the platform still
    #: recognises a repeated call.
    doubtful: Mapped[bool] = mapped_column(server_default=text("false"))
    #: When a worker may take it: now, after a pause for a busy platform, or when the present lease ends.
    available_at: Mapped[datetime]
    #: Who holds it; a holder that comes back late finds another's lease here.
    lease: Mapped[UUID | None]


class DeliveryRow(Base):
    """One recipient of one version by one channel: the key is the promise that nobody gets it twice.

    No foreign key and no index on what changes: a million rows are inserted and updated three times each, and
    updates that touch no index stay within their page (the migration leaves room for them there).
    """

    __tablename__ = "notice_deliveries"
    __table_args__ = (
        CheckConstraint(_one_of("state", DELIVERY_STATES), name="state"),
        CheckConstraint(_one_of("receipt", ("", "delivered", "blocked", "failed")), name="receipt"),
        Index("ix_notice_deliveries_chunk", "notice_id", "version", "chunk"),
    )

    notice_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    chunk: Mapped[int]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    #: Attempts whose outcome nobody knows.
    doubts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    #: So many of the notice's routes refused this citizen (rules.routes_of).
    fallen: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    #: The first of the doubts: the platform's guard against repeats counts from it.
    doubt_since: Mapped[datetime | None]
    attempted_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(server_default="")
    #: What the platform's job-finished event said later.
    receipt: Mapped[str] = mapped_column(server_default="")


class MessageRow(Base):
    """The platform's id of one accepted call: a recipient's, or (mass) a whole chunk's."""

    __tablename__ = "notice_messages"

    channel: Mapped[str] = mapped_column(primary_key=True)
    msg_id: Mapped[str] = mapped_column(primary_key=True)
    #: Empty while only the receipt is known: it may overtake our own commit.
    notice_id: Mapped[UUID | None]
    version: Mapped[int | None]
    chunk: Mapped[int | None]
    citizen_id: Mapped[UUID | None]
    #: Has the event come? What it said: for how many people it went well, or did not. The first one counts.
    receipt: Mapped[bool] = mapped_column(server_default=text("false"))
    delivered: Mapped[int] = mapped_column(server_default="0")
    blocked: Mapped[int] = mapped_column(server_default="0")
    undelivered: Mapped[int] = mapped_column(server_default="0")
    seen_at: Mapped[datetime]


class ConsentRow(Base):
    """Did a citizen agree to subscription notices? What the platform said last."""

    __tablename__ = "notice_consents"

    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    agreed: Mapped[bool]
    at: Mapped[datetime]


class CallsRow(Base):
    """How many calls a route took on one day of the city: what is left of the platform's quota."""

    __tablename__ = "notice_calls"

    route: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger)


class RateRow(Base):
    """One token bucket; tokens may be owed (below zero), and who owes waits."""

    __tablename__ = "notice_rates"

    name: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float]
    refilled_at: Mapped[datetime]
