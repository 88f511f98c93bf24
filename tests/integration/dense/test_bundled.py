"""The bundled model ranks items: started in the background, read once, and found by what is meant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from services.catalogue.incoming import ITEMS
from services.catalogue.service import TOPIC, CatalogueService
from services.db import Sessions
from services.dense.bundled import BundledEmbedder, runs_here
from services.dense.embedder import Vector
from services.dense.ranking import DenseRanking
from services.importing.delivery import read_delivery
from services.importing.report import Report
from services.metrics import Metrics
from services.search.live import SharedLanguage
from tests.fakes.clock import FixedClock
from tests.fakes.waiting import eventually

pytestmark = pytest.mark.skipif(not runs_here(), reason="this processor cannot run the bundled model")

ITEMS_HERE = {"1": "养老保险待遇申领", "2": "渔业捕捞许可", "3": "机动车驾驶证换发"}
OTHER_WORDS = "老了以后每个月拿的钱怎么领"


class Counting(BundledEmbedder):
    """Remembers what it was given to read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    async def texts(self, texts: Sequence[str]) -> Sequence[Vector]:
        self.read += texts
        return await super().texts(texts)


def make(
    sessions: Sessions, clock: FixedClock, language: SharedLanguage, embedder: BundledEmbedder
) -> CatalogueService:
    dense = DenseRanking(topic=TOPIC, sessions=sessions, embedder=embedder, metrics=Metrics())
    return CatalogueService(sessions=sessions, clock=clock, language=language, dense=dense)


async def take_in(service: CatalogueService, folder: Path) -> None:
    rows = [
        {"task_code": code, "task_name": name, "dept_name": "某局", "area_code": "990000", "district": "云江市"}
        for code, name in ITEMS_HERE.items()
    ]
    path = folder / "items.jsonl"
    path.write_bytes(b"\n".join(map(msgspec.json.encode, rows)))
    report = Report()
    await service.take_in(read_delivery(ITEMS, [path], report, source=""), report)


async def has_read(service: CatalogueService) -> None:
    async def done() -> bool:
        return service.has_read_meanings

    await eventually(done)


async def test_items_are_found_by_words_at_once_and_by_meaning_when_they_are_read(
    sessions: Sessions, clock: FixedClock, language: SharedLanguage, tmp_path: Path
) -> None:
    service = make(sessions, clock, language, BundledEmbedder())
    await take_in(service, tmp_path)
    assert [hit.task_code for hit in (await service.search("渔业捕捞许可")).hits] == ["2"]
    assert (await service.search(OTHER_WORDS)).verdict == "none"
    async with service.running():
        await has_read(service)
        found = await service.search(OTHER_WORDS)
    assert (found.verdict, found.hits[0].task_code) == ("ask", "1")


async def test_a_second_start_reads_nothing_again(
    sessions: Sessions, clock: FixedClock, language: SharedLanguage, tmp_path: Path
) -> None:
    first, second = Counting(), Counting()
    service = make(sessions, clock, language, first)
    await take_in(service, tmp_path)
    async with service.running():
        await has_read(service)
    again = make(sessions, clock, language, second)
    async with again.running():
        await has_read(again)
        assert (await again.search(OTHER_WORDS)).hits[0].task_code == "1"
    assert sorted(first.read) == sorted(ITEMS_HERE.values())
    assert second.read == []
