"""Which vectors are at hand in this process? All of a topic's, in one array, or none where they would need much room.

A database compares 5,000 vectors in some milliseconds and 100,000 in more than a tenth of a second; an array in a
thirtieth and a seventh of that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt

from services.dense.embedder import Vector

#: 100,000 vectors of 384 numbers, and some.
ROOM_BYTES = 160 * 2**20
_NUMBER_BYTES = 4


class HeldVectors:
    """The vectors of one topic and model. Changed by one thread, read by any."""

    def __init__(self, *, room: int = ROOM_BYTES) -> None:
        self._room = room
        #: Hashes, and a row for each of length 1; always replaced together. None where there are none, or too many.
        self._held: tuple[list[str], npt.NDArray[np.float32]] | None = None

    def fits(self, count: int, dimensions: int) -> bool:
        """May so many vectors be held?"""
        return count * dimensions * _NUMBER_BYTES <= self._room

    def lacking(self, hashes: Collection[str]) -> list[str]:
        """Those of these that are not held."""
        held = set(self._held[0]) if self._held else set()
        return [one for one in hashes if one not in held]

    def add(self, vectors: Mapping[str, Vector]) -> None:
        """Holds more vectors, all of one length, and none twice."""
        if not vectors:
            return
        new = np.asarray(list(vectors.values()), dtype=np.float32)
        new /= np.linalg.norm(new, axis=1, keepdims=True)
        if self._held is None:
            self._held = (list(vectors), new)
        else:
            hashes, rows = self._held
            self._held = ([*hashes, *vectors], np.vstack([rows, new]))

    def keep(self, hashes: Collection[str]) -> None:
        """Lets go of all but these."""
        if self._held is None:
            return
        wanted, (held, vectors) = set(hashes), self._held
        rows = [row for row, one in enumerate(held) if one in wanted]
        if len(rows) < len(held):
            self._held = ([held[row] for row in rows], vectors[rows]) if rows else None

    def nearest(self, vector: Vector, *, above: float, limit: int) -> dict[str, float] | None:
        """Cosine similarities above `above` by hash, the nearest first; None where no vectors are held."""
        if self._held is None:
            return None
        hashes, rows = self._held
        asked = np.asarray(vector, dtype=np.float32)
        cosines = rows @ (asked / np.linalg.norm(asked))
        found = np.flatnonzero(cosines > above)
        if len(found) > limit:
            found = found[np.argpartition(-cosines[found], limit)[:limit]]
        found = found[np.argsort(-cosines[found], kind="stable")]
        return {hashes[row]: float(cosines[row]) for row in found.tolist()}
