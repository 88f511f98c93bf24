"""Which hits does a citizen see, and is the first one meant? Pure: hits with scores in, a search result out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from services.catalogue.deeds import Wish
from services.catalogue.districts import Reach, reach
from services.catalogue.types import ItemHit, SearchResult, Verdict
from services.search.space import Tuning
from services.search.verdict import Thresholds, decide

#: Chosen by cross-checking several question sets: single characters carry short, misheard and mistyped questions.
TUNING = Tuning(
    beyond_document=0.6,
    beyond_question=0.25,
    context=0.6,
    sound=1.0,
    clause=0.56,
    aside=0.6,
    beyond_aside=0.024,
    unknown=0.8,
    power=1.0,
    asking=0.04,
    singles=2.5,
    triples=0.2,
    words=0.3,
    meanings=3.0,
    meaning=0.52,
)
#: Another district's item is worth this beside one that is for the citizen.
ELSEWHERE = 0.8
#: Hits looked at before the best are shown: one name may be that of an item in every district.
LOOKED_AT = 150


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """A hit before the citizen's district is looked at."""

    hit: ItemHit
    score: float
    #: What the words alone give.
    words: float
    #: The question is one of the item's names.
    exact: bool


def result(
    found: Iterable[Scored],
    *,
    area_code: str,
    limit: int,
    thresholds: Thresholds,
    wish: Wish,
    nearest: float | None = None,
) -> SearchResult:
    """The result for a citizen of the area; an empty code: the area is not known. `nearest`: see `decide`."""
    ranked = _ranked(_wished(list(found), wish), area_code)
    shown = _distinct(ranked, area_code)
    verdict: Verdict = {"sure": "sure", "unsure": "ask", "none": "none"}[decide(shown, thresholds, nearest=nearest)]  # type: ignore[assignment]
    if verdict == "none":
        return SearchResult(verdict="none", hits=[])
    first = shown[0]
    if area_code and reach(first.hit.area_code, area_code) is Reach.ELSEWHERE:
        verdict = "ask"
    elif first.exact and sum(scored.exact for scored in shown) == 1:
        verdict = "sure"
    hits = [msgspec.structs.replace(scored.hit, score=round(scored.score, 4)) for scored in shown[:limit]]
    return SearchResult(verdict=verdict, hits=hits)


def _wished(found: Sequence[Scored], wish: Wish) -> list[Scored]:
    """Better where it does what is wanted, the best as good as before: deeds order hits, and say nothing of doubt."""
    # What is called by its name needs no deed.
    named, others = [one for one in found if one.exact], [one for one in found if not one.exact]
    scores = [one.score * wish.fit(one.hit.task_name) for one in others]
    scale = max((one.score for one in others), default=0.0) / max(max(scores, default=0.0), 1e-9)
    return named + [
        msgspec.structs.replace(one, score=score * scale) for one, score in zip(others, scores, strict=True)
    ]


def _ranked(found: Iterable[Scored], area_code: str) -> list[Scored]:
    """Best first; of equal ones that of the nearest area, then the shorter name."""
    scored = [
        msgspec.structs.replace(one, score=one.score * ELSEWHERE) if _elsewhere(one, area_code) else one
        for one in found
    ]
    return sorted(
        scored,
        key=lambda one: (-round(one.score, 3), -_near(one, area_code), len(one.hit.task_name), one.hit.task_code),
    )


def _distinct(ranked: Sequence[Scored], area_code: str) -> list[Scored]:
    """Without hits that a citizen could not tell from a better one, or that are a farther area's twin of it."""
    kept: list[Scored] = []
    seen: set[tuple[str, ...]] = set()
    names: dict[str, Reach] = {}
    for one in sorted(ranked, key=lambda one: -_near(one, area_code)) if area_code else ():
        names.setdefault(one.hit.task_name, _near(one, area_code))
    for one in ranked:
        look = (one.hit.task_name, one.hit.dept_name, one.hit.district)
        if look in seen or (area_code and _near(one, area_code) < names[one.hit.task_name]):
            continue
        seen.add(look)
        kept.append(one)
    return kept


def _near(one: Scored, area_code: str) -> Reach:
    return reach(one.hit.area_code, area_code) if area_code else Reach.OWN


def _elsewhere(one: Scored, area_code: str) -> bool:
    return _near(one, area_code) is Reach.ELSEWHERE
