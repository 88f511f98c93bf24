"""Which pages have something's name in their address, and where is one of each? Makes one of every thing first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select

from services.app import make_topics
from services.audit.models import AuditRow
from services.audit.trail import Actor
from services.clock import SystemClock
from services.faq.types import FaqEntry
from services.metrics import Metrics
from services.staff.models import StaffRow
from services.staff.works import Works
from services.training.models import ExampleRow
from tests.acceptance.console.staff import Console
from tests.acceptance.console.test_catalogue import make_item
from tests.acceptance.console.test_desk import make_case, make_hall
from tests.acceptance.console.test_training import prepare
from tests.fakes.office import make_office
from tests.fakes.talk import make_events_table, talk


def pages_of_things(console: Console, login: str) -> Mapping[str, str]:
    """Each page's address as the areas write it -> that of one thing; works are those of the account `login`."""
    name = uuid4().hex[:8].upper()
    make_item(console, name)
    make_case(console, name, subscribers=2)
    hall, [appointment, *_] = make_hall(console, booked=2)
    made: dict[str, str] = console.run(lambda sessions: _made(sessions, console, name, login))
    return {
        "/catalogue/item/{code}": f"/catalogue/item/{name}",
        "/catalogue/item/{code}/edit": f"/catalogue/item/{name}/edit",
        "/cases/{number}": f"/cases/{name}",
        "/appointments/halls/{hall}": f"/appointments/halls/{hall}",
        "/appointments/one/{code}": f"/appointments/one/{appointment}",
        "/training/versions/{version}": f"/training/versions/{prepare(console)}",
        **made,
        # Behind the training's release, which brings the examples.
        "/training/examples/{id}": f"/training/examples/{console.run(_example)}",
    }


async def _made(sessions: Any, console: Console, name: str, login: str) -> dict[str, str]:
    clock, citizen, key = SystemClock(), uuid4(), f"walk-{name.lower()}"
    async with sessions() as session:
        staff_id: UUID = (await session.scalars(select(StaffRow.id).where(StaffRow.login == login))).one()
    actor = Actor(staff_id=staff_id, login=login, address="127.0.0.1")
    desk = make_topics(sessions, clock, console.settings, Metrics()).faq_desk
    entry = FaqEntry(id=key, question=f"{name}公园几点开门", answer="早上六点开门。", department="云江市园林局")
    await desk.publish(actor, entry, base=0)
    await make_events_table(sessions)
    await talk(sessions, citizen, "公园几点开门", "早上六点开门。", at=clock.now() - timedelta(minutes=5))
    notice = (await make_office(sessions, clock).draft(title=f"停水通知{name}")).number
    works = Works(sessions=sessions, clock=clock)
    begun = {kind: await works.begin(staff_id, kind, uuid4(), total=9) for kind in ("faq.import", "catalogue.import")}
    async with sessions() as session:
        change = await session.scalar(select(func.max(AuditRow.id)))
    return {
        "/faq/{id}": f"/faq/{key}",
        "/faq/{id}/versions": f"/faq/{key}/versions",
        "/faq/{id}/recall": f"/faq/{key}/recall",
        "/faq/import/{work}": f"/faq/import/{begun['faq.import']}",
        "/catalogue/import/{work}": f"/catalogue/import/{begun['catalogue.import']}",
        "/conversations/{citizen}": f"/conversations/{citizen}",
        "/notices/{number}": f"/notices/{notice}",
        "/notices/{number}/edit": f"/notices/{notice}/edit",
        "/notices/{number}/list": f"/notices/{notice}/list",
        "/staff/{id}": f"/staff/{staff_id}",
        "/audit/{number}": f"/audit/{change}",
    }


async def _example(sessions: Any) -> str:
    async with sessions() as session:
        return str(await session.scalar(select(ExampleRow.id).limit(1)))
