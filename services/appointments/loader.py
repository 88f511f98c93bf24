"""How do files of halls and holidays come in? Row by row: the good ones load, the bad ones are named."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from msgspec import Meta, Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointments.models import HallRow, HallServiceRow, HolidayRow
from services.appointments.rules import WEEKDAYS, parse_opening
from services.appointments.types import Code, ShortText
from services.db import Sessions
from services.importing.report import BadRow, Gone, Report
from services.importing.rows import Row, read_rows
from services.importing.values import BadRowError, cleaned, converted

T = TypeVar("T")

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class ServiceEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service that a hall offers."""

    service_code: Code
    name: ShortText
    slot_minutes: Annotated[int, Meta(ge=5, le=480)]
    capacity: Annotated[int, Meta(ge=1, le=1000)]


class HallEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A hall as the file has it."""

    hall_code: Code
    name: ShortText
    district: ShortText
    area_code: ShortText
    address: Annotated[str, Meta(min_length=1, max_length=200)]
    #: Hours by weekday, as rules.parse_opening reads them.
    opening: dict[str, list[str]]
    services: Annotated[list[ServiceEntry], Meta(max_length=100)]
    phone: Annotated[str, Meta(max_length=64)] = ""
    hours_text: Annotated[str, Meta(max_length=300)] = ""
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None


class HolidayEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A day that does not follow its weekday."""

    date: dt.date
    name: ShortText
    closed: bool
    #: Whose hours a worked day has.
    as_weekday: Weekday = "mon"


async def import_halls(sessions: Sessions, path: Path, *, retire: bool = False) -> Report:
    """Loads halls; again changes nothing, nor does it change what staff have set.

    Halls that the file has no more are reported, and with `retire` closed.
    """
    report = Report(retired=retire)
    entries: dict[str, HallEntry] = {}
    names: dict[str, str] = {}
    for row in read_rows(path, report):
        entry = _checked(row, report, HallEntry)
        if entry is not None and _is_new(row, report, entry.hall_code, entry, entries):
            problem = _problem_in(entry, names)
            if problem is not None:
                report.bad.append(BadRow(place=row.place, field=problem.field, reason=problem.reason))
                del entries[entry.hall_code]
    async with sessions.begin() as session:
        for entry in entries.values():
            _count(report, await _store_hall(session, entry))
        if not report.bad:
            await _report_gone(session, report, entries)
    return report


async def import_holidays(sessions: Sessions, path: Path) -> Report:
    """Loads holidays and worked weekend days; days that the file has no more are deleted from its first day on."""
    report = Report()
    entries: dict[str, HolidayEntry] = {}
    for row in read_rows(path, report):
        entry = _checked(row, report, HolidayEntry)
        if entry is not None:
            _is_new(row, report, entry.date.isoformat(), entry, entries)
    async with sessions.begin() as session:
        for entry in entries.values():
            _count(report, await _store_holiday(session, entry))
        if entries and not report.bad:
            await _drop_holidays(session, report, {entry.date for entry in entries.values()})
    return report


def _checked(row: Row, report: Report, kind: type[T]) -> T | None:
    try:
        value: Any = cleaned(row.value)
        if not isinstance(value, dict):
            raise BadRowError("", "expected a mapping of fields")
        return converted(value, kind)
    except BadRowError as error:
        report.bad.append(BadRow(place=row.place, field=error.field, reason=error.reason))
        return None


def _is_new(row: Row, report: Report, key: str, entry: T, entries: dict[str, T]) -> bool:
    known = entries.setdefault(key, entry)
    if known is entry:
        return True
    if known == entry:
        report.repeated += 1
    else:
        report.bad.append(BadRow(place=row.place, field="", reason=f"{key} is in the file already, with other values"))
    return False


def _problem_in(entry: HallEntry, names: dict[str, str]) -> BadRowError | None:
    """What is wrong with a hall beyond the types; `names` collects what each service is called."""
    try:
        parse_opening(entry.opening)
    except ValueError as error:
        return BadRowError("opening", str(error))
    codes = [service.service_code for service in entry.services]
    for index, service in enumerate(entry.services):
        if codes.index(service.service_code) != index:
            return BadRowError(f"services[{index}].service_code", f"{service.service_code} is there twice")
        if names.setdefault(service.service_code, service.name) != service.name:
            known = names[service.service_code]
            return BadRowError(f"services[{index}].name", f"{service.service_code} is called {known} in another hall")
    return None


async def _store_hall(session: AsyncSession, entry: HallEntry) -> str:
    values = {
        "name": entry.name,
        "district": entry.district,
        "area_code": entry.area_code,
        "address": entry.address,
        "phone": entry.phone,
        "hours_text": entry.hours_text,
        "latitude": entry.latitude,
        "longitude": entry.longitude,
        "opening": {day: entry.opening[day] for day in WEEKDAYS if entry.opening.get(day)},
    }
    hall = await session.get(HallRow, entry.hall_code)
    if hall is not None and hall.opening_set_by is not None:
        values = {name: value for name, value in values.items() if name not in ("opening", "hours_text")}
    if hall is None:
        session.add(HallRow(hall_code=entry.hall_code, **values))
        await session.flush()
        outcome = "added"
    else:
        outcome = _assign(session, hall, values)
    services = await _store_services(session, entry)
    return "updated" if outcome == "unchanged" and services else outcome


async def _store_services(session: AsyncSession, entry: HallEntry) -> bool:
    """Did anything change? What the hall offers no more is kept for the appointments that it has."""
    query = select(HallServiceRow).where(HallServiceRow.hall_code == entry.hall_code)
    known = {row.service_code: row for row in await session.scalars(query)}
    changed = False
    for service in entry.services:
        values = {
            "name": service.name,
            "slot_minutes": service.slot_minutes,
            "capacity": service.capacity,
            "offered": True,
        }
        row = known.pop(service.service_code, None)
        if row is not None and row.capacity_set_by is not None:
            del values["capacity"]
        if row is None:
            session.add(HallServiceRow(hall_code=entry.hall_code, service_code=service.service_code, **values))
            changed = True
        else:
            changed |= _assign(session, row, values) == "updated"
    for row in known.values():
        changed |= _assign(session, row, {"offered": False}) == "updated"
    return changed


async def _report_gone(session: AsyncSession, report: Report, entries: dict[str, HallEntry]) -> None:
    gone = select(HallRow).where(HallRow.hall_code.not_in(entries)).order_by(HallRow.hall_code)
    for hall in (await session.scalars(gone)).all():
        report.gone.append(Gone(key=hall.hall_code, name=hall.name))
        if report.retired:
            services = select(HallServiceRow).where(HallServiceRow.hall_code == hall.hall_code)
            for row in await session.scalars(services):
                row.offered = False


async def _store_holiday(session: AsyncSession, entry: HolidayEntry) -> str:
    values = {"name": entry.name, "closed": entry.closed, "as_weekday": WEEKDAYS.index(entry.as_weekday)}
    row = await session.get(HolidayRow, entry.date)
    if row is None:
        session.add(HolidayRow(day=entry.date, **values))
        return "added"
    return "unchanged" if row.set_by is not None else _assign(session, row, values)


async def _drop_holidays(session: AsyncSession, report: Report, days: set[dt.date]) -> None:
    """A holiday that was moved must not stay closed."""
    moved = select(HolidayRow).where(
        HolidayRow.day.not_in(days), HolidayRow.day.between(min(days), max(days)), HolidayRow.set_by.is_(None)
    )
    for row in (await session.scalars(moved)).all():
        report.gone.append(Gone(key=row.day.isoformat(), name=row.name))
        await session.delete(row)
    report.retired = bool(report.gone)


def _assign(session: AsyncSession, row: object, values: dict[str, Any]) -> str:
    for name, value in values.items():
        setattr(row, name, value)
    return "updated" if session.is_modified(row) else "unchanged"


def _count(report: Report, outcome: str) -> None:
    setattr(report, outcome, getattr(report, outcome) + 1)
