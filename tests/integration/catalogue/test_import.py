"""A delivery can come again and again: nothing doubles, changes are taken, what left is told."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import select

from services.catalogue import cli
from services.catalogue.models import CatalogueItem
from services.catalogue.service import CatalogueService, ItemNotFound
from services.cli import Context
from services.db import Sessions
from services.importing.report import Report
from services.settings import ServicesSettings
from tests.fakes.clock import FixedClock
from tests.integration.catalogue.conftest import Import, row

CITY = Path(__file__).resolve().parents[3] / "data" / "city" / "items"


def counts(report: Report) -> tuple[int, int, int, int, int]:
    return report.added, report.updated, report.unchanged, len(report.gone), len(report.bad)


async def test_the_same_delivery_twice_changes_nothing(import_rows: Import, sessions: Sessions) -> None:
    rows = [row("1", "居住证申领"), row("2", "户口迁移")]
    assert counts(await import_rows(*rows)) == (2, 0, 0, 0, 0)
    assert counts(await import_rows(*rows)) == (0, 0, 2, 0, 0)
    async with sessions() as session:
        assert len((await session.scalars(select(CatalogueItem))).all()) == 2


async def test_a_changed_row_is_updated_and_keeps_its_first_day(
    import_rows: Import, service: CatalogueService, sessions: Sessions, clock: FixedClock
) -> None:
    await import_rows(row("1", "居住证申领"))
    created_at = clock.now()
    clock.advance(days=1)
    assert counts(await import_rows(row("1", "居住证申领", is_fee=False))) == (0, 1, 0, 0, 0)
    assert (await service.item("1")).is_fee is False
    async with sessions() as session:
        stored = await session.get_one(CatalogueItem, "1")
    assert (stored.created_at, stored.updated_at) == (created_at, clock.now())


async def test_what_left_its_source_is_reported_and_stays_in_force(
    import_rows: Import, service: CatalogueService
) -> None:
    await import_rows(row("1", "居住证申领"), row("2", "户口迁移"))
    report = await import_rows(row("1", "居住证申领"))
    assert [(gone.key, gone.name) for gone in report.gone] == [("2", "户口迁移")]
    assert (await service.item("2")).task_name == "户口迁移"


async def test_what_left_its_source_is_retired_on_request_and_comes_back(
    import_rows: Import, service: CatalogueService
) -> None:
    await import_rows(row("1", "居住证申领"), row("2", "户口迁移"))
    assert (await import_rows(row("1", "居住证申领"), retire=True)).retired
    with pytest.raises(ItemNotFound):
        await service.item("2")
    assert (await service.search("户口迁移")).verdict == "none"
    assert counts(await import_rows(row("1", "居住证申领"), row("2", "户口迁移"))) == (0, 1, 1, 0, 0)
    assert (await service.search("户口迁移")).verdict == "sure"


async def test_another_sources_items_are_not_gone(import_rows: Import) -> None:
    await import_rows(row("1", "居住证申领"), source="city")
    assert (await import_rows(row("2", "户口迁移"), source="province")).gone == []


async def test_an_item_whose_new_row_is_bad_is_not_gone(import_rows: Import, service: CatalogueService) -> None:
    await import_rows(row("1", "居住证申领"), row("2", "户口迁移"))
    report = await import_rows(row("1", "居住证申领"), row("2", "户口迁移", is_fee="maybe"), retire=True)
    assert counts(report) == (0, 0, 1, 0, 1)
    assert (await service.item("2")).task_name == "户口迁移"


async def test_nothing_is_retired_while_rows_are_bad(import_rows: Import, service: CatalogueService) -> None:
    await import_rows(row("1", "居住证申领"), row("2", "户口迁移"))
    report = await import_rows(row("1", "居住证申领"), row("", "读不出编码的一行"), retire=True)
    assert ([gone.key for gone in report.gone], report.retired, report.retire_withheld) == (["2"], False, True)
    assert (await service.item("2")).task_name == "户口迁移"


async def test_an_item_not_in_force_is_not_shown(import_rows: Import, service: CatalogueService) -> None:
    await import_rows(row("1", "居住证申领", task_state="3"))
    with pytest.raises(ItemNotFound):
        await service.item("1")
    assert (await service.status()).items == 0


async def test_an_item_comes_back_as_it_went_in(import_rows: Import, service: CatalogueService) -> None:
    fields: dict[str, Any] = {
        "aliases": ["暂住证"],
        "material": [{"material_name": "身份证", "is_need": True, "page_num": 1}],
        "fee_project": [{"fee_name": "工本费", "fee_stand": "20元", "is_desc": "低保户免交"}],
        "question": [{"question": "要住多久？", "answer": "半年。"}],
        "situations": [
            {
                "id": "home",
                "question": "租房还是自有房？",
                "options": [{"id": "a", "label": "租房"}, {"id": "b", "label": "自有房"}],
            }
        ],
        "limit_scene_num": 0,
        "promise_day": 7,
        "promise_type": "工作日",
    }
    await import_rows(row("1", "居住证申领", **fields))
    item = await service.item("1")
    assert item.material[0].material_name == "身份证"
    assert item.fee_project[0].is_desc == "低保户免交"
    assert item.question[0].answer == "半年。"
    assert [one.label for one in item.situations[0].options] == ["租房", "自有房"]
    assert (item.aliases, item.limit_scene_num, item.promise_day) == (["暂住证"], 0, 7)


@pytest.fixture
def shown(sessions: Sessions, clock: FixedClock) -> Context:
    """A command's context whose output can be read: `shown.out.file.getvalue()`."""
    settings = ServicesSettings(database_url="postgresql://unused", service_token="a-service-token-for-tests")
    return Context(sessions=sessions, clock=clock, settings=settings, out=Console(file=StringIO(), width=200))


def output(shown: Context) -> str:
    assert isinstance(shown.out.file, StringIO)
    return shown.out.file.getvalue()


async def test_the_example_citys_items_load_from_the_command_line(shown: Context) -> None:
    assert await cli.import_files(sorted(CITY.glob("*.yml")), shown) == 0
    assert "事项导入结果" in output(shown)
    assert (await cli.make_service(shown).status()).items >= 60


async def test_the_command_line_names_bad_rows_and_exits_with_1(shown: Context, tmp_path: Path) -> None:
    path = tmp_path / "feed.yml"
    path.write_text(
        "- {task_code: '1', task_name: 居住证申领, dept_name: 公安局, area_code: '990000'}\n"
        "- {task_code: '2', task_name: 户口迁移, dept_name: 公安局, area_code: '990000', promise_day: 很快}\n",
        encoding="utf-8",
    )
    assert await cli.import_files([path], shown) == 1
    assert "feed.yml:2  promise_day" in output(shown)
    assert (await cli.make_service(shown).status()).items == 1


async def test_an_item_with_a_situation_that_makes_no_sense_is_refused_with_its_place(
    import_rows: Import, service: CatalogueService
) -> None:
    options = [{"id": "a", "label": "租房", "adds_material": ["租房合同"]}, {"id": "b", "label": "自有房"}]
    situation = {"id": "home", "question": "租房还是自有房？", "options": options}

    report = await import_rows(row("1", "居住证申领", situations=[situation]), row("2", "护照"))

    assert [(one.field, one.reason) for one in report.bad] == [
        ("situations[0].options[0]", "the item has no material 租房合同")
    ]
    assert (await service.item("2")).task_name == "护照"
