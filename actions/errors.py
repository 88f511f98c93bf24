"""What can go wrong at a backend, told apart by what the citizen is to be told.

BackendError
├── BackendDown       it is down, slow, or answers nonsense: apologise, name the hotline, go on
└── Refusal           it understood and said no; `type` is the stable name of the reason
    ├── Missing       404  no such thing, or not for this citizen
    ├── Clash         409  the present state does not allow it: slot-full, too-late, ...
    ├── BadValue      400  a value cannot be used: bad-id-number, bad-mobile, ...
    └── TooMany       429  wait; `retry_after` seconds
"""

from __future__ import annotations


class BackendError(Exception):
    """A backend did not do what was asked."""


class BackendDown(BackendError):
    """A backend cannot be used now."""


class Refusal(BackendError):
    """A backend said no."""

    def __init__(self, problem: str, *, retry_after: int | None = None) -> None:
        super().__init__(problem)
        #: Last part of the problem's type, such as `slot-full`.
        self.type = problem
        self.retry_after = retry_after


class Missing(Refusal):
    """There is no such thing for this citizen."""


class Clash(Refusal):
    """The present state does not allow it."""


class BadValue(Refusal):
    """A value cannot be used."""


class TooMany(Refusal):
    """Too many tries; later again."""
