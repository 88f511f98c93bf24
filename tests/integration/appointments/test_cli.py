"""Do the commands do what they say, with an exit code that tells?"""

from __future__ import annotations

import argparse
import io
import uuid
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from services.appointments import cli
from services.appointments.service import AppointmentService
from services.appointments.types import Reservation
from services.cli import Context
from services.crypto import KEY_FILE
from services.db import Sessions
from services.errors import NotFound
from services.settings import ServicesSettings
from tests.fakes.clock import FixedClock
from tests.fakes.people import id_number, mobile

CITY = Path(__file__).resolve().parents[3] / "data" / "city"


@pytest.fixture
def context(sessions: Sessions, clock: FixedClock, tmp_path: Path, database_url: str) -> Context:
    settings = ServicesSettings(database_url=database_url, data_dir=str(tmp_path), service_token="x" * 16)
    return Context(sessions=sessions, clock=clock, settings=settings, out=Console(file=io.StringIO(), width=200))


async def run(context: Context, *arguments: str) -> tuple[int, str]:
    """Exit code and what was written."""
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    parsed = parser.parse_args(["appointments", *arguments])
    context.out.file = io.StringIO()
    code = await parsed.run(parsed, context)
    return code, context.out.file.getvalue()


async def booked(context: Context) -> str:
    service = AppointmentService.from_settings(context.sessions, context.clock, context.settings)
    citizen = uuid.UUID(int=1)
    slot = (await service.slots("JB", "HJ", date(2026, 11, 24)))[0]
    wish = Reservation(
        slot_id=slot.slot_id,
        citizen_id=citizen,
        applicant_name="张三",
        id_number=id_number(1),
        mobile=mobile(1),
    )
    return (await service.confirm((await service.reserve(wish, "k")).code, citizen)).code


async def test_the_city_is_imported_listed_and_served(context: Context, clock: FixedClock) -> None:
    code, told = await run(context, "import", str(CITY / "halls.yml"), "--holidays", str(CITY / "holidays.yml"))
    assert (code, "大厅导入结果" in told, "节假日导入结果" in told) == (0, True, True)
    _, told = await run(context, "slots", "--hall", "JB", "--service", "HJ", "--date", "2026-11-24")
    assert "JB-HJ-20261124-0900" in told
    number = await booked(context)
    _, told = await run(context, "list", "--hall", "JB", "--date", "2026-11-24")
    assert number in told
    assert ("张*" in told, "已预约" in told) == (True, True)
    assert id_number(1) not in told
    _, told = await run(context, "reveal", number, "--staff", "李四")
    assert told.split() == ["张三", id_number(1), mobile(1)]
    clock.advance(hours=22, minutes=50)
    for command, state in (("call", "已叫号"), ("finish", "已办结")):
        code, told = await run(context, command, number, "--staff", "李四")
        assert (code, state in told) == (0, True)


async def test_a_person_sealed_with_another_key_is_not_shown_and_says_why(context: Context, tmp_path: Path) -> None:
    await run(context, "import", str(CITY / "halls.yml"))
    number = await booked(context)
    (tmp_path / KEY_FILE).unlink()
    code, told = await run(context, "reveal", number, "--staff", "李四")
    assert (code, "密钥" in told) == (1, True)
    assert id_number(1) not in told


async def test_a_file_with_a_bad_row_ends_with_1_and_names_it(context: Context, tmp_path: Path) -> None:
    path = tmp_path / "halls.yml"
    path.write_text("- hall_code: JB\n", encoding="utf-8")
    code, told = await run(context, "import", str(path))
    assert (code, "halls.yml:1" in told) == (1, True)


async def test_a_day_without_slots_says_so(context: Context) -> None:
    await run(context, "import", str(CITY / "halls.yml"))
    _, told = await run(context, "slots", "--hall", "JB", "--service", "HJ", "--date", "2026-11-29")
    assert "没有可约的时段" in told


async def test_an_unknown_hall_is_an_error(context: Context) -> None:
    with pytest.raises(NotFound):
        await run(context, "list", "--hall", "XX", "--date", "2026-11-24")


@pytest.mark.parametrize("arguments", [("list", "--hall", "JB", "--date", "tomorrow"), ("call", "X"), ()])
async def test_a_command_that_is_not_understood_ends_with_2(context: Context, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit, match="2"):
        await run(context, *arguments)
