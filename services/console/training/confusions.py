"""How are confusions drawn? A square for each pair of intents, which leads to the sentences behind it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.console.intents import intent_title
from services.training.types import Confusion

#: More squares than this one chart cannot show to be read.
SHOWN = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfusionPage:
    """Some of a version's confusions, the most frequent first."""

    rows: Sequence[Confusion]
    #: The page's number, from 1, and of how many.
    number: int
    pages: int
    total: int

    @property
    def first(self) -> int:
        """The place of the first row in the whole list, from 1."""
        return (self.number - 1) * SHOWN + 1


def page_of(confusions: Sequence[Confusion], asked: str) -> ConfusionPage:
    """The page of that number; the first for what is no number, the last for one beyond."""
    pages = max(1, -(-len(confusions) // SHOWN))
    # Longer numbers are beyond every list.
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    number = min(max(1, wanted), pages)
    rows = confusions[(number - 1) * SHOWN : number * SHOWN]
    return ConfusionPage(rows=rows, number=number, pages=pages, total=len(confusions))


def confusion_chart(confusions: Sequence[Confusion]) -> dict[str, object]:
    """Labels and series of a heatmap, and for each square `[column, row]` the place of its confusion in the list."""
    columns = list(dict.fromkeys(one.taken_for for one in confusions))
    # A heatmap is drawn from the bottom: the worst confusions belong to the top.
    rows = list(dict.fromkeys(one.intent for one in confusions))[::-1]
    places = {(one.taken_for, one.intent): place for place, one in enumerate(confusions)}
    counts = {pair: confusions[place].count for pair, place in places.items()}
    return {
        "labels": [intent_title(name) for name in columns],
        "series": [
            {"name": intent_title(row), "values": [counts.get((column, row)) for column in columns]} for row in rows
        ],
        "places": {f"{columns.index(column)},{rows.index(row)}": place + 1 for (column, row), place in places.items()},
    }
