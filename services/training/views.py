"""What is shown of a version? Its row; and is it live, does it fit, is anything undecided?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.training import repository
from services.training.models import VersionRow
from services.training.types import Evaluation, ModelVersion, VersionLine


async def views(session: AsyncSession, rows: Sequence[VersionRow], *, release: str) -> list[ModelVersion]:
    """The rows as values; `release`: of the program that runs now."""
    current = await repository.live(session)
    undecided = await repository.undecided(session, [row.version for row in rows])
    return [
        ModelVersion(
            version=row.version,
            state=row.state,  # type: ignore[arg-type]
            requested_by=row.requested_by,
            note=row.note,
            requested_at=row.requested_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
            examples=row.examples,
            intents=row.intents,
            failure=row.failure,
            fits=row.release == release,
            live=current is not None and current.version == row.version,
            evaluation=msgspec.convert(row.evaluation, Evaluation) if row.evaluation else None,
            undecided=undecided.get(row.version, 0),
        )
        for row in rows
    ]


async def lines(session: AsyncSession, rows: Sequence[Row[Any]], *, release: str) -> list[VersionLine]:
    """The rows of `repository.lines` as values."""
    current = await repository.live(session)
    undecided = await repository.undecided(session, [row.version for row in rows])
    return [
        VersionLine(
            version=row.version,
            state=row.state,
            requested_by=row.requested_by,
            note=row.note,
            requested_at=row.requested_at,
            examples=row.examples,
            fits=row.release == release,
            live=current is not None and current.version == row.version,
            accuracy=row.accuracy,
            held_out=row.held_out,
            undecided=undecided.get(row.version, 0),
        )
        for row in rows
    ]
