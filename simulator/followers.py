"""Who follows the account? Citizens by openid, in the order in which they began to follow."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import dropwhile, islice
from typing import Any

import msgspec

PAGE = 10_000
_ALPHABET = string.ascii_letters + string.digits + "_-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Citizen:
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
        self._following: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._following)

    def get(self, openid: str) -> Citizen | None:
        return self._citizens.get(openid)

    def follows(self, openid: str) -> bool:
        return openid in self._following

    def add(self, citizen: Citizen) -> None:
        self._citizens[citizen.openid] = citizen
        self._following.pop(citizen.openid, None)
        self._following[citizen.openid] = None

    def remove(self, openid: str) -> None:
        """Unfollows; the citizen stays known, as somebody who does not follow."""
        self._following.pop(openid, None)
        self._citizens[openid] = replace(self._citizens[openid], subscribed=False)

    def page(self, after: str = "") -> list[str]:
        """Up to 10 000 openids that began to follow after `after` did; none when `after` does not follow."""
        openids: Iterable[str] = self._following
        if after:
            openids = islice(dropwhile(lambda openid: openid != after, openids), 1, None)
        return list(islice(openids, PAGE))

    def following(self) -> list[str]:
        return list(self._following)

    def citizens(self, limit: int) -> list[Citizen]:
        """The first `limit` citizens, those who left included."""
        return list(islice(self._citizens.values(), limit))

    def forget(self) -> None:
        self._citizens.clear()
        self._following.clear()

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
