"""How are confusions drawn? A square for each pair of intents, which leads to the sentences behind it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from services.console.intents import intent_title
from services.training.types import Confusion


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
