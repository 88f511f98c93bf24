"""Which entities does the assistant know? Those of its domain; some are looked for by patterns of its files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

#: One part of a YAML file, up to the next name at the beginning of a line. The whole domain takes a second to read.
SECTION = r"^{}:[ \t]*\n((?:[ \t#-].*(?:\n|$)|\n)*)"
PATTERN = re.compile(r"^\s*- regex:\s*(\w+)\s*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """Names of entities."""

    entities: frozenset[str]
    #: Those that a pattern looks for: Rasa does so only where at least one example marks such an entity.
    patterns: frozenset[str]


def read_vocabulary(root: Path) -> Vocabulary:
    """Out of the program's folder."""
    patterns: set[str] = set()
    for path in sorted((root / "data" / "nlu").glob("*.yml")):
        patterns.update(PATTERN.findall(path.read_text(encoding="utf-8")))
    entities = entities_of((root / "domain.yml").read_text(encoding="utf-8"))
    return Vocabulary(entities=entities, patterns=frozenset(patterns) & entities)


def entities_of(domain: str) -> frozenset[str]:
    """The names under `entities:` of a domain; one with roles or groups is a mapping there."""
    found = re.search(SECTION.format("entities"), domain, re.MULTILINE)
    listed = yaml.safe_load(found[1]) if found else None
    return frozenset(name for one in listed or () for name in (one if isinstance(one, dict) else (one,)))
