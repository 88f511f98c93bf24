"""The sentences that the assistant is taught, read from data/nlu as plain text with their intents."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
_ANNOTATION = re.compile(r"\[([^\]]+)\]\([^)]*\)")


@cache
def examples() -> tuple[tuple[str, str], ...]:
    """Every sentence with its intent."""
    found = []
    for path in sorted((ROOT / "data/nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in block["examples"].splitlines() if "intent" in block else ():
                text = line.removeprefix("- ").strip().strip("'")
                found.append((_ANNOTATION.sub(r"\1", text), block["intent"]))
    return tuple(found)
