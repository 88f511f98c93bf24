"""Can the desk see its day and week, call, finish, miss and cancel, and change hours, places and holidays safely?"""

from __future__ import annotations

import asyncio
import re
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from services.app import Topics, make_topics
from services.appointments.errors import SlotFull
from services.appointments.loader import import_halls, import_holidays
from services.appointments.models import AppointmentRow, SlotRow
from services.appointments.types import Reservation
from services.audit import trail
from services.db import Sessions
from services.metrics import Metrics
from services.settings import ServicesSettings
from services.staff.permissions import Role
from tests.fakes.clock import FixedClock
from tests.fakes.people import id_number, mobile
from tests.integration.appointments.conftest import hall, offer
from tests.integration.console.conftest import Browser, NewBrowser

#: The clock's own day, a Monday; ten o'clock.
TODAY, TOMORROW = "20261123", "20261124"
WEEK_HOURS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-12:00 13:00-17:00")


@pytest.fixture
async def topics(sessions: Sessions, settings: ServicesSettings, clock: FixedClock) -> Topics:
    async with sessions.begin() as session:
        session.add(hall("JB", "江北区"))
        await session.flush()
        session.add_all([offer("JB", "HJ", "户籍业务", capacity=3), offer("JB", "SB", "社会保险", capacity=2)])
    return make_topics(sessions, clock, settings, Metrics())


@pytest.fixture
async def desk(new_browser: NewBrowser, topics: Topics) -> Browser:
    return await new_browser(Role.DESK)


async def booked(topics: Topics, order: int, start: str = "1030", *, day: str = TODAY, service: str = "HJ") -> str:
    """The `order`-th person's confirmed appointment."""
    wish = Reservation(
        slot_id=f"JB-{service}-{day}-{start}",
        citizen_id=UUID(int=order),
        applicant_name="张三丰",
        id_number=id_number(order),
        mobile=mobile(order),
    )
    made = await topics.appointments.reserve(wish, uuid4().hex)
    await topics.appointments.confirm(made.code, UUID(int=order))
    return made.code


async def act(desk: Browser, code: str, what: str, *, status: int = 303, **fields: str) -> str:
    answer = await desk.post(f"/appointments/one/{code}/{what}", **fields)
    text = await answer.text()
    assert answer.status == status, text[-2500:]
    return text


async def call_next(desk: Browser, key: str) -> str:
    """What is said afterwards."""
    answer = await desk.post("/appointments/next", hall="JB", service="", key=key)
    assert answer.status == 303
    return await desk.read("/appointments", hall="JB")


async def states(sessions: Sessions) -> dict[str, str]:
    async with sessions() as session:
        return {row.code: row.state for row in await session.scalars(select(AppointmentRow))}


async def actions(sessions: Sessions, kind: str, subject: str) -> list[str]:
    async with sessions() as session:
        found = await trail.entries(session, trail.Wanted(subject_kind=kind, subject_id=subject))
    return [row.action for row in reversed(found)]


async def test_who_has_arrived_is_called_by_slot_and_a_repeated_call_calls_nobody_else(
    desk: Browser, topics: Topics, sessions: Sessions
) -> None:
    late, early, absent = [await booked(topics, n, start) for n, start in ((1, "1100"), (2, "1030"), (3, "1030"))]
    await act(desk, late, "arrive")
    assert "已到大厅，等候叫号" in await desk.read("/")
    await act(desk, early, "arrive")
    key = str(uuid4())

    for _ in range(3):
        assert f"请叫 {early}" in await call_next(desk, key)
    assert await states(sessions) == {early: "called", late: "confirmed", absent: "confirmed"}
    assert f"请叫 {late}" in await call_next(desk, str(uuid4()))
    # The third has not come, and its slot has not begun.
    assert "现在没有人在等候" in await call_next(desk, str(uuid4()))
    assert await actions(sessions, "appointment", early) == ["appointments.arrived", "appointments.called"]


async def test_two_clerks_at_once_never_call_the_same_person(
    desk: Browser, new_browser: NewBrowser, topics: Topics, sessions: Sessions, clock: FixedClock
) -> None:
    codes = [await booked(topics, n, start) for n, start in enumerate(("1030", "1030", "1100", "1100"), start=1)]
    for code in codes:
        await act(desk, code, "arrive")
    other = await new_browser(Role.DESK, login="second")

    clerks = [desk, other, desk, other]
    await asyncio.gather(*(one.post("/appointments/next", hall="JB", service="", key=str(uuid4())) for one in clerks))

    assert set((await states(sessions)).values()) == {"called"}
    for code in codes:
        assert (await actions(sessions, "appointment", code)).count("appointments.called") == 1


async def test_a_person_is_called_finished_or_missed_and_put_back_when_that_was_a_mistake(
    desk: Browser, topics: Topics, sessions: Sessions, clock: FixedClock
) -> None:
    code = await booked(topics, 1)
    await act(desk, code, "miss", status=409)
    for what, state in (("call", "called"), ("miss", "missed"), ("put-back", "confirmed"), ("call", "called")):
        for _ in range(2):
            await act(desk, code, what)
        assert await states(sessions) == {code: state}
    await act(desk, code, "finish")
    refused = await act(desk, code, "put-back", status=409)

    assert "现在不能这样操作" in refused
    names = ["called", "missed", "put_back", "called", "finished"]
    assert await actions(sessions, "appointment", code) == [f"appointments.{name}" for name in names]
    assert "办结" in await desk.read(f"/appointments/one/{code}")


async def test_another_day_s_appointment_can_neither_arrive_nor_be_called(desk: Browser, topics: Topics) -> None:
    code = await booked(topics, 1, day=TOMORROW)
    await act(desk, code, "arrive", status=409)
    await act(desk, code, "call", status=409)
    await act(desk, "NOTTHERE", "call", status=404)


async def test_a_hall_cancels_with_a_reason_the_place_is_free_and_the_citizen_is_told_once(
    desk: Browser, topics: Topics, sessions: Sessions
) -> None:
    codes = [await booked(topics, n, day=TOMORROW) for n in (1, 2, 3)]
    with pytest.raises(SlotFull):
        await booked(topics, 4, day=TOMORROW)
    assert "请写明原因" in await act(desk, codes[0], "cancel", status=422, reason=" ")
    for _ in range(2):
        await act(desk, codes[0], "cancel", reason="窗口系统检修")

    await booked(topics, 4, day=TOMORROW)
    (news,) = await topics.appointments.claim_cancellations(10)
    assert (news.citizen_id, news.code, news.reason) == (UUID(int=1), codes[0], "窗口系统检修")
    assert await topics.appointments.claim_cancellations(10) == []
    await topics.appointments.mark_cancellation_told(news.news_id)
    page = await desk.read(f"/appointments/one/{codes[0]}")
    assert "窗口系统检修" in page
    assert "已把消息交给平台" in page
    assert (await actions(sessions, "appointment", codes[0])).count("appointments.cancelled") == 1


async def test_who_has_left_is_not_told_and_the_desk_is_asked_to_phone(
    desk: Browser, topics: Topics, sessions: Sessions
) -> None:
    code = await booked(topics, 1, day=TOMORROW)
    async with sessions.begin() as session:
        await topics.appointments.erase_citizen(session, UUID(int=1))
    await act(desk, code, "cancel", reason="停电")

    assert "请电话告知" in await desk.read(f"/appointments/one/{code}")
    assert await topics.appointments.claim_cancellations(10) == []


async def test_who_was_not_called_on_a_day_that_is_over_has_missed_it(
    topics: Topics, sessions: Sessions, clock: FixedClock, desk: Browser
) -> None:
    today, called, tomorrow = [
        await booked(topics, 1),
        await booked(topics, 2),
        await booked(topics, 3, day=TOMORROW),
    ]
    await act(desk, called, "call")
    clock.advance(hours=13, minutes=59)
    await topics.appointments.tick()
    assert (await states(sessions))[today] == "confirmed"

    clock.advance(minutes=1)
    for _ in range(2):
        await topics.appointments.tick()

    assert await states(sessions) == {today: "missed", called: "called", tomorrow: "confirmed"}


async def test_a_person_is_found_by_code_id_number_or_mobile_and_stays_masked(desk: Browser, topics: Topics) -> None:
    code = await booked(topics, 7, day=TOMORROW)
    await booked(topics, 8)
    for text in (code.lower(), id_number(7), mobile(7), f" {mobile(7)[:3]} {mobile(7)[3:]} "):
        answer = await desk.post("/appointments/find", text=text)
        page = await answer.text()
        assert re.findall(r"/appointments/one/([A-Z0-9]{8})", page) == [code], text
        assert "张三丰" not in page
    assert "没有认出来" in await (await desk.post("/appointments/find", text="张三丰")).text()
    assert "没有这样的预约" in await (await desk.post("/appointments/find", text=id_number(99))).text()
    assert (await desk.post("/appointments/find", text="")).status == 422


async def test_numbers_are_shown_only_against_a_reason_which_is_audited(
    desk: Browser, topics: Topics, sessions: Sessions
) -> None:
    code = await booked(topics, 7)
    assert id_number(7) not in await desk.read(f"/appointments/one/{code}")
    assert id_number(7) not in await act(desk, code, "reveal", status=422, reason="")
    shown = await act(desk, code, "reveal", status=200, reason="核对证件")
    assert id_number(7) in shown
    async with sessions() as session:
        (row,) = await trail.entries(session, trail.Wanted(action="appointments.revealed"))
    assert (row.login, row.subject_id, row.reason) == ("desk", code, "核对证件")


async def test_the_day_is_paged_narrowed_and_shows_how_full_it_is(desk: Browser, topics: Topics) -> None:
    first, second = await booked(topics, 1, day=TOMORROW), await booked(topics, 2, "1100", day=TOMORROW, service="SB")
    page = await desk.read("/appointments", hall="JB", date="2026-11-24")
    assert page.index(first) < page.index(second)
    assert "已约 1 / 3" in page
    assert second not in await desk.read("/appointments", hall="JB", date="2026-11-24", service="HJ")
    assert first not in await desk.read("/appointments", hall="JB", date="2026-11-24", state="missed")
    assert first in await desk.read("/appointments", hall="JB", date="2026-11-24", q=mobile(1)[-4:])
    assert "周六大厅休息" in await desk.read("/appointments", hall="JB", date="2026-11-28")
    week = await desk.read("/appointments/week", hall="JB", date="2026-11-24")
    assert re.search(r"户籍业务 2026-11-24：已约 </span><span class=\"fw-bold\">1</span> / 42<", week)
    for odd in ({"hall": "XX"}, {"date": "9999-12-31"}, {"date": "昨天"}, {"after": "x"}):
        assert "2026-11-23" in await desk.read("/appointments", **odd)


async def test_a_slot_gets_places_of_its_own_but_never_fewer_than_are_taken(
    desk: Browser, topics: Topics, sessions: Sessions
) -> None:
    slot = f"JB-HJ-{TOMORROW}-1030"
    for order in (1, 2):
        await booked(topics, order, day=TOMORROW)

    refused = await desk.post(f"/appointments/slots/{slot}", capacity="1")
    assert (refused.status, "已经约出 2 个号" in await refused.text()) == (409, True)
    assert (await desk.post(f"/appointments/slots/{slot}", capacity="2")).status == 303
    with pytest.raises(SlotFull):
        await booked(topics, 3, day=TOMORROW)
    assert (await desk.post(f"/appointments/slots/{slot}", capacity="5")).status == 303
    outcomes = await asyncio.gather(
        *(booked(topics, order, day=TOMORROW) for order in range(3, 13)), return_exceptions=True
    )
    assert sum(isinstance(one, str) for one in outcomes) == 3
    async with sessions() as session:
        row = await session.get_one(SlotRow, slot)
        assert (row.taken, row.own_capacity) == (5, 5)
    assert (await desk.post(f"/appointments/slots/{slot}", capacity="")).status == 303
    with pytest.raises(SlotFull):
        await booked(topics, 20, day=TOMORROW)
    assert await actions(sessions, "slot", slot) == ["appointments.slot_capacity_set"] * 3
    for wrong, status in (("-1", 422), ("1001", 422), ("9" * 40, 422), ("三", 422)):
        assert (await desk.post(f"/appointments/slots/{slot}", capacity=wrong)).status == status
    assert (await desk.post(f"/appointments/slots/JB-HJ-{TODAY}-0900", capacity="4")).status == 409
    assert (await desk.post(f"/appointments/slots/JB-HJ-{TOMORROW}-0310", capacity="4")).status == 409
    assert (await desk.post("/appointments/slots/nonsense", capacity="4")).status == 404


async def test_new_hours_show_whom_they_leave_without_a_time_and_all_are_cancelled_with_one_reason(
    desk: Browser, topics: Topics, sessions: Sessions
) -> None:
    code, other = await booked(topics, 1, "1600", day=TOMORROW), await booked(topics, 2, "0900", day=TOMORROW)
    wrong = await desk.post("/appointments/halls/JB/hours", **{**WEEK_HOURS, "tue": "12:00-09:00"})
    assert wrong.status == 422
    assert "周二请写成" in await wrong.text()

    saved = await desk.post(
        "/appointments/halls/JB/hours", **{**WEEK_HOURS, "tue": "9:00—12:00"}, hours_text="周二上午"
    )
    assert saved.status == 303
    page = await desk.read("/appointments/halls/JB")
    assert "不在开放时间里的预约：1 个" in page
    assert code in page
    assert other not in page
    for _ in range(2):
        await desk.post("/appointments/halls/JB/stranded", reason="周二下午不再办公")

    assert (await states(sessions)) == {code: "cancelled", other: "confirmed"}
    assert [one.code for one in await topics.appointments.claim_cancellations(10)] == [code]
    assert [slot.starts_at.hour for slot in await topics.appointments.slots("JB", "HJ", date(2026, 11, 24))][-1] == 11
    assert await actions(sessions, "hall", "JB") == ["appointments.hours_set"]


async def test_a_service_s_places_change_for_every_slot_and_nobody_loses_a_place(
    desk: Browser, topics: Topics, sessions: Sessions
) -> None:
    for order in (1, 2, 3):
        await booked(topics, order, day=TOMORROW)
    for wrong in ("0", "1001", "", "x"):
        assert (await desk.post("/appointments/halls/JB/places/HJ", capacity=wrong)).status == 422
    assert (await desk.post("/appointments/halls/JB/places/XX", capacity="4")).status == 404
    for _ in range(2):
        assert (await desk.post("/appointments/halls/JB/places/HJ", capacity="1")).status == 303

    with pytest.raises(SlotFull):
        await booked(topics, 4, day=TOMORROW)
    async with sessions() as session:
        kept = select(func.count()).where(AppointmentRow.state == "confirmed")
        assert (await session.scalars(kept)).one() == 3
    assert await actions(sessions, "hall", "JB") == ["appointments.capacity_set"]


async def test_a_holiday_closes_every_hall_and_its_removal_opens_them_again(
    desk: Browser, topics: Topics, sessions: Sessions
) -> None:
    code = await booked(topics, 1, day=TOMORROW)
    fields = {"day": "2026-11-24", "name": "城市节", "kind": "closed"}
    for wrong in ({"day": ""}, {"day": "3001-01-01"}, {"name": ""}, {"kind": "maybe"}):
        assert (await desk.post("/appointments/holidays", **{**fields, **wrong})).status == 422

    await desk.post("/appointments/holidays", **fields)
    page = await desk.read("/appointments/holidays")
    assert "这一天已有 1 个预约" in page
    assert await topics.appointments.slots("JB", "HJ", date(2026, 11, 24)) == []
    assert code in await desk.read("/appointments/halls/JB")
    for _ in range(2):
        assert (await desk.post("/appointments/holidays/2026-11-24/remove")).status == 303

    assert await topics.appointments.slots("JB", "HJ", date(2026, 11, 24))
    assert await actions(sessions, "holiday", "2026-11-24") == [
        "appointments.holiday_set",
        "appointments.holiday_removed",
    ]
    assert (await desk.post("/appointments/holidays/2026-12-24/remove")).status == 404
    assert (await desk.post("/appointments/holidays/soon/remove")).status == 404


async def test_what_staff_have_set_no_import_takes_back(
    desk: Browser, topics: Topics, sessions: Sessions, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("city")
    halls, days = folder / "halls.yml", folder / "holidays.yml"
    halls.write_text(
        "- {hall_code: JB, name: 江北, district: 江北区, area_code: '990101', address: 一路1号, hours_text: 周一,"
        " opening: {mon: ['09:00-12:00']}, services: [{service_code: HJ, name: 户籍业务, slot_minutes: 30,"
        " capacity: 9}, {service_code: SB, name: 社会保险, slot_minutes: 30, capacity: 9}]}\n"
    )
    days.write_text("- {date: 2026-11-25, name: 甲, closed: true}\n- {date: 2026-11-30, name: 乙, closed: true}\n")
    await desk.post("/appointments/halls/JB/hours", **WEEK_HOURS, hours_text="我们的时间")
    await desk.post("/appointments/halls/JB/places/HJ", capacity="4")
    await desk.post("/appointments/holidays", day="2026-11-26", name="我们的假日", kind="closed")
    await import_holidays(sessions, days)
    await desk.post("/appointments/holidays/2026-11-25/remove")

    await import_halls(sessions, halls)
    await import_holidays(sessions, days)

    one = await topics.appointments.hall_rules.hall("JB")
    assert (one.hall.name, one.hall.hours_text, len(one.opening)) == ("江北", "我们的时间", 5)
    assert {service.service_code: service.capacity for service in one.services} == {"HJ": 4, "SB": 9}
    await desk.read("/appointments/holidays")  # what is said once about the removal
    page = await desk.read("/appointments/holidays")
    assert "我们的假日" in page
    assert "2026-11-30" in page
    assert "2026-11-25" not in page


async def test_a_console_without_halls_says_so(new_browser: NewBrowser) -> None:
    desk = await new_browser(Role.DESK)
    assert "还没有可以预约的大厅" in await desk.read("/appointments")
    assert "还没有可以预约的大厅" in await desk.read("/appointments/week")


async def test_who_may_not_work_at_the_desk_sees_no_appointments(new_browser: NewBrowser, topics: Topics) -> None:
    editor = await new_browser(Role.EDITOR)
    code = await booked(topics, 1)
    for path in ("/appointments", "/appointments/week", f"/appointments/one/{code}", "/appointments/halls/JB"):
        assert (await editor.get(path)).status == 403
    await act(editor, code, "call", status=403)
