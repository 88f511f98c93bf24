"""Does the live version do worse than the one before it? If so, it is taken back, and staff are told.

What counts is the share of questions that were not understood. It is compared with the share just before the promotion,
by a one-sided test of two proportions, so that a handful of odd questions takes nothing back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import text

from services.clock import Clock
from services.db import Sessions
from services.training.errors import DoesNotFit, NothingBefore
from services.training.service import ITSELF, TrainingService

#: A version that has held so long stays.
WATCHED = timedelta(hours=24)
#: Fewer questions than these say nothing.
FEWEST = 50
MOST = 2000
#: A rise smaller than this is not worth going back for, however sure it is.
RISE = 0.05
#: One-sided, at 0.1 %: it is asked again and again while a version is watched.
SURE = 3.09

log = structlog.stdlib.get_logger(__name__)

# Rasa's events are its own table, made at its first start; the intent stands in the citizen's utterance.
UNDERSTOOD = text("""
    SELECT count(*) AS questions, count(*) FILTER (WHERE intent = 'nlu_fallback') AS fallbacks
    FROM (
        SELECT CAST(data AS jsonb) #>> '{parse_data,intent,name}' AS intent
        FROM rasa_events
        WHERE type_name = 'user' AND at >= :since AND at < :until
            AND CAST(data AS jsonb) ->> 'text' NOT LIKE '/%'
        ORDER BY at DESC LIMIT :most
    ) AS latest
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """How many of so many questions were not understood."""

    fallbacks: int
    questions: int

    @property
    def value(self) -> float:
        return self.fallbacks / self.questions if self.questions else 0.0


def is_worse(before: Share, after: Share) -> bool:
    """Is the share surely, and noticeably, larger than before?"""
    if min(before.questions, after.questions) < FEWEST or after.value - before.value < RISE:
        return False
    pooled = (before.fallbacks + after.fallbacks) / (before.questions + after.questions)
    deviation = math.sqrt(pooled * (1 - pooled) * (1 / before.questions + 1 / after.questions))
    return deviation > 0 and (after.value - before.value) / deviation > SURE


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """Looks at the live version while it is young."""

    training: TrainingService
    sessions: Sessions
    clock: Clock

    async def look(self) -> None:
        """Takes the live version back where it does worse; any number of workers may look."""
        latest = await self.training.promotions(limit=1)
        now = self.clock.now()
        if not latest or latest[0].kind != "promoted" or now - latest[0].at > WATCHED:
            return
        at = latest[0].at
        before, after = await self._share(at - WATCHED, at), await self._share(at, now)
        if not is_worse(before, after):
            return
        reason = f"未能理解的问题从 {before.value:.1%} 升到 {after.value:.1%}（{after.questions} 条）"
        try:
            await self.training.roll_back(by=ITSELF, reason=reason, kind="withdrawn", of=latest[0].version)
        except (NothingBefore, DoesNotFit) as error:
            log.warning("training.cannot_withdraw", version=latest[0].version, reason=error.detail)

    async def _share(self, since: datetime, until: datetime) -> Share:
        async with self.sessions() as session:
            if await session.scalar(text("SELECT to_regclass('rasa_events')")) is None:
                return Share(fallbacks=0, questions=0)
            row = (await session.execute(UNDERSTOOD, {"since": since, "until": until, "most": MOST})).one()
        return Share(fallbacks=row.fallbacks, questions=row.questions)
