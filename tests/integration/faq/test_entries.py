"""Entries come from files and from staff, and each edit is live on every machine."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from services.cli import Context
from services.db import Sessions
from services.faq import cli
from services.faq.service import FaqService
from services.faq.types import FaqEntry, UnansweredQuestion
from services.importing.report import Report
from services.search.live import SharedLanguage
from services.settings import ServicesSettings
from tests.fakes.clock import FixedClock
from tests.fakes.waiting import eventually
from tests.integration.faq.conftest import Import, row

CITY = Path(__file__).resolve().parents[3] / "data" / "city" / "faq"


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.unchanged, len(report.gone)


async def test_an_edit_is_soon_live_on_another_machine(
    sessions: Sessions, clock: FixedClock, language: SharedLanguage, service: FaqService, import_rows: Import
) -> None:
    await import_rows(row("price", "办一本护照要多少钱？"))
    elsewhere = FaqService(sessions=sessions, clock=clock, language=language)
    async with elsewhere.running():
        assert (await elsewhere.search("办一本护照要多少钱")).hits[0].answer.endswith("的回答。")
        entry = await service.entry("price")
        await service.save(FaqEntry(id="price", question=entry.question, answer="一百二十元。"))

        async def live() -> bool:
            return (await elsewhere.search("办一本护照要多少钱")).hits[0].answer == "一百二十元。"

        await eventually(live)


async def test_the_same_delivery_twice_changes_nothing(import_rows: Import) -> None:
    rows = [row("a", "护照多少钱？"), row("b", "老年证怎么办？")]
    assert counts(await import_rows(*rows)) == (2, 0, 0, 0)
    assert counts(await import_rows(*rows)) == (0, 0, 2, 0)


async def test_an_unchanged_file_leaves_a_staff_edit_alone(import_rows: Import, service: FaqService) -> None:
    await import_rows(row("a", "护照多少钱？"))
    await service.save(FaqEntry(id="a", question="护照多少钱？", answer="改过的。"))
    assert counts(await import_rows(row("a", "护照多少钱？"))) == (0, 0, 1, 0)
    assert (await service.entry("a")).answer == "改过的。"


async def test_a_changed_file_replaces_the_entry(import_rows: Import, service: FaqService) -> None:
    await import_rows(row("a", "护照多少钱？"))
    assert counts(await import_rows(row("a", "护照多少钱？", answer="新的。"))) == (0, 1, 0, 0)
    assert (await service.entry("a")).answer == "新的。"


async def test_an_entry_that_staff_wrote_is_never_gone(import_rows: Import, service: FaqService) -> None:
    await import_rows(row("a", "护照多少钱？"))
    await service.save(FaqEntry(id="mine", question="电动车上牌在哪？", answer="车管所。"))
    assert (await import_rows(row("a", "护照多少钱？"))).gone == []


async def test_entries_of_one_file_with_different_citations_are_one_feed(import_rows: Import) -> None:
    await import_rows(row("a", "护照多少钱？", source="甲法"), row("b", "老年证怎么办？", source="乙法"))
    report = await import_rows(row("a", "护照多少钱？", source="甲法"), retire=True)
    assert [gone.key for gone in report.gone] == ["b"]


async def test_the_example_citys_faq_loads_and_can_be_asked_from_the_command_line(
    sessions: Sessions, clock: FixedClock, tmp_path: Path
) -> None:
    output = tmp_path / "output.txt"
    settings = ServicesSettings(database_url="postgresql://unused", service_token="a-service-token-for-tests")
    with output.open("w", encoding="utf-8") as file:
        context = Context(sessions=sessions, clock=clock, settings=settings, out=Console(file=file, width=200))
        assert await cli.import_files(sorted(CITY.glob("*.yml")), context) == 0
        service = cli.make_service(context)
        assert (await service.status()).entries >= 140
        await service.record_unanswered(UnansweredQuestion(question="地铁几点停？"))
        await cli.list_unanswered(type("Arguments", (), {"limit": 5})(), context)
    shown = output.read_text(encoding="utf-8")
    assert "问答导入结果" in shown
    assert "地铁几点停？" in shown
