"""Where do vectors live? In pgvector, one row a text: claimed, filled, forgotten when its text is gone. SQL only.

The table is made when dense ranking is first used and not by a migration: servers without the extension stay usable
for everybody else. See docs/decisions/0016-dense-ranking.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.db import Sessions
from services.dense.client import Vector
from services.dense.fusion import Near

#: Two processes that start together must not both create the table.
CREATE_LOCK = 7_205_760
#: A text claimed by a process that died is free again after this.
LEASE_SECONDS = 60

_CREATE = """
    CREATE TABLE IF NOT EXISTS dense_vectors (
        topic text NOT NULL,
        model text NOT NULL,
        key text NOT NULL,
        text_hash text NOT NULL,
        vector vector,
        claimed_until timestamptz,
        PRIMARY KEY (topic, model, key, text_hash)
    )
"""


class NoVectors(Exception):
    """This PostgreSQL has no vectors; the text says what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A text that has no vector yet."""

    key: str
    text_hash: str
    wording: str


async def prepare(sessions: Sessions) -> None:
    """Makes extension and table where they are missing; raises NoVectors where that cannot be."""
    async with sessions.begin() as session:
        await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CREATE_LOCK})
        there = await session.scalar(text("SELECT to_regtype('vector') IS NOT NULL"))
        known = await session.scalar(text("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'"))
        if not there and not known:
            raise NoVectors("ZQ_EMBEDDINGS_URL is set, but this PostgreSQL has no pgvector: install it, or unset it")
        if not there:
            await _create_extension(session)
        await session.execute(text(_CREATE))


async def _create_extension(session: AsyncSession) -> None:
    try:
        await session.execute(text("CREATE EXTENSION vector"))
    except DBAPIError as error:
        raise NoVectors(
            "ZQ_EMBEDDINGS_URL is set, but this user may not create the extension: run CREATE EXTENSION vector as admin"
        ) from error


class VectorStore:
    """The vectors of one topic and model. `texts` is a SELECT of (key, wording): what should have vectors now."""

    def __init__(self, *, topic: str, model: str, texts: str) -> None:
        self._mine = {"topic": topic, "model": model}
        self._texts = texts

    async def claim(self, session: AsyncSession, limit: int) -> list[Wanted]:
        """Some texts without a vector that nobody else is at; they are this process's for LEASE_SECONDS."""
        rows = await session.execute(
            text(f"""
                WITH wanted AS (
                    SELECT source.key, md5(source.wording) AS text_hash, min(source.wording) AS wording
                    FROM ({self._texts}) AS source (key, wording)
                    LEFT JOIN dense_vectors v ON v.topic = :topic AND v.model = :model
                        AND v.key = source.key AND v.text_hash = md5(source.wording)
                    WHERE v.key IS NULL OR (v.vector IS NULL AND v.claimed_until < now())
                    GROUP BY 1, 2 LIMIT :limit
                ), claimed AS (
                    INSERT INTO dense_vectors AS v (topic, model, key, text_hash, claimed_until)
                    SELECT :topic, :model, key, text_hash, now() + make_interval(secs => :lease) FROM wanted
                    ON CONFLICT (topic, model, key, text_hash) DO UPDATE SET claimed_until = EXCLUDED.claimed_until
                        WHERE v.vector IS NULL AND v.claimed_until < now()
                    RETURNING key, text_hash
                )
                SELECT key, text_hash, wording FROM claimed JOIN wanted USING (key, text_hash)
            """),  # noqa: S608 (the topic's own constant)
            {**self._mine, "limit": limit, "lease": LEASE_SECONDS},
        )
        return [Wanted(key=row.key, text_hash=row.text_hash, wording=row.wording) for row in rows]

    async def save(self, session: AsyncSession, texts: Sequence[Wanted], vectors: Sequence[Vector]) -> None:
        """Keeps the vectors of claimed texts; keeping them twice changes nothing."""
        rows = [
            {**self._mine, "key": one.key, "text_hash": one.text_hash, "vector": str(vector)}
            for one, vector in zip(texts, vectors, strict=True)
        ]
        await session.execute(
            text("""
                UPDATE dense_vectors SET vector = CAST(:vector AS vector), claimed_until = NULL
                WHERE topic = :topic AND model = :model AND key = :key AND text_hash = :text_hash AND vector IS NULL
            """),
            rows,
        )

    async def release(self, session: AsyncSession, texts: Sequence[Wanted], *, for_good: bool) -> None:
        """Gives claimed texts back at once; `for_good`: nobody tries them again, because the endpoint refuses them."""
        until = "'infinity'" if for_good else "'-infinity'"
        await session.execute(
            text(f"""
                UPDATE dense_vectors SET claimed_until = {until}
                WHERE topic = :topic AND model = :model AND key = :key AND text_hash = :text_hash AND vector IS NULL
            """),  # noqa: S608 (one of two constants)
            [{**self._mine, "key": one.key, "text_hash": one.text_hash} for one in texts],
        )

    async def waiting(self, session: AsyncSession) -> int:
        """How many claimed texts have no vector yet and may get one."""
        return int(
            await session.scalar(
                text("""
                    SELECT count(*) FROM dense_vectors WHERE topic = :topic AND model = :model
                        AND vector IS NULL AND claimed_until < 'infinity'
                """),
                self._mine,
            )
            or 0
        )

    async def forget(self, session: AsyncSession) -> None:
        """Deletes vectors of texts that are no longer said so, and those of models used before."""
        await session.execute(
            text(f"""
                DELETE FROM dense_vectors v WHERE v.topic = :topic AND (v.model <> :model OR NOT EXISTS (
                    SELECT FROM ({self._texts}) AS source (key, wording)
                    WHERE source.key = v.key AND md5(source.wording) = v.text_hash))
            """),  # noqa: S608 (the topic's own constant)
            self._mine,
        )

    async def dimensions(self, session: AsyncSession) -> int | None:
        """The length of the vectors kept; None where there are none."""
        found = await session.scalar(
            text("""
                SELECT vector_dims(vector) FROM dense_vectors
                WHERE topic = :topic AND model = :model AND vector IS NOT NULL LIMIT 1
            """),
            self._mine,
        )
        return None if found is None else int(found)

    async def nearest(self, session: AsyncSession, vector: Vector, limit: int) -> list[Near]:
        """The documents nearest to `vector`, which must have the kept vectors' length; the nearest first."""
        rows = await session.execute(
            text("""
                SELECT key, 1 - min(vector <=> CAST(:vector AS vector)) AS similarity FROM dense_vectors
                WHERE topic = :topic AND model = :model AND vector IS NOT NULL
                GROUP BY key ORDER BY similarity DESC, key LIMIT :limit
            """),
            {**self._mine, "vector": str(vector), "limit": limit},
        )
        return [Near(key=row.key, similarity=float(row.similarity)) for row in rows]
