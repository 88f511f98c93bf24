"""Do halls and holidays come in from files, again and again, with every bad row named?"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from services.appointments.loader import import_halls, import_holidays
from services.appointments.models import HallRow, HallServiceRow, HolidayRow
from services.db import Sessions

CITY = Path(__file__).resolve().parents[3] / "data" / "city"


def hall(code: str = "JB", **other: Any) -> dict[str, Any]:
    return {
        "hall_code": code,
        "name": "江北区政务服务中心",
        "district": "江北区",
        "area_code": "990101",
        "address": "望江路56号",
        "opening": {"mon": ["09:00-12:00"]},
        "services": [service()],
        **other,
    }


def service(code: str = "HJ", **other: Any) -> dict[str, Any]:
    return {"service_code": code, "name": "户籍业务", "slot_minutes": 30, "capacity": 5, **other}


@pytest.fixture
def halls_file(tmp_path: Path) -> Path:
    return tmp_path / "halls.yml"


def write(path: Path, rows: list[Any]) -> Path:
    path.write_text(yaml.safe_dump(rows, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


async def test_the_example_city_loads_whole_and_again_changes_nothing(sessions: Sessions) -> None:
    first = await import_halls(sessions, CITY / "halls.yml")
    assert (first.added, first.updated, first.unchanged, first.bad) == (6, 0, 0, [])
    again = await import_halls(sessions, CITY / "halls.yml")
    assert (again.added, again.updated, again.unchanged, again.gone) == (0, 0, 6, [])
    days = await import_holidays(sessions, CITY / "holidays.yml")
    assert (days.bad, days.added > 20) == ([], True)
    days = await import_holidays(sessions, CITY / "holidays.yml")
    assert (days.added, days.updated, days.bad, days.gone) == (0, 0, [], [])


async def test_what_changed_is_updated_and_what_is_offered_no_more_is_kept_for_its_appointments(
    sessions: Sessions, halls_file: Path
) -> None:
    await import_halls(sessions, write(halls_file, [hall(services=[service("HJ"), service("SB", name="社会保险")])]))
    report = await import_halls(sessions, write(halls_file, [hall(services=[service("HJ", capacity=9)])]))
    assert (report.added, report.updated, report.unchanged) == (0, 1, 0)
    async with sessions() as session:
        rows = {row.service_code: row for row in await session.scalars(select(HallServiceRow))}
    assert rows["HJ"].capacity == 9
    assert (rows["HJ"].offered, rows["SB"].offered) == (True, False)


async def test_a_hall_that_left_the_file_is_reported_and_closed_only_when_asked(
    sessions: Sessions, halls_file: Path
) -> None:
    await import_halls(sessions, write(halls_file, [hall("JB"), hall("JN")]))
    for retire in (False, True):
        report = await import_halls(sessions, write(halls_file, [hall("JB")]), retire=retire)
        assert [gone.key for gone in report.gone] == ["JN"]
        async with sessions() as session:
            assert (await session.get_one(HallServiceRow, ("JN", "HJ"))).offered is not retire


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (hall(opening={"mon": ["9:00-12:00"]}), "opening"),
        (hall(opening={"monday": []}), "opening"),
        (hall(services=[service(capacity=0)]), "services[0].capacity"),
        (hall(services=[service(), service()]), "services[1].service_code"),
        (hall(area_code=990101), "area_code"),
        (hall(name="无"), "name"),
        (hall(latitude=91), "latitude"),
        (hall("jb"), "hall_code"),
        (hall(surprise=1), "surprise"),
        (["JB"], ""),
    ],
)
async def test_a_bad_hall_is_named_with_line_and_field_while_the_good_ones_load(
    sessions: Sessions, halls_file: Path, wrong: Any, field: str
) -> None:
    good = hall("JN")
    report = await import_halls(sessions, write(halls_file, [good, wrong]))
    (bad,) = report.bad
    line = 1 + len(yaml.safe_dump([good], allow_unicode=True, sort_keys=False).splitlines())
    assert bad.place == f"halls.yml:{line}"
    assert field in (bad.field or bad.reason)
    async with sessions() as session:
        assert (await session.scalars(select(HallRow.hall_code))).all() == ["JN"]


async def test_one_service_code_has_one_name_in_all_halls(sessions: Sessions, halls_file: Path) -> None:
    rows = [hall("JB"), hall("JN", services=[service(name="户口")])]
    report = await import_halls(sessions, write(halls_file, rows))
    assert [bad.field for bad in report.bad] == ["services[0].name"]
    assert report.added == 1


async def test_a_hall_that_is_there_twice_is_repeated_or_bad(sessions: Sessions, halls_file: Path) -> None:
    report = await import_halls(sessions, write(halls_file, [hall(), hall(), hall(address="别处")]))
    assert (report.added, report.repeated, len(report.bad)) == (1, 1, 1)


async def test_a_holiday_that_was_moved_does_not_stay_closed(sessions: Sessions, tmp_path: Path) -> None:
    path = tmp_path / "holidays.yml"

    def day(text: str, *, closed: bool = True) -> dict[str, Any]:
        return {"date": text, "name": "元旦", "closed": closed}

    await import_holidays(sessions, write(path, [day("2027-01-01"), day("2027-01-02"), day("2027-01-03")]))
    report = await import_holidays(sessions, write(path, [day("2027-01-01"), day("2027-01-03", closed=False)]))
    assert [gone.key for gone in report.gone] == ["2027-01-02"]
    async with sessions() as session:
        rows = (await session.scalars(select(HolidayRow).order_by(HolidayRow.day))).all()
    assert [(row.day, row.closed, row.as_weekday) for row in rows] == [
        (date(2027, 1, 1), True, 0),
        (date(2027, 1, 3), False, 0),
    ]


async def test_a_bad_date_is_named(sessions: Sessions, tmp_path: Path) -> None:
    path = write(tmp_path / "holidays.yml", [{"date": "2027-02-30", "name": "x", "closed": True}])
    assert [bad.field for bad in (await import_holidays(sessions, path)).bad] == ["date"]
