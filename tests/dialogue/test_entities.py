"""Do messages carry everyday things on their way through the pipeline, beside what the patterns found?"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.rasa.classifier import LinearIntentClassifier, TextLeveller
from bot.rasa.entities import EverydayEntityExtractor
from bot.rasa.words import KEPT

PIPELINE = yaml.safe_load((Path(__file__).parents[2] / "config.yml").read_text(encoding="utf-8"))["pipeline"]
CONTEXT = ExecutionContext(GraphSchema({}))


@pytest.fixture(scope="module")
def extractor(tmp_path_factory: pytest.TempPathFactory) -> EverydayEntityExtractor:
    return EverydayEntityExtractor(
        {"vocabulary": []}, LocalModelStorage(tmp_path_factory.mktemp("model")), Resource("entities")
    )


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


def test_a_model_brings_its_words_to_where_the_file_is_not(tmp_path: Path) -> None:
    words, storage, resource = tmp_path / "words.txt", _storage(tmp_path), Resource("entities")
    words.write_text("自然资源和规划局\n", encoding="utf-8")
    config = {"vocabulary": str(words)}
    EverydayEntityExtractor.create(config, storage, resource, CONTEXT).train(TrainingData())
    words.unlink()

    loaded = EverydayEntityExtractor.load(config, storage, resource, CONTEXT)

    assert [one["value"] for one in entities(loaded, "自然资源和规划局电话")] == ["自然资源和规划局"]


def test_the_classifier_keeps_the_words_that_it_learnt_with(tmp_path: Path) -> None:
    words, storage, resource = tmp_path / "words.txt", _storage(tmp_path), Resource("intents")
    words.write_text("自然资源和规划局\n", encoding="utf-8")
    config = {**LinearIntentClassifier.get_default_config(), "vocabulary": str(words), "folds": 2}
    said = [("你好", "greet"), ("您好", "greet"), ("再见", "goodbye"), ("拜拜", "goodbye")]
    taught = TrainingData([Message(data={TEXT: text, INTENT: intent}) for text, intent in said])
    LinearIntentClassifier.create(config, storage, resource, CONTEXT).train(taught)
    words.unlink()

    loaded, message = LinearIntentClassifier.load(config, storage, resource, CONTEXT), Message(data={TEXT: "你好"})
    loaded.process([message])

    assert message.get(INTENT)["name"] == "greet"
    with storage.read_from(resource) as folder:
        assert (folder / KEPT).read_text(encoding="utf-8") == "自然资源和规划局\n"


def test_both_components_keep_the_same_words_and_so_share_one_dictionary() -> None:
    assert len({step["vocabulary"] for step in PIPELINE if "vocabulary" in step}) == 1
    assert sum("vocabulary" in step for step in PIPELINE) == 2


def _storage(tmp_path: Path) -> LocalModelStorage:
    (tmp_path / "model").mkdir()
    return LocalModelStorage(tmp_path / "model")
