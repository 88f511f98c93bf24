"""Is the right item found, and is the asked fact told? Questions against a running catalogue."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.understanding.inputs import Row
from benchmarks.understanding.scores import by_group, percentile, summary
from services.catalogue.service import CatalogueService, ItemNotFound

#: Of each question: item first, item among three, the verdict's courage, its fact in the guide, its fact in the reply.
MEASURES = ("first", "top3", "sure", "sure_wrong", "none", "fact", "reply")
#: What is asked of an item, read from a question's words.
ReadAspects = Callable[[str], Sequence[str]]


async def measure_items(
    service: CatalogueService, questions: Sequence[Row], aspects_of: ReadAspects, advance: Callable[[], None]
) -> dict[str, Any]:
    """Asks every question; shares in percent, over all and by style and aspect, and the questions that failed."""
    rows = []
    for question in questions:
        rows.append(await _ask(service, question, aspects_of))
        advance()
    times = [row["ms"] for row in rows]
    return {
        **summary(rows, MEASURES),
        "p50_ms": round(percentile(times, 50), 2),
        "p95_ms": round(percentile(times, 95), 2),
        "by_style": by_group(rows, "style", MEASURES),
        "by_aspect": by_group(rows, "aspect", MEASURES),
        "failures": [row for row in rows if not row["first"] or row.get("reply") is False],
    }


async def _ask(service: CatalogueService, question: Row, aspects_of: ReadAspects) -> dict[str, Any]:
    started = time.perf_counter()
    result = await service.search(question["q"], limit=3)
    spent = (time.perf_counter() - started) * 1000
    codes = [hit.task_code for hit in result.hits]
    wanted = question["task_code"]
    row: dict[str, Any] = {
        "q": question["q"],
        "style": question.get("style", ""),
        "aspect": question.get("aspect", ""),
        "wanted": wanted,
        "got": [(hit.task_name, round(hit.score, 3)) for hit in result.hits],
        "verdict": result.verdict,
        "first": codes[:1] == [wanted],
        "top3": wanted in codes[:3],
        "sure": result.verdict == "sure",
        "sure_wrong": result.verdict == "sure" and codes[0] != wanted,
        "none": result.verdict == "none",
        "ms": spent,
    }
    if question.get("must_contain"):
        said = await _sections(service, codes[0]) if codes else {}
        asked = aspects_of(question["q"])
        told = [said.get(aspect, "") for aspect in asked]
        row["fact"] = row["first"] and _holds([said.get(row["aspect"], "")], question["must_contain"])
        row["reply"] = row["first"] and _holds(told, question["must_contain"])
        # Two questions in one message get two answers.
        row["reply"] &= set(question.get("also", ())) <= set(asked)
        row["asked"] = list(asked)
    return row


async def _sections(service: CatalogueService, task_code: str) -> dict[str, str]:
    try:
        guide = await service.guide(task_code)
    except ItemNotFound:
        return {}
    return {section.aspect: section.text for section in guide.sections}


def _holds(texts: Sequence[str], wanted: Sequence[str]) -> bool:
    together = "\n".join(texts)
    return all(part in together for part in wanted)
