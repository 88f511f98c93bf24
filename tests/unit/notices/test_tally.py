"""Do the counts by reason say the same as those by state?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.notices import tally
from services.notices.rules import SETTLED
from services.notices.tally import Tally

STATES = st.sampled_from(["pending", "leased", "attempting", "accepted", "failed", "in_doubt", "cancelled"])
REASONS = st.sampled_from(["", "unreachable:43004", "no_value:金额/月", "worker_lost"])
ROWS = st.lists(st.tuples(STATES, REASONS))


@given(ROWS)
def test_what_is_counted_by_reason_adds_up_to_what_is_counted_by_state(rows: list[tuple[str, str]]) -> None:
    counted = tally.of(rows)
    by_state = tally.states(counted)
    assert by_state == {state: sum(row[0] == state for row in rows) for state in SETTLED}
    kept = tally.read(tally.reasons(counted))
    for state in tally.BY_REASON:
        assert sum(count for found, _, count in kept if found == state) == by_state[state]
    assert {(state, reason) for state, reason, _ in kept} == {row for row in rows if row[0] in tally.BY_REASON}


def test_what_is_taken_back_is_taken_off_its_reason_and_the_most_come_first() -> None:
    counted = tally.of([("failed", "busy")] * 2 + [("failed", "no_address"), ("in_doubt", "no_answer")])
    counted.subtract(tally.of([("failed", "busy")] * 2))
    counted.update(Tally(accepted=2))
    assert tally.states(counted) == {"accepted": 2, "failed": 1, "in_doubt": 1, "cancelled": 0}
    assert tally.reasons(counted) == {"failed/no_address": 1, "in_doubt/no_answer": 1}
    assert tally.read({"failed/busy": 1, "in_doubt/no_answer": 3, "failed/gone": 0})[0] == ("in_doubt", "no_answer", 3)
