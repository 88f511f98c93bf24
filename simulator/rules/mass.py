"""Who gets a mass message? At most four a follower and month; a `clientmsgid` that was used does not send again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from simulator.clock import Clock, month_of
from simulator.errors import ApiError

A_FOLLOWER_A_MONTH = 4
FEWEST, MOST = 2, 10_000
#: Speed index -> followers a minute.
SPEEDS = {0: 800_000, 1: 600_000, 2: 450_000, 3: 300_000, 4: 100_000}
FASTEST = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """One openid of a mass message and why it will not get it ("" when it will)."""

    openid: str
    refused: str


class MassLimits:
    """Counts each follower's mass messages of this month and the accepted clientmsgids."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.forget()

    def forget(self) -> None:
        self._month = ""
        self._received: Counter[str] = Counter()
        self._client_ids: dict[str, int] = {}
        self.speed = FASTEST

    def check_list(self, openids: list[str]) -> list[str]:
        """The list without repeats; 40130 under two, 40032 over 10 000."""
        unique = list(dict.fromkeys(openids))
        if len(unique) < FEWEST:
            raise ApiError(40130)
        if len(unique) > MOST:
            raise ApiError(40032)
        return unique

    def check_client_id(self, client_id: str, raw: bytes) -> str:
        """The id that guards this send: the given one, else a digest of the request, as the platform makes one.
        45065 with the first message's id when it was used."""
        guard = client_id or hashlib.sha256(raw).hexdigest()
        if guard in self._client_ids:
            raise ApiError(45065, msg_id=self._client_ids[guard])
        return guard

    def remember(self, guard: str, mass_id: int) -> None:
        self._client_ids[guard] = mass_id

    def admit(self, openids: Iterable[str], follows: Callable[[str], bool]) -> list[Recipient]:
        """Counts the message for each one who may get it."""
        month = month_of(self._clock.now())
        if month != self._month:
            self._month = month
            self._received.clear()
        return [Recipient(openid=openid, refused=self._refused(openid, follows)) for openid in openids]

    def set_speed(self, index: int) -> None:
        if index not in SPEEDS:
            raise ApiError(45083)
        self.speed = index

    def followers_a_second(self) -> float:
        return SPEEDS[self.speed] / 60

    def _refused(self, openid: str, follows: Callable[[str], bool]) -> str:
        if not follows(openid):
            return "not a follower"
        if self._received[openid] >= A_FOLLOWER_A_MONTH:
            return "has had four this month"
        self._received[openid] += 1
        return ""
