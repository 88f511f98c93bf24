"""What changes in a run's counts: how many in which state and, where it did not go well, for which reason? Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from services.notices.rules import SETTLED

#: States that are counted by their reasons as well.
BY_REASON = frozenset({"failed", "in_doubt"})
BETWEEN = "/"

#: Changes, up or down: `accepted`, `cancelled`, and `failed/no_address` or `in_doubt/worker_lost`.
Tally = Counter[str]


def entry(state: str, reason: str) -> str:
    """Under which name a row that has settled so is counted."""
    return f"{state}{BETWEEN}{reason}" if state in BY_REASON else state


def of(rows: Iterable[tuple[str, str]]) -> Tally:
    """How many of these (state, reason) have settled, and how."""
    return Counter(entry(state, reason) for state, reason in rows if state in SETTLED)


def states(tally: Tally) -> dict[str, int]:
    """The changes by state, whatever the reasons; every settled state is in it."""
    changes = dict.fromkeys(SETTLED, 0)
    for name, count in tally.items():
        changes[name.partition(BETWEEN)[0]] += count
    return changes


def reasons(tally: Tally) -> dict[str, int]:
    """The changes by reason alone."""
    return {name: count for name, count in tally.items() if BETWEEN in name and count}


def read(kept: Mapping[str, int]) -> Sequence[tuple[str, str, int]]:
    """What a run keeps, as (state, reason, count), the most first."""
    found = [(*name.partition(BETWEEN)[::2], count) for name, count in kept.items() if count > 0]
    return sorted(found, key=lambda one: (-one[2], one[:2]))
