"""Which intents are there, how well is each taught and recognised, and what is wrong with the examples?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from services.console.intents import intent_title
from services.console.pages import Page
from services.console.paging import PAGE_SIZE, make_listing, place
from services.console.parts import Parts
from services.console.training.forms import IntentSearchForm
from services.console.visit import Visit
from services.staff.permissions import Permission
from services.training.faults import FEWEST
from services.training.types import IntentScore, IntentSize


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One intent."""

    size: IntentSize
    #: By the live version's cross-validation; None where it is not judged.
    score: IntentScore | None

    @property
    def f1(self) -> float:
        """For sorting: what is not judged comes behind what is."""
        return self.score.f1 if self.score else 2.0


def make_pages(parts: Parts) -> Sequence[Page]:
    """The page of intents."""
    pages = _Intents(parts)
    return (Page(method="GET", path="/training/intents", handler=pages.list, permission=Permission.TRAINING_VIEW),)


class _Intents:
    def __init__(self, parts: Parts) -> None:
        self._examples = parts.topics.examples
        self._training = parts.topics.training

    async def list(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind_query(IntentSearchForm)
        words = visit.query.get("q", "").strip()[:100]
        found = [
            one for one in await self._shown() if words in one.size.intent or words in intent_title(one.size.intent)
        ]
        at = place(visit.query, int) or 0
        rows = list(enumerate(_sorted(found, visit.query.get("sort", "")), start=1))[at : at + PAGE_SIZE + 1]
        listing = make_listing(rows, key=lambda row: row[0], query=visit.query)
        return visit.render(
            "training/intents.html",
            listing=listing,
            form=form,
            problems=await self._examples.problems(),
            fewest=FEWEST,
        )

    async def _shown(self) -> Sequence[Shown]:
        scores = {one.intent: one for one in await self._scores()}
        return [Shown(size=one, score=scores.get(one.intent)) for one in await self._examples.intents()]

    async def _scores(self) -> Sequence[IntentScore]:
        latest = await self._training.promotions(limit=1)
        if not latest:
            return ()
        evaluation = (await self._training.version(latest[0].version)).evaluation
        return evaluation.cross_validation.intents if evaluation else ()


def _sorted(found: Sequence[Shown], by: str) -> Sequence[Shown]:
    if by == "f1":
        return sorted(found, key=lambda one: one.f1)
    if by == "examples":
        return sorted(found, key=lambda one: one.size.examples)
    return found
