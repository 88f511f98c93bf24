"""What happened on the platform, in order? An append-only record on disk; memory holds only where each entry stands.

An entry is written and handed to the operating system before anybody is answered, so a killed simulator has
recorded everything that others were told.
"""

from __future__ import annotations

import asyncio
import os
from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import msgspec

from simulator.clock import Clock, MovableClock

#: A record larger than this is put aside at the next start; who follows is carried over.
ROTATE_BYTES: Final = 64 * 1024 * 1024

Entry = dict[str, Any]
#: What every entry has, so that readers need not ask.
DEFAULTS: Mapping[str, Any] = {"openid": "", "msg_id": "", "attempt": 0, "content": "", "raw": ""}


class EventLog:
    """One JSON object a line: seq, at (the machine's time), kind, openid, msg_id, attempt, content, raw and more."""

    def __init__(self, path: Path, *, wall: Clock, clock: MovableClock) -> None:
        self._wall = wall
        self._clock = clock
        self._path = path
        self._changed = asyncio.Event()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._open()

    def __enter__(self) -> EventLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def append(self, kind: str, **fields: Any) -> Entry:
        """Writes one entry and wakes who waits; `fields` replace and extend the defaults."""
        entry: Entry = {"seq": self.last_seq + 1, "at": self._wall.now().isoformat(), "kind": kind}
        if self._clock.offset_seconds:
            entry["platform_at"] = self._clock.now().isoformat()
        entry |= {**DEFAULTS, **fields}
        line = msgspec.json.encode(entry) + b"\n"
        if self._file.write(line) != len(line):
            raise OSError("the record could not be written whole")
        self._index(entry, len(line))
        self._changed.set()
        self._changed = asyncio.Event()
        return entry

    @property
    def is_large(self) -> bool:
        """Is it time to put the record aside?"""
        return self._size > ROTATE_BYTES

    def put_aside(self) -> None:
        """Keeps the record as `<name>.1` and begins an empty one; for the start only, when nobody reads yet."""
        self._file.close()
        self._path.replace(self._path.with_suffix(self._path.suffix + ".1"))
        self._open()

    @property
    def last_seq(self) -> int:
        return len(self._offsets)

    def read(
        self, *, after: int = 0, openid: str = "", kinds: Collection[str] = (), limit: int = 1000
    ) -> tuple[list[Entry], int]:
        """Entries with seq > `after`, oldest first, and up to which seq was looked.

        `kinds` names kinds; one that ends with a dot names all that begin so.
        """
        wanted = {number for kind, number in self._kind_numbers.items() if _matches(kind, kinds)}
        found: list[Entry] = []
        for seq in self._candidates(after, openid):
            if not kinds or self._kinds[seq - 1] in wanted:
                found.append(self._entry(seq))
                if len(found) >= limit:
                    return found, seq
        return found, max(after, self.last_seq)

    async def wait(
        self, seconds: float, *, after: int = 0, openid: str = "", kinds: Collection[str] = (), limit: int = 1000
    ) -> list[Entry]:
        """As `read`, but waits up to `seconds` for the first fitting entry."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while True:
            changed = self._changed
            entries, after = self.read(after=after, openid=openid, kinds=kinds, limit=limit)
            left = end - loop.time()
            if entries or left <= 0:
                return entries
            try:
                await asyncio.wait_for(changed.wait(), left)
            except asyncio.TimeoutError:
                return []

    def all(self) -> Iterator[Entry]:
        """Every entry, for taking up where the last run ended."""
        return (self._entry(seq) for seq in range(1, self.last_seq + 1))

    def _candidates(self, after: int, openid: str) -> Iterator[int]:
        if not openid:
            return iter(range(max(0, after) + 1, self.last_seq + 1))
        seqs = self._by_openid.get(openid, array("Q"))
        return iter(seqs[bisect_right(seqs, after) :])

    def _entry(self, seq: int) -> Entry:
        start = self._offsets[seq - 1]
        end = self._offsets[seq] if seq < len(self._offsets) else self._size
        entry: Entry = msgspec.json.decode(os.pread(self._file.fileno(), end - start, start))
        return entry

    def _index(self, entry: Mapping[str, Any], length: int) -> None:
        self._offsets.append(self._size)
        self._kinds.append(self._kind_numbers.setdefault(str(entry["kind"]), len(self._kind_numbers)))
        if entry["openid"]:
            self._by_openid.setdefault(str(entry["openid"]), array("Q")).append(len(self._offsets))
        self._size += length

    def _open(self) -> None:
        """Indexes what an earlier run wrote; a last line that was cut off by a kill is taken away."""
        self._offsets = array("Q")
        self._kinds = array("H")
        self._kind_numbers: dict[str, int] = {}
        self._by_openid: dict[str, array[int]] = {}
        self._size = 0
        self._file = self._path.open("a+b", buffering=0)
        with self._path.open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    self._index(msgspec.json.decode(line), len(line))
        self._file.truncate(self._size)


def _matches(kind: str, wanted: Collection[str]) -> bool:
    return any(kind.startswith(one) if one.endswith(".") else kind == one for one in wanted)
