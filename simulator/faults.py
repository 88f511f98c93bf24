"""What is broken at the moment? Faults switched on by a test or on the page, for one API path or for all."""

from __future__ import annotations

from typing import Annotated

import msgspec

ALL = "*"
#: The path name of the way back from the edge: `drop_answer` there loses the edge's answers.
CALLBACK = "callback"


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens to calls of `path`; several things can happen to one call, in this order."""

    #: An API path such as /cgi-bin/message/custom/send, `*` for all of them, `callback` for the edge's answers.
    path: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] = ALL
    #: The answer takes so much longer.
    slow_seconds: Annotated[float, msgspec.Meta(ge=0, le=600)] = 0.0
    #: The connection is closed and nothing was done.
    drop_request: bool = False
    http_500: bool = False
    http_429: bool = False
    #: 40001, however fresh the token.
    invalid_token: bool = False
    #: 45009.
    quota_full: bool = False
    #: 45011.
    rate_limited: bool = False
    #: -1.
    busy: bool = False
    #: The call is carried out and the connection closed without an answer.
    drop_answer: bool = False
    #: How many calls it meets; null: until it is switched off.
    count: Annotated[int, msgspec.Meta(ge=1)] | None = None

    @property
    def is_off(self) -> bool:
        return self == Fault(path=self.path, count=self.count)


NO_FAULT = Fault()


class Faults:
    """The faults that are on, one for each path at most."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}

    def put(self, fault: Fault) -> None:
        """Replaces the fault of its path; one with everything off takes it away."""
        if fault.is_off:
            self._faults.pop(fault.path, None)
        else:
            self._faults[fault.path] = fault

    def all(self) -> list[Fault]:
        return list(self._faults.values())

    def forget(self) -> None:
        self._faults.clear()

    def take(self, path: str) -> Fault:
        """The fault that this call meets; counts it down. A path's own goes before the one for all.

        The one for all API paths does not touch callbacks: those fail on the other side of the wire.
        """
        names = (path,) if path == CALLBACK else (path, ALL)
        fault = next((self._faults[name] for name in names if name in self._faults), None)
        if fault is None:
            return NO_FAULT
        if fault.count is not None:
            left = msgspec.structs.replace(fault, count=fault.count - 1) if fault.count > 1 else None
            if left is None:
                del self._faults[fault.path]
            else:
                self._faults[fault.path] = left
        return fault
