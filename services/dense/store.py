"""Where do vectors live? In pgvector, one row a text: claimed, filled, forgotten when its text is gone. SQL only.

The table is made when dense ranking is first used and not by a migration: servers without the extension stay usable
for everybody else. See docs/decisions/0016-dense-ranking.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.db import Sessions
from services.dense.embedder import Vector

#: Two processes that start together must not both create the table.
CREATE_LOCK = 7_205_760
#: A text claimed by a process that died is free again after this.
LEASE_SECONDS = 60
#: Bytes that pgvector sends before a vector's numbers: how many there are, and two that are kept free.
_SENT_HEADER = 4

_CREATE = """
    CREATE TABLE IF NOT EXISTS text_vectors (
        topic text NOT NULL,
        model text NOT NULL,
        text_hash text NOT NULL,
        vector vector,
        claimed_until timestamptz,
        PRIMARY KEY (topic, model, text_hash)
    )
"""


class NoVectors(Exception):
    """This PostgreSQL has no vectors; the text says what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What is there already, by the texts' hashes."""

    filled: frozenset[str]
    #: The model will not take these.
    refused: frozenset[str]
    #: The vectors' length; None where there are none.
    dimensions: int | None


async def prepare(sessions: Sessions) -> None:
    """Makes extension and table where they are missing; raises NoVectors where that cannot be."""
    async with sessions.begin() as session:
        await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CREATE_LOCK})
        there = await session.scalar(text("SELECT to_regtype('vector') IS NOT NULL"))
        known = await session.scalar(text("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'"))
        if not there and not known:
            raise NoVectors("this PostgreSQL has no pgvector: install it, or set ZQ_SEARCH_MODEL=none")
        if not there:
            await _create_extension(session)
        await session.execute(text(_CREATE))


async def _create_extension(session: AsyncSession) -> None:
    try:
        await session.execute(text("CREATE EXTENSION vector"))
    except DBAPIError as error:
        raise NoVectors("this user may not create the extension: run CREATE EXTENSION vector as admin") from error


class VectorStore:
    """The vectors of one topic and model."""

    def __init__(self, *, topic: str, model: str) -> None:
        self._mine = {"topic": topic, "model": model}

    async def kept(self, session: AsyncSession) -> Kept:
        """What needs no asking again."""
        rows = await session.execute(
            text("""
                SELECT text_hash, vector_dims(vector) AS dimensions FROM text_vectors
                WHERE topic = :topic AND model = :model AND (vector IS NOT NULL OR claimed_until = 'infinity')
            """),
            self._mine,
        )
        found = {row.text_hash: row.dimensions for row in rows}
        return Kept(
            filled=frozenset(one for one, dimensions in found.items() if dimensions is not None),
            refused=frozenset(one for one, dimensions in found.items() if dimensions is None),
            dimensions=next(filter(None, found.values()), None),
        )

    async def vectors(self, session: AsyncSession, hashes: Sequence[str]) -> dict[str, Vector]:
        """Those of these hashes that are filled."""
        rows = await session.execute(
            text("""
                SELECT text_hash, vector_send(vector) AS sent FROM text_vectors
                WHERE topic = :topic AND model = :model AND text_hash = ANY(:hashes) AND vector IS NOT NULL
            """),
            {**self._mine, "hashes": list(hashes)},
        )
        return {row.text_hash: np.frombuffer(row.sent, dtype=">f4", offset=_SENT_HEADER).tolist() for row in rows}

    async def claim(self, session: AsyncSession, hashes: Sequence[str]) -> list[str]:
        """Those without a vector that nobody else is at; they are this process's for LEASE_SECONDS."""
        rows = await session.execute(
            text("""
                INSERT INTO text_vectors AS v (topic, model, text_hash, claimed_until)
                SELECT :topic, :model, one, now() + make_interval(secs => :lease)
                FROM unnest(CAST(:hashes AS text[])) AS one ORDER BY one
                ON CONFLICT (topic, model, text_hash) DO UPDATE SET claimed_until = EXCLUDED.claimed_until
                    WHERE v.vector IS NULL AND v.claimed_until < now()
                RETURNING text_hash
            """),
            {**self._mine, "hashes": list(hashes), "lease": LEASE_SECONDS},
        )
        return list(rows.scalars())

    async def save(self, session: AsyncSession, vectors: Mapping[str, Vector]) -> None:
        """Keeps the vectors of claimed texts, by their hashes; keeping them twice changes nothing."""
        await session.execute(
            text("""
                UPDATE text_vectors SET vector = CAST(:vector AS vector), claimed_until = NULL
                WHERE topic = :topic AND model = :model AND text_hash = :text_hash AND vector IS NULL
            """),
            [{**self._mine, "text_hash": one, "vector": str(list(vector))} for one, vector in vectors.items()],
        )

    async def release(self, session: AsyncSession, hashes: Collection[str], *, for_good: bool) -> None:
        """Gives claimed texts back at once; `for_good`: nobody tries them again, because the model refuses them."""
        until = "'infinity'" if for_good else "'-infinity'"
        await session.execute(
            text(f"""
                UPDATE text_vectors SET claimed_until = {until}
                WHERE topic = :topic AND model = :model AND text_hash = :text_hash AND vector IS NULL
            """),  # noqa: S608 (one of two constants)
            [{**self._mine, "text_hash": one} for one in hashes],
        )

    async def forget(self, session: AsyncSession, said: Collection[str]) -> None:
        """Deletes vectors of texts that are no longer said, and those of models used before."""
        await session.execute(
            text("""
                DELETE FROM text_vectors v WHERE v.topic = :topic AND (v.model <> :model OR NOT EXISTS (
                    SELECT FROM unnest(CAST(:said AS text[])) AS one WHERE one = v.text_hash))
            """),
            {**self._mine, "said": list(said)},
        )

    async def nearest(self, session: AsyncSession, vector: Vector, *, above: float, limit: int) -> dict[str, float]:
        """Cosine similarities above `above` by the texts' hashes, the nearest first; every vector has one length."""
        rows = await session.execute(
            text("""
                SELECT text_hash, similarity FROM (
                    SELECT text_hash, 1 - (vector <=> CAST(:vector AS vector)) AS similarity FROM text_vectors
                    WHERE topic = :topic AND model = :model AND vector IS NOT NULL
                ) AS measured WHERE similarity > :above ORDER BY similarity DESC LIMIT :limit
            """),
            {**self._mine, "vector": str(list(vector)), "above": above, "limit": limit},
        )
        return {row.text_hash: float(row.similarity) for row in rows}
