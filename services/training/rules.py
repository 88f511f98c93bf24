"""What does a version have to show before it may go live? Reviewed changes, and no worse answers."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.training import repository
from services.training.errors import NotReviewed, Worse
from services.training.models import VersionRow
from services.training.types import Evaluation


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What a version has to show before it may become the live one."""

    #: Every changed question must have been accepted.
    reviewed: bool = True
    #: How many points of 100 its accuracy on the held-out questions may be below that of the live version.
    may_lose: float = 1.0


async def check(session: AsyncSession, row: VersionRow, rules: Rules) -> None:
    """Raises NotReviewed and Worse."""
    if rules.reviewed:
        undecided = (await repository.undecided(session, [row.version])).get(row.version, 0)
        rejected = await repository.rejected(session, row.version)
        if undecided or rejected:
            raise NotReviewed(f"{undecided} questions undecided, {rejected} rejected")
    evaluation = msgspec.convert(row.evaluation, Evaluation) if row.evaluation else None
    if evaluation is None or evaluation.held_out is None or evaluation.held_out_before is None:
        return
    lost = (evaluation.held_out_before.accuracy - evaluation.held_out.accuracy) * 100
    if lost > rules.may_lose:
        raise Worse(f"{lost:.1f} points below the live version on the held-out questions")
