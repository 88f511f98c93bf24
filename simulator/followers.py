"""Who follows the account? Citizens by openid, in the order in which they began to follow."""

from __future__ import annotations

import secrets
import string
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec

PAGE = 10_000
_ALPHABET = string.ascii_letters + string.digits + "_-"


class Citizen(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Somebody who follows the account, or once did."""

    openid: str
    nickname: str
    subscribed: bool
    followed_at: datetime
    #: The value behind `qrscene_`, when the citizen came by a QR code.
    scene: str = ""


def new_openid() -> str:
    """28 characters, as the platform's are."""
    return "o" + "".join(secrets.choice(_ALPHABET) for _ in range(27))


class Followers:
    """All citizens that the platform knows for this account."""

    def __init__(self) -> None:
        self._citizens: dict[str, Citizen] = {}
        #: Who follows, in order, with a number that grows.
        self._following: dict[str, int] = {}
        self._number = 0
        #: Openids and numbers in order, for pages; made anew when somebody came or left.
        self._pages: tuple[list[str], array[int]] | None = None

    def __len__(self) -> int:
        return len(self._following)

    def get(self, openid: str) -> Citizen | None:
        return self._citizens.get(openid)

    def follows(self, openid: str) -> bool:
        return openid in self._following

    def add(self, citizen: Citizen) -> None:
        self._citizens[citizen.openid] = citizen
        self._following.pop(citizen.openid, None)
        self._number += 1
        self._following[citizen.openid] = self._number
        self._pages = None

    def remove(self, openid: str) -> None:
        """Unfollows; the citizen stays known, as somebody who does not follow."""
        self._following.pop(openid, None)
        self._citizens[openid] = msgspec.structs.replace(self._citizens[openid], subscribed=False)
        self._pages = None

    def page(self, after: str = "") -> list[str]:
        """Up to 10 000 openids that began to follow after `after` did; none when `after` does not follow."""
        if after and after not in self._following:
            return []
        if self._pages is None:
            self._pages = list(self._following), array("Q", self._following.values())
        openids, numbers = self._pages
        start = bisect_right(numbers, self._following[after]) if after else 0
        return openids[start : start + PAGE]

    def following(self) -> list[str]:
        return list(self._following)

    def citizens(self, limit: int) -> list[Citizen]:
        """The first `limit` citizens, those who left included."""
        return list(islice(self._citizens.values(), limit))

    def forget(self) -> None:
        self._citizens.clear()
        self._following.clear()
        self._pages = None

    def replay(self, entry: Mapping[str, Any]) -> None:
        """Takes up one entry of an earlier run's log, so that followers survive a restart of the simulator."""
        kind = entry["kind"]
        if kind == "follower.added":
            self.add(
                Citizen(
                    openid=entry["openid"],
                    nickname=entry["nickname"],
                    subscribed=True,
                    followed_at=datetime.fromisoformat(entry["at"]),
                    scene=entry["scene"],
                )
            )
        elif kind == "followers.bulk_added":
            for citizen in bulk(entry["prefix"], entry["count"], datetime.fromisoformat(entry["at"])):
                self.add(citizen)
        elif kind == "followers.carried_over":
            for citizen in msgspec.convert(entry["citizens"], list[Citizen]):
                self.add(citizen)
        elif kind == "follower.removed":
            self.remove(entry["openid"])
        elif kind == "sim.reset":
            self.forget()


def bulk(prefix: str, count: int, now: datetime) -> Iterable[Citizen]:
    """Many citizens for load and notices, with openids that only `prefix` and `count` decide."""
    return (
        Citizen(openid=f"{prefix}{number:09d}", nickname=f"市民{number}", subscribed=True, followed_at=now)
        for number in range(1, count + 1)
    )
