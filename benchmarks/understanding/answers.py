"""Is the right answer of the FAQ found, and is what it cannot answer refused? Both at one and the same setting."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.understanding.inputs import Row
from benchmarks.understanding.scores import by_group, percentile, share, summary
from services.faq.service import FaqService

#: Of each question: entry first, among three, told at once, told at once though another, nothing offered.
MEASURES = ("recall1", "recall3", "sure", "sure_wrong", "none")


async def measure_faq(
    service: FaqService, questions: Sequence[Row], unanswerable: Sequence[Row], advance: Callable[[], None]
) -> dict[str, Any]:
    """Asks every question; what the verdict withholds does not count as found."""
    rows = []
    for question in questions:
        rows.append(await _ask(service, question))
        advance()
    refused = []
    for question in unanswerable:
        result = await service.search(question["q"], limit=3)
        refused.append({"q": question["q"], "verdict": result.verdict, "refused": result.verdict == "none"})
        advance()
    times = [row["ms"] for row in rows]
    return {
        **summary(rows, MEASURES),
        "unanswerable": len(refused),
        "refused": share(row["refused"] for row in refused),
        "not_answered": share(row["verdict"] != "sure" for row in refused),
        **({"p50_ms": round(percentile(times, 50), 2), "p95_ms": round(percentile(times, 95), 2)} if times else {}),
        "by_style": by_group(rows, "style", MEASURES),
        "failures": [row for row in rows if not row["recall1"]] + [row for row in refused if not row["refused"]],
    }


async def _ask(service: FaqService, question: Row) -> dict[str, Any]:
    started = time.perf_counter()
    result = await service.search(question["q"], limit=3)
    spent = (time.perf_counter() - started) * 1000
    ids = [hit.id for hit in result.hits]
    return {
        "q": question["q"],
        "style": question.get("style", ""),
        "wanted": question["id"],
        "got": [(hit.question, round(hit.score, 3)) for hit in result.hits],
        "verdict": result.verdict,
        "recall1": ids[:1] == [question["id"]],
        "recall3": question["id"] in ids[:3],
        "sure": result.verdict == "sure",
        "sure_wrong": result.verdict == "sure" and ids[0] != question["id"],
        "none": result.verdict == "none",
        "ms": spent,
    }
