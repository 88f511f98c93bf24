"""Which tags has the account put on its followers? At most 100 tags, 20 a follower, as the platform allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.errors import ApiError

PAGE = 10_000
MOST_TAGS = 100
NAME_BYTES = 30
A_FOLLOWER = 20
FIRST_ID = 100


class Tags:
    """Tags by id, each with the openids that have it in the order in which they got it."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._names: dict[int, str] = {}
        self._members: dict[int, dict[str, None]] = {}
        self._next = FIRST_ID

    def all(self) -> list[dict[str, object]]:
        """As `tags/get` lists them."""
        return [{"id": tag, "name": name, "count": len(self._members[tag])} for tag, name in self._names.items()]

    def create(self, name: str) -> int:
        """45158 for a name that is too long or none, 45157 for one that there is, 45056 for the 101st."""
        if not name or len(name.encode()) > NAME_BYTES:
            raise ApiError(45158)
        if name in self._names.values():
            raise ApiError(45157)
        if len(self._names) >= MOST_TAGS:
            raise ApiError(45056)
        tag, self._next = self._next, self._next + 1
        self._names[tag], self._members[tag] = name, {}
        return tag

    def delete(self, tag: int) -> None:
        """Takes it from everybody."""
        self._known(tag)
        del self._names[tag], self._members[tag]

    def put(self, tag: int, openids: Sequence[str]) -> None:
        """45059 where one of them has twenty already; then nobody gets it."""
        members = self._known(tag)
        if any(openid not in members and len(self.of(openid)) >= A_FOLLOWER for openid in openids):
            raise ApiError(45059)
        members.update(dict.fromkeys(openids))

    def take(self, tag: int, openids: Sequence[str]) -> None:
        members = self._known(tag)
        for openid in openids:
            members.pop(openid, None)

    def take_all(self, openid: str) -> None:
        """Who unfollows has no tags any more."""
        for members in self._members.values():
            members.pop(openid, None)

    def of(self, openid: str) -> list[int]:
        return [tag for tag, members in self._members.items() if openid in members]

    def members(self, tag: int) -> list[str]:
        return list(self._known(tag))

    def page(self, tag: int, after: str) -> list[str]:
        """Up to 10 000 openids that got the tag after `after` did."""
        openids = self.members(tag)
        start = openids.index(after) + 1 if after in self._known(tag) else 0
        return openids[start : start + PAGE]

    def replay(self, entry: Mapping[str, Any]) -> None:
        """Takes up one entry of an earlier run's log."""
        kind = entry["kind"]
        if kind == "tags.changed":
            self._names = {int(tag): name for tag, name in entry["names"].items()}
            self._next = max([FIRST_ID - 1, *self._names]) + 1
            self._members = {tag: self._members.get(tag, {}) for tag in self._names}
        elif kind == "tags.put":
            self._members.get(entry["tag"], {}).update(dict.fromkeys(entry["openids"]))
        elif kind == "tags.taken":
            for openid in entry["openids"]:
                self._members.get(entry["tag"], {}).pop(openid, None)
        elif kind == "follower.removed":
            self.take_all(entry["openid"])
        elif kind == "sim.reset":
            self.forget()

    def names(self) -> Mapping[int, str]:
        return self._names

    def _known(self, tag: int) -> dict[str, None]:
        if tag not in self._members:
            raise ApiError(45159)
        return self._members[tag]
