"""How do the results look to a reader? One table with a column for each figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

#: Figure -> heading. Shares are in percent.
COLUMNS = {
    "accuracy": "accuracy",
    "ece": "ECE",
    "train_seconds": "train s",
    "mb": "MB",
    "ms": "ms",
    "first": "first",
    "recall1": "first",
    "top3": "top 3",
    "recall3": "top 3",
    "sure": "sure",
    "sure_wrong": "sure but wrong",
    "none": "none",
    "fact": "fact",
    "reply": "reply",
    "refused": "refused",
    "p50_ms": "p50 ms",
    "p95_ms": "p95 ms",
    "core_p50_ms": "on a core p50 ms",
    "core_p95_ms": "on a core p95 ms",
    "ready_s": "ready s",
    "edit_s": "edit seen s",
    "mb_peak": "MB at most",
}
Line = tuple[str, int, Mapping[str, Any]]


def table_of(results: Mapping[str, Any]) -> Table:
    """What was measured, on how much, and the figures."""
    lines = list(_lines(results))
    headings = dict.fromkeys(title for name, title in COLUMNS.items() if any(name in told for _, _, told in lines))
    table = Table("measured", "n", *headings, title="Understanding", title_justify="left")
    for name, count, told in lines:
        cells = {title: told[figure] for figure, title in COLUMNS.items() if told.get(figure) is not None}
        table.add_row(name, str(count), *(_cell(cells.get(heading)) for heading in headings))
    return table


def _cell(figure: Any) -> str:
    return f"{figure:g}" if isinstance(figure, (int, float)) else ""


def _lines(results: Mapping[str, Any]) -> Iterator[Line]:
    for name, figures in results.get("intents", {}).items():
        for pipeline, result in figures.items():
            yield from _intent_lines(f"intents {name}", pipeline, result)
    for place in ("items", "faq"):
        if place in results:
            yield from _question_lines(place, results[place])
    for place, figures in results.get("own", {}).items():
        yield from _question_lines(f"own {place}", figures)
    for topic, sizes in results.get("size", {}).items():
        for count, figures in sizes.items():
            yield f"size of {topic}", int(count), figures


def _intent_lines(name: str, pipeline: str, result: Mapping[str, Any]) -> Iterator[Line]:
    if "failed" in result:
        yield f"{name}, {pipeline}: {result['failed']}", 0, {}
    for half in ("dev", "test"):
        if half in result:
            yield f"{name} {half}, {pipeline}", result[half]["sentences"], {**result, **result[half]}


def _question_lines(place: str, figures: Mapping[str, Any]) -> Iterator[Line]:
    yield place, figures["questions"], figures
    for group in ("style", "aspect"):
        for name, told in figures.get(f"by_{group}", {}).items():
            yield f"  {group} {name}", told["questions"], told
    if figures.get("unanswerable"):
        yield "  unanswerable", figures["unanswerable"], {"refused": figures["refused"]}
