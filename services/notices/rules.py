"""Which changes of a notice and of one recipient's row are allowed, and when may a notice go out? Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from typing import Literal

NoticeState = Literal[
    "draft", "submitted", "approved", "due", "late", "sending", "paused", "finished", "cancelled", "expired"
]
DeliveryState = Literal["pending", "leased", "attempting", "accepted", "failed", "in_doubt", "cancelled"]
RouteName = Literal["template", "subscription", "customer", "mass", "preview"]
#: A mass message is a text, or news: a card with a cover that opens an article.
MassForm = Literal["text", "news"]
LatePolicy = Literal["send", "skip", "ask"]

#: Names that the program itself signs changes with; nobody on the staff may use it.
SYSTEM = "system"

WAITING: frozenset[str] = frozenset({"approved", "due"})
ENDED: frozenset[str] = frozenset({"finished", "cancelled", "expired"})
SETTLED: frozenset[str] = frozenset({"accepted", "failed", "in_doubt", "cancelled"})

#: From which states each action may be taken.
ALLOWED: Mapping[str, frozenset[str]] = {
    "edit": frozenset({"draft", "submitted", "approved", "due", "late"}),
    "submit": frozenset({"draft"}),
    "approve": frozenset({"submitted"}),
    "due": frozenset({"approved", "sending"}),
    "ask": WAITING,
    "release": frozenset({"late"}),
    "start": WAITING,
    "pause": WAITING | {"sending"},
    "resume": frozenset({"paused"}),
    "finish": frozenset({"sending"}),
    "cancel": frozenset({"draft", "submitted", "approved", "due", "late", "sending", "paused"}),
    "skip": WAITING | {"late"},
    "expire": frozenset({"approved", "due", "late", "sending", "paused"}),
    "retry": frozenset({"sending", "paused", "finished"}),
    "resolve": frozenset({"sending", "paused", "finished", "cancelled", "expired"}),
}

#: An attempt that the platform surely did not take is repeated this often before the row fails.
MAX_ATTEMPTS = 10
#: So often may we ourselves break down over a row (a worker lost, a crash in the sender) before staff must decide.
MAX_DOUBTS = 3
#: The longest pause between two tries.
MAX_BACKOFF_SECONDS = 300.0


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteRules:
    """What a route of the platform allows."""

    #: Recipients of one chunk.
    chunk_size: int
    #: One call carries the whole chunk.
    grouped: bool
    #: Seconds for which the platform recognises a repeated call by our key; 0 where it takes none.
    key_seconds: int
    max_title: int
    max_body: int
    #: Calls that a new account may make a day; 0 where no number is published.
    calls_a_day: int
    #: So many a citizen receives in a calendar month; 0: any number.
    a_month: int
    #: Of the whole text in UTF-8; 0: no limit of its own.
    max_bytes: int = 0


#: The guard of template messages holds ten minutes (a minute is kept in hand); that of mass sends has no stated
#: end, a day is assumed. Lengths are the platform's: a subscription notice's `thing` has 20 characters.
ROUTES: Mapping[str, RouteRules] = {
    "template": RouteRules(
        chunk_size=200, grouped=False, key_seconds=540, max_title=64, max_body=600, calls_a_day=100_000, a_month=0
    ),
    "subscription": RouteRules(
        chunk_size=200, grouped=False, key_seconds=0, max_title=20, max_body=600, calls_a_day=0, a_month=0
    ),
    "customer": RouteRules(
        chunk_size=200,
        grouped=False,
        key_seconds=0,
        max_title=64,
        max_body=600,
        calls_a_day=500_000,
        a_month=0,
        max_bytes=2048,
    ),
    "mass": RouteRules(
        chunk_size=10_000,
        grouped=True,
        key_seconds=86_400,
        max_title=64,
        max_body=600,
        calls_a_day=100,
        a_month=4,
        max_bytes=2048,
    ),
    # How a mass message is tried out: to one tester a call, and none of the month's four.
    "preview": RouteRules(
        chunk_size=200,
        grouped=False,
        key_seconds=0,
        max_title=64,
        max_body=600,
        calls_a_day=100,
        a_month=0,
        max_bytes=2048,
    ),
}
#: Routes that carry what a mass message holds.
MASS_LIKE: frozenset[str] = frozenset({"mass", "preview"})
#: Of a news message: the platform's limits, the digest's by the stricter of its own two pages.
NEWS_TITLE, NEWS_AUTHOR, NEWS_DIGEST, NEWS_LINK_BYTES = 32, 16, 120, 1024
#: An article may be ten times longer; what is longer belongs on a web page.
NEWS_BODY = 2000
#: Where an emergency goes when the route before it refused a citizen.
FALLS: Sequence[RouteName] = ("template", "customer", "subscription")


def routes_of(route: RouteName, *, emergency: bool) -> tuple[RouteName, ...]:
    """The routes that a notice tries for each citizen, one after the other."""
    return (route, *(other for other in FALLS if other != route)) if emergency else (route,)


def limits_of(route: RouteName, mass_form: MassForm) -> RouteRules:
    """What a route allows for this form of a mass message."""
    rules = ROUTES[route]
    if mass_form == "text" or route not in MASS_LIKE:
        return rules
    return replace(rules, max_title=NEWS_TITLE, max_body=NEWS_BODY, max_bytes=0)


def allowed(action: str, state: str) -> bool:
    """May `action` be taken on a notice in `state`?"""
    return state in ALLOWED[action]


# -- when


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What decides when a notice goes out."""

    due_at: datetime
    late_policy: LatePolicy
    late_after: timedelta
    #: Staff said: send it although it is late.
    late_released: bool
    expires_at: datetime | None
    #: Wall clock of the city; both or neither.
    quiet_from: time | None
    quiet_until: time | None
    emergency: bool
    #: Some of it went out already: it can wait and expire, but it is not late any more.
    started: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What a tick does with a notice; `until` is when to look again."""

    kind: Literal["wait", "due", "go", "ask", "expire"]
    until: datetime | None = None
    reason: str = ""


def quiet_end(instant: datetime, quiet_from: time | None, quiet_until: time | None, zone: tzinfo) -> datetime | None:
    """When the quiet hours that `instant` lies in end; None outside of them. 22:00 to 07:00 spans midnight."""
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return None
    there = instant.astimezone(zone)
    clock = there.time()
    if quiet_from < quiet_until:
        inside, days = quiet_from <= clock < quiet_until, 0
    else:
        inside, days = clock >= quiet_from or clock < quiet_until, 1 if clock >= quiet_from else 0
    if not inside:
        return None
    return datetime.combine(there.date() + timedelta(days=days), quiet_until, tzinfo=zone)


def decide(plan: Plan, now: datetime, zone: tzinfo) -> Decision:
    """What to do now with a notice that two people approved and that has not been sent yet."""
    if plan.expires_at is not None and now >= plan.expires_at:
        return Decision(kind="expire", reason="expired")
    if now < plan.due_at:
        return Decision(kind="wait", until=plan.due_at)
    quiet_from, quiet_until = (None, None) if plan.emergency else (plan.quiet_from, plan.quiet_until)
    planned = quiet_end(plan.due_at, quiet_from, quiet_until, zone) or plan.due_at
    late = now - planned > plan.late_after and not plan.started and not plan.late_released
    if late and plan.late_policy == "skip":
        return Decision(kind="expire", reason="late")
    if late and plan.late_policy == "ask":
        return Decision(kind="ask", reason="late")
    wait = quiet_end(now, quiet_from, quiet_until, zone)
    if wait is not None:
        return Decision(kind="due", until=wait, reason="quiet_hours")
    return Decision(kind="go", reason="late" if late else "")


# -- one recipient


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What is known of one recipient's row while it is being worked on."""

    state: DeliveryState = "pending"
    attempts: int = 0
    doubts: int = 0
    reason: str = ""
    #: So many of its notice's routes have refused this citizen.
    fallen: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came of one call.

    accepted  the platform took it
    refused   this citizen will not get it
    busy      surely not taken; later perhaps
    held      surely not taken, and nobody else's would be: the notice must pause
    unknown   it may have arrived
    crashed   it may have arrived, and our own code failed over it
    """

    kind: Literal["accepted", "refused", "busy", "held", "unknown", "crashed"]
    reason: str = ""
    msg_id: str = ""


def after_answer(row: Row, answer: Answer, *, keyed: bool, falls: bool = False) -> Row:
    """The row after an attempt was answered. `attempts` already counts this attempt; `falls`: there is another route.

    Once an earlier attempt's outcome is unknown, a later refusal does not prove that the citizen got nothing: then
    no other route is tried either.
    """
    given_up: DeliveryState = "in_doubt" if row.doubts else "failed"
    if answer.kind == "accepted":
        return replace(row, state="accepted", reason="")
    surely_not = answer.kind in ("refused", "held") or (answer.kind == "busy" and row.attempts >= MAX_ATTEMPTS)
    if falls and surely_not and not row.doubts:
        return replace(row, state="pending", attempts=0, reason=answer.reason, fallen=row.fallen + 1)
    if answer.kind == "refused":
        return replace(row, state=given_up, reason=answer.reason)
    if answer.kind == "held":
        return replace(row, state="pending", attempts=row.attempts - 1, reason=answer.reason)
    if answer.kind == "busy":
        return replace(row, state="pending" if row.attempts < MAX_ATTEMPTS else given_up, reason=answer.reason)
    tries = row.doubts + 1 < MAX_DOUBTS if answer.kind == "crashed" else row.attempts < MAX_ATTEMPTS
    return _after_unknown(row, answer.reason, again=keyed and tries)


def after_lost_lease(row: Row, *, keyed: bool) -> Row:
    """The row when its worker went away: retried where nothing was called, else as the route allows."""
    if row.state == "leased":
        return replace(row, state="pending")
    if row.state == "attempting":
        return _after_unknown(row, "worker_lost", again=keyed and row.doubts + 1 < MAX_DOUBTS)
    return row


def _after_unknown(row: Row, reason: str, *, again: bool) -> Row:
    return replace(row, state="pending" if again else "in_doubt", doubts=row.doubts + 1, reason=reason)


def after_stop(row: Row) -> Row:
    """The row when its notice is cancelled or expires; an attempt in flight is left to its answer."""
    if row.state in ("pending", "leased"):
        return replace(row, state="in_doubt" if row.doubts else "cancelled")
    return row


def backoff_seconds(attempts: int) -> float:
    """The pause after the n-th attempt that the platform was too busy for: 1, 2, 4 ... seconds."""
    return float(min(2.0 ** max(attempts - 1, 0), MAX_BACKOFF_SECONDS))
