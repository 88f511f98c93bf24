"""Does a version that is trained today know the names of today's catalogue and FAQ?"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from bot.rasa.words import configured
from bot.training.steps import Step, run
from bot.training.words import with_vocabulary
from services.catalogue.incoming import ITEMS
from services.catalogue.service import CatalogueService
from services.db import Sessions
from services.embedded import ROOT
from services.faq.incoming import ENTRIES
from services.faq.service import FaqService
from services.importing.delivery import read_delivery
from services.importing.report import Report
from services.search.live import SharedLanguage
from services.words.names import names_of_database
from tests.fakes.clock import FixedClock

ITEM: Mapping[str, Any] = {
    "task_code": "A1",
    "task_name": "烟草专卖零售许可证核发",
    "dept_name": "云江市自然资源和规划局",
    "area_code": "990000",
    "district": "云江市",
    "aliases": ["烟草证怎么办"],
    "material": [{"material_name": "代理人身份证和授权委托书"}],
}


@pytest.fixture
def take_in(sessions: Sessions, tmp_path: Path) -> Any:
    """Imports items and answers as they would come from outside."""
    clock, language = FixedClock(), SharedLanguage()
    catalogue = CatalogueService(sessions=sessions, clock=clock, language=language)
    faq = FaqService(sessions=sessions, clock=clock, language=language)

    async def both(*items: Mapping[str, Any], entries: tuple[Mapping[str, Any], ...] = ()) -> None:
        for service, kind, rows in ((catalogue, ITEMS, items), (faq, ENTRIES, entries)):
            path, report = tmp_path / "rows.json", Report()
            path.write_bytes(msgspec.json.encode(rows))
            await service.take_in(read_delivery(kind, [path], report), report, retire=False)
            assert report.exit_code == 0

    return both


async def test_names_are_those_of_items_in_force_and_of_answers(sessions: Sessions, take_in: Any) -> None:
    entry = {"id": "q1", "question": "电子社保卡怎么领", "similar": ["在哪领电子社保卡"], "answer": "网上领。"}
    gone = {**ITEM, "task_code": "A2", "task_name": "捕捞许可证核发", "task_state": "2"}
    await take_in(ITEM, gone, entries=(entry,))

    async with sessions() as session:
        names = await names_of_database(session)

    assert names.offices == {"云江市自然资源和规划局": 1}
    assert names.things == dict.fromkeys(["烟草专卖零售许可证核发", "烟草证怎么办", "代理人身份证和授权委托书"], 1)
    assert (names.districts, names.asked) == (["云江市"], [["电子社保卡怎么领", "在哪领电子社保卡"]])


async def test_a_training_reads_the_words_of_the_database(sessions: Sessions, take_in: Any, tmp_path: Path) -> None:
    await take_in(ITEM)
    names, words = tmp_path / "names.json", tmp_path / "words.txt"
    async with sessions() as session:
        names.write_bytes(msgspec.json.encode(await names_of_database(session)))
    said: list[str] = []

    step = Step(name="words", arguments=("services.words", str(names), str(words)))
    await run(step, root=ROOT, environment=os.environ, tell=said.append)

    assert set(configured(str(words))) >= {"烟草专卖零售许可证", "烟草证", "授权委托书", "自然资源和规划局"}
    assert said == [f"{len(configured(str(words)))} words"]


def test_only_the_words_of_a_configuration_are_others(tmp_path: Path) -> None:
    written = (ROOT / "config.yml").read_text(encoding="utf-8")

    before, after = (yaml.safe_load(text) for text in (written, with_vocabulary(written, tmp_path / "words.txt")))

    steps = [step for step in after["pipeline"] if step.get("vocabulary") == str(tmp_path / "words.txt")]
    assert [step["name"].rpartition(".")[2] for step in steps] == ["LinearIntentClassifier", "EverydayEntityExtractor"]
    for step in steps:
        step["vocabulary"] = "data/words.txt"
    assert after == before
