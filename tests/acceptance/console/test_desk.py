"""How the desk calls who is next and adds a step to a case, as people do it; on a desk and on a phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from services.appointments.models import AppointmentRow, HallRow, HallServiceRow, SlotRow
from services.appointments.service import AppointmentService
from services.appointments.types import Reservation
from services.clock import SystemClock, local
from services.crypto import load_cipher
from services.embedded import ROOT
from services.progress.loader import import_codes
from services.progress.service import ProgressService
from services.progress.types import CaseFeed, StepFeed
from services.staff.permissions import Role
from tests.acceptance.console.conftest import AsStaff
from tests.acceptance.console.staff import Console, assert_accessible, picture
from tests.fakes.people import id_number, mobile

CODE = "482913"


def make_case(console: Console, number: str, *, subscribers: int) -> None:
    """A case that is being worked on, and the codes of the example city."""

    async def make(sessions: Any) -> None:
        await import_codes(sessions, ROOT / "data" / "city" / "case_codes.yml")
        cipher = load_cipher(console.settings.vault_key, console.settings.data_path)
        service = ProgressService(sessions=sessions, clock=SystemClock(), cipher=cipher, attempts_per_hour=5)
        today = local(SystemClock().now()).date()
        await service.take_case(
            CaseFeed(
                project_no=number,
                task_name="食品经营许可",
                state="reviewing",
                org_name="云江市市场监督管理局",
                applyer_name="张三丰",
                query_code=CODE,
                apply_date=today - timedelta(days=9),
                accept_date=today - timedelta(days=8),
                promise_date=today - timedelta(days=1),
                steps=[StepFeed(process_name="受理", state="done"), StepFeed(process_name="审查", state="running")],
            )
        )
        for _ in range(subscribers):
            await service.subscribe(number, uuid4(), CODE)

    console.run(make)


def test_the_desk_finds_a_case_adds_a_step_and_its_subscribers_will_be_told(
    as_staff: AsStaff, console: Console
) -> None:
    number = f"YJ{uuid4().hex[:10].upper()}"
    make_case(console, number, subscribers=2)
    page = as_staff(Role.DESK)
    page.goto(f"{console.url}/cases")
    assert_accessible(page)
    page.get_by_label("办件编号").fill(number.lower())
    page.keyboard.press("Enter")
    expect(page.get_by_text("超过承诺时限").last).to_be_visible()
    picture(page, "cases")
    page.get_by_role("link", name=number).click()
    expect(page.get_by_text("2 位群众会收到进展消息")).to_be_visible()
    assert_accessible(page)

    page.get_by_label("环节", exact=True).fill("现场核查")
    page.get_by_label("环节状态").select_option("yours")
    page.get_by_label("特别程序").select_option("inspection")
    page.get_by_label("说明").fill("12月2日上午到经营场所核查，请留人在场。")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("dialog")).to_contain_text("通知 2 位订阅的群众，不能撤回")
    page.keyboard.press("Escape")
    expect(page.get_by_label("环节", exact=True)).to_have_value("现场核查")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("已保存，会通知 2 位订阅的群众。")).to_be_visible()
    expect(page.get_by_text("等待发送 2 人")).to_be_visible()
    assert_accessible(page)
    picture(page, "case")

    page.get_by_role("link", name="修改环节 现场核查").click()
    expect(page.get_by_role("heading", name="修改环节：现场核查")).to_be_visible()
    page.get_by_label("环节状态").select_option("done")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="确定").click()
    expect(page.locator(".zq-steps")).to_contain_text("12月2日上午到经营场所核查")
    expect(page.get_by_text("更新办件环节")).to_have_count(2)


def make_hall(console: Console, *, booked: int) -> tuple[str, list[str]]:
    """A hall that is open day and night, with appointments for the last minutes of today; its code and theirs."""
    code = f"H{uuid4().hex[:8].upper()}"

    async def make(sessions: Any) -> list[str]:
        week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        async with sessions.begin() as session:
            hall = HallRow(
                hall_code=code,
                name=f"云江市政务服务中心{code[-3:]}",
                district="江南区",
                area_code="990000",
                address="云江市江南区云江大道168号",
                phone="0100-88010000",
                hours_text="每天",
                opening={day: ["00:00-23:59"] for day in week},
            )
            session.add(hall)
            await session.flush()
            for service, name in (("HJ", "户籍业务"), ("CRJ", "出入境证件")):
                row = HallServiceRow(
                    hall_code=code, service_code=service, name=name, slot_minutes=60, capacity=8, offered=True
                )
                session.add(row)
        cipher = load_cipher(console.settings.vault_key, console.settings.data_path)
        service = AppointmentService(sessions=sessions, clock=SystemClock(), cipher=cipher, reservation_seconds=600)
        codes = []
        tomorrow = local(SystemClock().now()).date() + timedelta(days=1)
        for order in range(1, booked + 1):
            # Nobody has two appointments of one day, in no hall: each hall has people of its own.
            someone = uuid4().int
            wish = Reservation(
                slot_id=f"{code}-{'HJ' if order % 2 else 'CRJ'}-{tomorrow:%Y%m%d}-{8 + order:02}00",
                citizen_id=uuid4(),
                applicant_name="张三丰",
                id_number=id_number(someone % 1000, birth=f"19{50 + someone % 49}0{order}15"),
                mobile=mobile(order),
            )
            made = await service.reserve(wish, uuid4().hex)
            await service.confirm(made.code, wish.citizen_id)
            codes.append(made.code)
        await today_is_their_day(sessions, codes)
        return codes

    return code, console.run(make)


async def today_is_their_day(sessions: Any, codes: list[str]) -> None:
    """The night has passed: what cannot be booked any more today is there all the same."""
    async with sessions.begin() as session:
        for code in codes:
            row = await session.get_one(AppointmentRow, code)
            row.day -= timedelta(days=1)
            slot = await session.get_one(SlotRow, row.slot_id)
            slot.starts_at -= timedelta(days=1)
            slot.ends_at -= timedelta(days=1)


def test_the_desk_calls_who_is_next_finishes_and_notes_who_did_not_come(as_staff: AsStaff, console: Console) -> None:
    hall, codes = make_hall(console, booked=4)
    page = as_staff(Role.DESK)
    page.goto(f"{console.url}/appointments?hall={hall}")
    expect(page.get_by_text("预约名单").first).to_be_visible()
    assert_accessible(page)
    for code in codes[:2]:
        page.get_by_role("button", name=f"到场 {code}").click()
        expect(page.get_by_text(f"{code}：已登记到场。")).to_be_visible()
    picture(page, "appointments")

    page.get_by_role("button", name="叫下一位").click()
    expect(page.get_by_text(f"请叫 {codes[0]}")).to_be_visible()
    page.get_by_role("button", name=f"办结 {codes[0]}").click()
    expect(page.get_by_text(f"{codes[0]}：已办结。")).to_be_visible()
    page.locator("#call-next").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"请叫 {codes[1]}")).to_be_visible()
    page.get_by_role("button", name=f"未到 {codes[1]}").click()
    expect(page.get_by_role("dialog")).to_contain_text("当天可以退回等候")
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text(f"{codes[1]}：已记为未到。")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("link", name=codes[2]).click()
    page.get_by_label("取消的原因").fill("窗口系统检修，请改约其他时间")
    page.get_by_role("button", name="取消预约").click()
    expect(page.get_by_role("dialog")).to_contain_text("原因会马上发给群众")
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("已取消，会把原因告诉群众。")).to_be_visible()
    assert_accessible(page)
    picture(page, "appointment")


def test_a_hall_s_week_hours_holidays_and_a_person_s_appointments_can_be_used_by_everybody(
    as_staff: AsStaff, console: Console
) -> None:
    hall, codes = make_hall(console, booked=3)
    page = as_staff(Role.DESK)
    page.goto(f"{console.url}/appointments/week?hall={hall}")
    expect(page.locator(".zq-week")).to_be_visible()
    assert_accessible(page)
    picture(page, "appointments-week")
    page.get_by_role("link", name="时间和号数").click()
    page.get_by_label("周日").fill("25:00")
    page.get_by_role("button", name="保存办公时间").click()
    expect(page.get_by_text("周日请写成")).to_be_visible()
    assert_accessible(page)
    picture(page, "appointments-hall")
    page.get_by_role("link", name="节假日").click()
    page.get_by_label("日期").fill("2026-12-31")
    page.get_by_label("名称").fill("跨年")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("cell", name="跨年")).to_be_visible()
    assert_accessible(page)
    picture(page, "appointments-holidays")
    page.get_by_role("button", name="删除 2026-12-31").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("2026-12-31 恢复为平常的安排。")).to_be_visible()
    page.get_by_role("link", name="查人").click()
    page.get_by_label("预约号、身份证号或手机号").fill(codes[0])
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=codes[0])).to_be_visible()
    assert_accessible(page)
    picture(page, "appointments-find")
