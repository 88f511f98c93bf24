"""Which entries does a citizen see, and does the first one answer? Pure: hits with scores in, a search result out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.faq.types import FaqHit, FaqResult, Verdict
from services.search.space import Tuning
from services.search.verdict import Thresholds, decide

#: Chosen by cross-checking several question sets: single characters carry short, misheard and mistyped questions.
TUNING = Tuning(
    beyond_document=0.3,
    beyond_question=0.1,
    context=0.6,
    sound=0.9,
    clause=0.7,
    aside=0.6,
    unknown=0.6,
    power=0.8,
    asking=0.2,
    singles=2.5,
    triples=0.2,
    words=0.3,
    meanings=4.0,
    meaning=0.7,
)
#: Hits looked at before expired ones are left out.
LOOKED_AT = 30
#: What no entry answers has to fit by so much better than the best entry.
FARTHER = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A hit as the index gives it."""

    hit: FaqHit
    score: float
    #: What the words alone give.
    words: float
    exact: bool


def is_valid(valid_from: date | None, valid_until: date | None, today: date) -> bool:
    """Does an answer hold today? On its first and its last day it does."""
    return (valid_from is None or valid_from <= today) and (valid_until is None or valid_until >= today)


def result(
    found: Iterable[Scored],
    *,
    today: date,
    limit: int,
    thresholds: Thresholds,
    nearest: float | None = None,
    beyond: float = 0.0,
) -> FaqResult:
    """The result on this day; answers that hold no longer, or not yet, are withheld.

    `nearest`: see `decide`. `beyond`: how well the best of the questions fits that no entry answers.
    """
    shown = [one for one in found if is_valid(one.hit.valid_from, one.hit.valid_until, today)]
    judged = decide(shown, thresholds, nearest=nearest)
    if judged == "none" or (not shown[0].exact and beyond > shown[0].score * FARTHER):
        return FaqResult(verdict="none", hits=[])
    verdict: Verdict = "sure" if judged == "sure" or sum(one.exact for one in shown) == 1 else "offer"
    return FaqResult(verdict=verdict, hits=[one.hit for one in shown[:limit]])
