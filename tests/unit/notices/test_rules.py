"""Do the rules of notices and of recipients' rows hold, whatever happens in whatever order?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.notices import rules
from services.notices.rules import (
    MAX_ATTEMPTS,
    MAX_DOUBTS,
    SETTLED,
    Answer,
    Plan,
    Row,
    after_answer,
    after_lost_lease,
    after_stop,
    backoff_seconds,
    decide,
    quiet_end,
)

CITY = ZoneInfo("Asia/Shanghai")
DUE = datetime(2026, 11, 24, 1, 0, tzinfo=timezone.utc)  # 09:00 by the city's clock


def plan(**changes: object) -> Plan:
    values: dict[str, object] = {
        "due_at": DUE,
        "late_policy": "ask",
        "late_after": timedelta(minutes=15),
        "late_released": False,
        "expires_at": None,
        "quiet_from": None,
        "quiet_until": None,
        "emergency": False,
        "started": False,
        **changes,
    }
    return Plan(**values)  # type: ignore[arg-type]


def test_a_notice_waits_for_its_time_and_then_goes() -> None:
    assert decide(plan(), DUE - timedelta(seconds=1), CITY).kind == "wait"
    assert decide(plan(), DUE, CITY).kind == "go"
    assert decide(plan(), DUE + timedelta(minutes=15), CITY).kind == "go"


@pytest.mark.parametrize(("policy", "kind"), [("ask", "ask"), ("skip", "expire"), ("send", "go")])
def test_a_machine_that_slept_over_the_time_follows_the_late_policy(policy: str, kind: str) -> None:
    decision = decide(plan(late_policy=policy), DUE + timedelta(days=2), CITY)
    assert (decision.kind, decision.reason) == (kind, "late")


def test_a_late_notice_that_staff_released_goes() -> None:
    assert decide(plan(late_released=True), DUE + timedelta(days=2), CITY).kind == "go"


def test_a_notice_that_has_begun_is_never_late() -> None:
    assert decide(plan(started=True, late_policy="skip"), DUE + timedelta(hours=5), CITY).kind == "go"


def test_an_expired_notice_ends_even_when_it_was_begun() -> None:
    over = plan(expires_at=DUE + timedelta(hours=1), started=True, late_policy="send")
    assert decide(over, DUE + timedelta(hours=1), CITY).kind == "expire"


def test_quiet_hours_hold_a_notice_back_and_do_not_make_it_late() -> None:
    night = plan(due_at=DUE + timedelta(hours=14), quiet_from=time(22), quiet_until=time(7))  # 23:00
    waits = decide(night, DUE + timedelta(hours=14), CITY)
    assert (waits.kind, waits.until) == ("due", datetime(2026, 11, 25, 7, 0, tzinfo=CITY))
    assert decide(night, datetime(2026, 11, 25, 7, 0, tzinfo=CITY), CITY).kind == "go"


def test_an_emergency_does_not_wait_for_quiet_hours_to_end() -> None:
    night = plan(due_at=DUE + timedelta(hours=14), quiet_from=time(22), quiet_until=time(7), emergency=True)
    assert decide(night, DUE + timedelta(hours=14), CITY).kind == "go"


@given(
    instant=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(timezone.utc)),  # noqa: DTZ001
    begin=st.times(),
    end=st.times(),
)
def test_quiet_hours_end_within_a_day_and_are_over_when_they_end(instant: datetime, begin: time, end: time) -> None:
    until = quiet_end(instant, begin, end, CITY)
    if until is not None:
        assert timedelta(0) < until - instant <= timedelta(days=1)
        assert until.astimezone(CITY).time() == end
        assert quiet_end(until, begin, end, CITY) is None


def test_the_pause_after_a_busy_answer_doubles_up_to_five_minutes() -> None:
    assert [backoff_seconds(attempts) for attempts in (1, 2, 3, 9, 60)] == [1, 2, 4, 256, 300]


def test_a_row_that_breaks_workers_or_the_sender_is_given_up_after_three_times() -> None:
    for broken in (
        lambda row: after_lost_lease(row, keyed=True),
        lambda row: after_answer(row, Answer(kind="crashed", reason="crashed:X"), keyed=True),
    ):
        row = Row()
        for _ in range(MAX_DOUBTS):
            assert row.state == "pending"
            row = broken(Row(state="attempting", attempts=row.attempts + 1, doubts=row.doubts))
        assert row.state == "in_doubt"


def test_every_action_names_known_states_only() -> None:
    known = set(rules.NoticeState.__args__)  # type: ignore[attr-defined]
    assert all(states <= known for states in rules.ALLOWED.values())
    assert not rules.allowed("approve", "draft")
    assert all(not rules.allowed("pause", state) for state in rules.ENDED)


# The platform as it really is: what arrived on the phone is known here, while the row must be right without knowing.


class OneRecipient(RuleBasedStateMachine):
    """A row through attempts, crashes, refusals and a stop, on a route with or without a key."""

    def __init__(self) -> None:
        super().__init__()
        self.row = Row()
        #: Of each route: does it take a key?
        self.routes = [False]
        self.sends = 0
        self.known: set[int] = set()
        self.stopped = False
        self.attempts_ever = 0

    @precondition(lambda self: self.attempts_ever == 0)
    @rule(routes=st.lists(st.booleans(), min_size=1, max_size=3))
    def choose_routes(self, routes: list[bool]) -> None:
        self.routes = routes

    @property
    def keyed(self) -> bool:
        return self.routes[self.row.fallen]

    def _answer(self, kind: str) -> None:
        falls = self.row.fallen + 1 < len(self.routes)
        answer = Answer(kind=kind, reason=kind)  # type: ignore[arg-type]
        self.row = after_answer(self.row, answer, keyed=self.keyed, falls=falls)

    @precondition(lambda self: self.row.state == "pending" and not self.stopped)
    @rule()
    def attempt(self) -> None:
        self.attempts_ever += 1
        self.row = replace(self.row, state="attempting", attempts=self.row.attempts + 1)

    def _arrive(self) -> None:
        if not (self.keyed and self.row.fallen in self.known):
            self.sends += 1
        self.known.add(self.row.fallen)

    @precondition(lambda self: self.row.state == "attempting")
    @rule()
    def accepted(self) -> None:
        self._arrive()
        self._answer("accepted")
        assert self.row.state == "accepted"

    @precondition(lambda self: self.row.state == "attempting")
    @rule(kind=st.sampled_from(["refused", "busy", "held"]))
    def not_taken(self, kind: str) -> None:
        self._answer(kind)

    @precondition(lambda self: self.row.state == "attempting")
    @rule(arrived=st.booleans(), how=st.sampled_from(["killed", "unknown", "crashed"]))
    def nobody_knows(self, arrived: bool, how: str) -> None:
        if arrived:
            self._arrive()
        if how == "killed":
            self.row = after_lost_lease(self.row, keyed=self.keyed)
        else:
            self._answer(how)

    @rule()
    def stop(self) -> None:
        self.stopped = True
        self.row = after_stop(self.row)

    @invariant()
    def nobody_gets_it_twice(self) -> None:
        assert self.sends <= 1

    @invariant()
    def nothing_is_lost_silently(self) -> None:
        if self.row.state == "accepted":
            assert self.sends == 1
        if self.row.state in ("failed", "cancelled"):
            assert self.sends == 0

    @invariant()
    def doubts_and_attempts_are_bounded(self) -> None:
        assert self.row.doubts <= self.row.attempts <= MAX_ATTEMPTS + MAX_DOUBTS
        if not self.keyed:
            assert self.row.doubts <= 1

    @invariant()
    def settled_rows_stay_settled(self) -> None:
        if self.row.state in SETTLED:
            assert after_stop(self.row) == self.row == after_lost_lease(self.row, keyed=self.keyed)


OneRecipient.TestCase.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
TestOneRecipient = OneRecipient.TestCase
