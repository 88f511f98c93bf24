"""Do messages carry everyday things on their way through the pipeline, beside what the patterns found?"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.rasa.classifier import TextLeveller
from bot.rasa.entities import EverydayEntityExtractor

PIPELINE = yaml.safe_load((Path(__file__).parents[2] / "config.yml").read_text(encoding="utf-8"))["pipeline"]


@pytest.fixture(scope="module")
def extractor() -> EverydayEntityExtractor:
    return EverydayEntityExtractor()


def entities(extractor: EverydayEntityExtractor, text: str, **data: object) -> list[dict[str, object]]:
    message = Message(data={TEXT: text, **data})
    extractor.process(TextLeveller().process([message]))
    return list(message.get(ENTITIES))


def test_the_pipeline_levels_the_text_before_it_looks_for_things() -> None:
    names = [step["name"] for step in PIPELINE]

    assert names.index("bot.rasa.classifier.TextLeveller") < names.index("bot.rasa.entities.EverydayEntityExtractor")


def test_positions_are_those_of_what_the_citizen_wrote(extractor: EverydayEntityExtractor) -> None:
    written = "明天下午３點去江北區政務服務中心"
    found = {one["entity"]: one for one in entities(extractor, written)}

    assert {name: written[one["start"] : one["end"]] for name, one in found.items()} == {
        "date": "明天",
        "time": "下午３點",
        "hall": "江北區政務服務中心",
        "district": "江北區",
    }
    assert found["hall"]["value"] == "江北区政务服务中心"


def test_what_patterns_found_stays(extractor: EverydayEntityExtractor) -> None:
    earlier = {"entity": "case_number", "start": 2, "end": 18, "value": "YJ20261103000017"}

    found = entities(extractor, "查下YJ20261103000017，明天去", entities=[earlier])

    assert found[0] == earlier
    assert [one["entity"] for one in found] == ["case_number", "date"]


@pytest.mark.parametrize("text", ["", "在吗", "/greet"])
def test_a_message_without_things_has_none(extractor: EverydayEntityExtractor, text: str) -> None:
    assert entities(extractor, text) == []
