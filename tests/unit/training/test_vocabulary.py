"""Does the program say which entities may be marked, and does the console have words for all that it knows?"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from services.console.intents import ENTITIES, INTENTS
from services.embedded import ROOT
from services.training.vocabulary import entities_of, read_vocabulary


def test_entities_are_read_out_of_a_domain_and_nothing_else() -> None:
    domain = "intents:\n  - greet\nentities:\n  # said\n  - mobile\n\n  - city:\n      roles: [from, to]\nslots: {}\n"

    assert entities_of(domain) == {"mobile", "city"}
    assert entities_of("intents:\n  - greet\n") == frozenset()


def test_patterns_are_those_of_entities(tmp_path: Path) -> None:
    (tmp_path / "data" / "nlu").mkdir(parents=True)
    (tmp_path / "domain.yml").write_text("entities:\n- mobile\n", encoding="utf-8")
    content = "nlu:\n- regex: mobile\n  examples: |\n    - 1\n- regex: other\n  examples: |\n    - 2\n"
    (tmp_path / "data" / "nlu" / "basics.yml").write_text(content, encoding="utf-8")

    found = read_vocabulary(tmp_path)

    assert (found.entities, found.patterns) == ({"mobile"}, {"mobile"})


@pytest.fixture(scope="module")
def domain() -> dict[str, list[str]]:
    lines = (ROOT / "domain.yml").read_text(encoding="utf-8").split("\nslots:")[0]
    found: dict[str, list[str]] = yaml.safe_load(lines)
    return found


def test_the_program_s_own_entities_are_those_of_its_domain(domain: dict[str, list[str]]) -> None:
    assert read_vocabulary(ROOT).entities == set(domain["entities"])


def test_staff_read_every_intent_and_entity_in_words(domain: dict[str, list[str]]) -> None:
    assert set(domain["intents"]) == set(INTENTS), "services/console/intents.py names the intents for staff"
    assert set(domain["entities"]) == set(ENTITIES), "services/console/intents.py names the entities for staff"
