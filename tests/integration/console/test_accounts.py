"""What can administrators do with accounts, and what is written down?"""

from __future__ import annotations

import re

import psycopg
import pytest
from aiohttp import ClientResponse
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from services.audit.models import AuditRow
from services.audit.trail import COMMAND_LINE, Actor, Subject, record
from services.db import Sessions
from services.settings import ServicesSettings
from services.staff.permissions import Role
from tests.fakes.clock import FixedClock
from tests.fakes.staff import make_account
from tests.integration.console.conftest import Browser, NewBrowser

ACTOR = Actor(staff_id=None, login="tester", address=COMMAND_LINE)
LINK = re.compile(r'value="http://[^"]+(/invitation/[\w-]+)"')


async def _actions(sessions: Sessions) -> list[str]:
    async with sessions() as session:
        return list(await session.scalars(select(AuditRow.action).order_by(AuditRow.id)))


async def _id_of(sessions: Sessions, settings: ServicesSettings, clock: FixedClock, login: str, role: Role) -> str:
    return str((await make_account(sessions, settings, clock, login=login, roles=[role])).id)


async def _create(administrator: Browser, **fields: str) -> ClientResponse:
    given = {"login": "zhaoliu", "name": "赵六", "roles": "editor", "department": "云江市公安局", **fields}
    return await administrator.post("/staff/new", at="/staff/new", **given)


async def test_a_new_account_begins_with_a_link_that_is_shown_once(administrator: Browser, nobody: Browser) -> None:
    page = await (await _create(administrator)).text()
    link = LINK.search(page)
    assert link is not None

    assert "赵六" in await nobody.read(link[1])
    assert "云江市公安局" in await administrator.read("/staff", q="zhaoliu")


async def test_an_account_that_is_there_and_a_login_that_cannot_be_are_explained(administrator: Browser) -> None:
    await _create(administrator)
    taken = await _create(administrator)
    odd = await _create(administrator, login="赵 六")

    assert taken.status == odd.status == 422
    assert "已经有人用了" in await taken.text()
    assert "小写字母" in await odd.text()


async def test_a_disabled_account_is_out_at_once_and_can_be_let_in_again(
    administrator: Browser, new_browser: NewBrowser, sessions: Sessions, settings: ServicesSettings, clock: FixedClock
) -> None:
    editor = await new_browser(Role.EDITOR)
    staff_id = await _id_of(sessions, settings, clock, "editor", Role.EDITOR)
    await administrator.post(f"/staff/{staff_id}/disable")
    out = await editor.get("/")
    await administrator.post(f"/staff/{staff_id}/enable")

    assert out.status == 303
    assert (await _actions(sessions))[-2:] == ["staff.disabled", "staff.enabled"]


async def test_the_last_administrator_stays_one(
    administrator: Browser, sessions: Sessions, settings: ServicesSettings, clock: FixedClock
) -> None:
    own = await _id_of(sessions, settings, clock, "administrator", Role.ADMINISTRATOR)
    demoted = await administrator.post(f"/staff/{own}", name="李四", roles="viewer", department="")
    disabled = await administrator.post(f"/staff/{own}/disable")

    assert demoted.status == 422
    assert "最后一个管理员" in await demoted.text()
    assert disabled.status == 409


async def test_a_change_of_roles_holds_at_the_next_click(
    administrator: Browser, new_browser: NewBrowser, sessions: Sessions, settings: ServicesSettings, clock: FixedClock
) -> None:
    other = await new_browser(Role.VIEWER)
    staff_id = await _id_of(sessions, settings, clock, "viewer", Role.VIEWER)
    before = (await other.get("/audit")).status
    await administrator.post(f"/staff/{staff_id}", name="员工", roles="administrator", department="")

    assert before == 403
    assert (await other.get("/audit")).status == 200


async def test_the_audit_log_shows_who_changed_what_and_masks_identifiers(
    administrator: Browser, sessions: Sessions, clock: FixedClock
) -> None:
    async with sessions.begin() as session:
        record(
            session,
            ACTOR,
            "staff.changed",
            Subject(kind="staff", id="someone"),
            now=clock.now(),
            before={"name": "甲", "note": "13912345678", "same": 1},
            after={"name": "乙", "note": "身份证11010519491231002X", "same": 1},
        )
    async with sessions() as session:
        row = (await session.scalars(select(AuditRow).where(AuditRow.subject_id == "someone"))).one()
    listed = await administrator.read("/audit", subject_id="someone")
    page = await administrator.read(f"/audit/{row.id}")

    assert row.before == {"name": "甲", "note": "139****5678"}
    assert "tester" in listed
    assert "乙" in page
    assert "11010519491231002X" not in page


async def test_the_audit_log_is_searched_by_where_a_change_came_from(
    administrator: Browser, sessions: Sessions, clock: FixedClock
) -> None:
    for address in ("10.0.0.7", "10.0.0.77"):
        async with sessions.begin() as session:
            actor = Actor(staff_id=None, login="tester", address=address)
            record(session, actor, "staff.changed", Subject(kind="staff", id=address), now=clock.now())

    page = await administrator.read("/audit", address="10.0.0.7")

    assert "<td>10.0.0.7</td>" in page
    assert "10.0.0.77" not in page


async def test_the_audit_log_is_paged_by_its_numbers(
    administrator: Browser, sessions: Sessions, clock: FixedClock
) -> None:
    async with sessions.begin() as session:
        for n in range(60):
            record(session, ACTOR, "staff.changed", Subject(kind="staff", id=f"n{n}"), now=clock.now())
    first = await administrator.read("/audit", login="tester")
    after = re.search(r"after=([\w%=-]+)", first)
    assert after is not None
    second = await administrator.read("/audit", login="tester", after=after[1].replace("%3D", "="))

    assert "n59" in first
    assert "n9<" not in first
    assert "n9<" in second
    assert "已到最后一页" in second


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_log SET login = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"],
)
async def test_nobody_can_change_the_audit_log(sessions: Sessions, clock: FixedClock, statement: str) -> None:
    async with sessions.begin() as session:
        record(session, ACTOR, "staff.changed", Subject(kind="staff", id="x"), now=clock.now())
    with pytest.raises(DatabaseError) as caught:
        async with sessions.begin() as session:
            await session.execute(text(statement))

    assert isinstance(caught.value.orig, psycopg.errors.RaiseException)
    assert await _actions(sessions) == ["staff.changed"]
