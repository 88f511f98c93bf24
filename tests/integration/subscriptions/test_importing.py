"""Does the city's file of topics and districts come in, with bad rows named and nothing of citizens lost?"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import pytest
from rich.console import Console

from services.cli import Context
from services.db import Sessions
from services.settings import ServicesSettings
from services.subscriptions import cli
from services.subscriptions.errors import SubjectNotFound
from services.subscriptions.loader import import_subjects
from services.subscriptions.service import SubscriptionService
from tests.fakes.clock import FixedClock
from tests.integration.subscriptions.conftest import CITY, ME

HUKOU = "- {kind: topic, code: hukou, name: 户籍, aliases: [户口]}\n"


class CityFile:
    """The city's file, written anew at will."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def holds(self, text: str) -> Path:
        self.path.write_text(text, encoding="utf-8")
        return self.path


@pytest.fixture
def file(tmp_path: Path) -> CityFile:
    return CityFile(tmp_path / "subjects.yml")


async def test_loading_the_city_twice_changes_nothing(sessions: Sessions) -> None:
    first = await import_subjects(sessions, CITY / "subjects.yml")
    again = await import_subjects(sessions, CITY / "subjects.yml")

    assert (first.bad, first.added >= 15) == ([], True)
    assert (again.added, again.updated, again.unchanged, again.gone) == (0, 0, first.added, [])


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("- {kind: street, code: a, name: 大街}", "kind", "Invalid enum value"),
        ("- {kind: topic, code: A-1, name: 大街}", "code", "matching regex"),
        ("- {kind: topic, code: a, name: 街}", "name", "length >= 2"),
        ("- {kind: topic, code: a, name: 这是一个特别特别长的主题名称}", "name", "length <= 12"),
        ("- {kind: topic, code: a}", "name", "missing"),
        ("- {kind: topic, code: hukou, name: 别的}", "code", "there twice"),
        ("- {kind: topic, code: a, name: 别的, aliases: [户口]}", "aliases", "户口 names hukou already"),
        ("- {kind: topic, code: a, name: 别的, colour: red}", "", "unknown field"),
        ("- 户籍", "", "expected a mapping"),
    ],
)
async def test_a_row_that_cannot_be_used_is_named_and_the_others_load(
    sessions: Sessions, file: CityFile, row: str, field: str, reason: str
) -> None:
    report = await import_subjects(sessions, file.holds(HUKOU + row))

    assert report.added == 1
    (bad,) = report.bad
    assert (bad.place, bad.field) == ("subjects.yml:2", field)
    assert reason in bad.reason


async def test_what_the_file_has_lost_is_offered_no_more_but_can_still_be_left(
    service: SubscriptionService, sessions: Sessions, file: CityFile
) -> None:
    await service.subscribe(ME, "education")
    kept = await import_subjects(sessions, file.holds(HUKOU))
    assert "education" in [one.key for one in kept.gone]
    assert "education" in [one.code for one in await service.subjects()]

    await import_subjects(sessions, file.path, retire=True)
    assert [one.code for one in await service.subjects()] == ["hukou"]
    with pytest.raises(SubjectNotFound):
        await service.subscribe(ME, "education")
    assert [one.code for one in (await service.followed(ME)).subjects] == ["education"]
    assert (await service.unsubscribe(ME, "education")).subjects == []


async def test_a_file_with_bad_rows_retires_nothing(
    service: SubscriptionService, sessions: Sessions, file: CityFile
) -> None:
    report = await import_subjects(sessions, file.holds(HUKOU + "- nonsense"), retire=True)

    assert report.retire_withheld
    assert "education" in [one.code for one in await service.subjects()]


async def test_the_commands_load_the_subjects_and_tell_how_many_follow_each(
    sessions: Sessions, clock: FixedClock, tmp_path: Path, database_url: str
) -> None:
    settings = ServicesSettings(database_url=database_url, data_dir=str(tmp_path), service_token="x" * 16)
    context = Context(sessions=sessions, clock=clock, settings=settings, out=Console(file=io.StringIO(), width=200))

    async def run(*arguments: str) -> tuple[int, str]:
        parser = argparse.ArgumentParser()
        cli.register(parser.add_subparsers())
        parsed = parser.parse_args(["subscriptions", *arguments])
        context.out.file = io.StringIO()
        return await parsed.run(parsed, context), context.out.file.getvalue()

    code, told = await run("import", str(CITY / "subjects.yml"))
    assert (code, "订阅主题导入结果" in told) == (0, True)
    service = SubscriptionService(sessions=sessions, clock=clock)
    await service.subscribe(ME, "hukou")
    code, told = await run("list")
    row = next(line for line in told.splitlines() if "hukou" in line)
    assert (code, "户籍" in row, " 1 " in row) == (0, True, True)
    assert "退订全部通知的有 0 人" in told
    assert (await run("import", str(tmp_path / "none.yml")))[0] == 1
