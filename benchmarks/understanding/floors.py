"""Did a figure on the project's own questions fall below what was reached once? Pure but for reading the floors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FLOORS = Path(__file__).with_name("floors.json")


def read_floors(path: Path = FLOORS) -> dict[str, float]:
    """Least figures by their place in the results: `own.items.first`."""
    floors: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))
    return floors


def below(results: Mapping[str, Any], floors: Mapping[str, float]) -> list[str]:
    """One line for each figure that is under its floor or was not measured."""
    lines = []
    for place, least in floors.items():
        figure: Any = results
        for name in place.split("."):
            figure = figure.get(name) if isinstance(figure, Mapping) else None
        if not isinstance(figure, (int, float)):
            lines.append(f"{place}: was not measured, at least {least} is expected")
        elif figure < least:
            lines.append(f"{place}: {figure}, at least {least} is expected")
    return lines
