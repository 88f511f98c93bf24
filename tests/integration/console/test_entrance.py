"""How does somebody get in, and who does not?"""

from __future__ import annotations

import re

import pyotp
import pytest
from aiohttp import ClientResponse

from services.audit.trail import COMMAND_LINE, Actor
from services.db import Sessions
from services.settings import ServicesSettings
from services.staff.passwords import Passwords
from services.staff.permissions import Role
from services.staff.service import StaffService
from tests.fakes.clock import FixedClock
from tests.fakes.staff import PASSWORD, TOTP_SECRET, make_account
from tests.integration.console.conftest import Browser, NewBrowser

OPERATOR = Actor(staff_id=None, login="", address=COMMAND_LINE)
SECRET = re.compile(r"手工输入密钥 <code[^>]*>([A-Z2-7]+)</code>")


def _code(clock: FixedClock, secret: str = TOTP_SECRET) -> str:
    return pyotp.TOTP(secret).at(clock.now())


@pytest.fixture
async def account(sessions: Sessions, settings: ServicesSettings, clock: FixedClock) -> str:
    await make_account(sessions, settings, clock, login="lihua", roles=[Role.EDITOR])
    return "lihua"


async def _sign_in(browser: Browser, login: str, password: str = PASSWORD) -> ClientResponse:
    return await browser.post("/sign-in", at="/sign-in", login=login, password=password)


async def _code_page(browser: Browser, code: str) -> ClientResponse:
    return await browser.post("/sign-in/code", at="/sign-in/code", code=code)


async def test_password_and_code_open_the_console(nobody: Browser, account: str, clock: FixedClock) -> None:
    first = await _sign_in(nobody, account)
    between = await nobody.get("/")
    second = await _code_page(nobody, _code(clock))

    assert first.headers["Location"].startswith("/console/sign-in/code")
    assert between.headers["Location"] == "/console/sign-in/code"
    assert second.headers["Location"] == "/console/"
    assert "员工lihua" in await nobody.read("/")


async def test_the_page_that_was_asked_for_comes_after_signing_in(
    nobody: Browser, account: str, clock: FixedClock
) -> None:
    way = (await nobody.get("/profile")).headers["Location"].removeprefix("/console")
    shown = await (await nobody.get(way)).text()
    first = await nobody.post("/sign-in", at=way, login=account, password=PASSWORD, next="/console/profile")
    there = first.headers["Location"].removeprefix("/console")
    second = await nobody.post(there, at=there, code=_code(clock))

    assert "/console/profile" in shown
    assert second.headers["Location"] == "/console/profile"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/console/", "/elsewhere", "javascript:x"])
async def test_signing_in_leads_to_no_other_site(nobody: Browser, account: str, clock: FixedClock, target: str) -> None:
    first = await nobody.post("/sign-in", at="/sign-in", login=account, password=PASSWORD, next=target)
    there = first.headers["Location"].removeprefix("/console")
    second = await nobody.post(there, at=there, code=_code(clock))

    assert second.headers["Location"] == "/console/"


async def test_a_wrong_password_and_an_unknown_account_are_told_apart_by_nobody(nobody: Browser, account: str) -> None:
    wrong = await _sign_in(nobody, account, "not this password")
    unknown = await _sign_in(nobody, "nobody-of-that-name", "not this password")

    assert wrong.status == unknown.status == 422
    for answer in (wrong, unknown):
        assert "账号或密码不正确" in await answer.text()


async def test_an_account_waits_longer_after_each_wrong_password(
    nobody: Browser, account: str, clock: FixedClock
) -> None:
    for _ in range(5):
        await _sign_in(nobody, account, "not this password")
    locked = await _sign_in(nobody, account)
    clock.advance(seconds=31)
    again = await _sign_in(nobody, account, "not this password")
    clock.advance(seconds=31)
    still = await _sign_in(nobody, account)
    clock.advance(seconds=30)
    right = await _sign_in(nobody, account)

    assert locked.status == 429
    assert "30 秒" in await locked.text()
    assert again.status == 422
    assert still.status == 429
    assert right.status == 303


async def test_wrong_codes_lock_the_account_too(nobody: Browser, account: str, clock: FixedClock) -> None:
    await _sign_in(nobody, account)
    answers = [await _code_page(nobody, "000000") for _ in range(5)]
    locked = await _code_page(nobody, _code(clock))

    assert {answer.status for answer in answers} == {422}
    assert locked.status == 429


async def test_a_code_opens_only_once(
    nobody: Browser, new_browser: NewBrowser, account: str, clock: FixedClock
) -> None:
    await _sign_in(nobody, account)
    await _code_page(nobody, _code(clock))
    other = await new_browser()
    await _sign_in(other, account)
    second = await _code_page(other, _code(clock))

    assert second.status == 422


async def test_many_tries_from_one_address_are_slowed_down_whatever_the_account(nobody: Browser, account: str) -> None:
    answers = [await _sign_in(nobody, f"guess-{n}", "x" * 12) for n in range(21)]

    assert answers[19].status == 422
    assert answers[20].status == 429


async def test_a_session_ends_when_nobody_is_there_and_in_any_case_after_half_a_day(
    new_browser: NewBrowser, clock: FixedClock
) -> None:
    idle, busy = await new_browser(Role.VIEWER), await new_browser(Role.EDITOR)
    for _ in range(35):
        clock.advance(minutes=20)
        last = (await busy.get("/")).status
    gone = await idle.get("/")
    clock.advance(minutes=21)
    over = await busy.get("/")

    assert last == 200
    assert gone.status == 303
    assert over.status == 303


async def test_signing_out_ends_the_session_on_the_server(new_browser: NewBrowser) -> None:
    browser = await new_browser(Role.VIEWER)
    cookie = browser.cookie
    await browser.post("/sign-out")
    browser.set_cookie(cookie)

    assert (await browser.get("/")).status == 303


async def test_the_first_sign_in_leads_through_an_invitation_and_the_second_factor(
    nobody: Browser, sessions: Sessions, clock: FixedClock
) -> None:
    service = StaffService(sessions=sessions, clock=clock, passwords=Passwords())
    _, secret = await service.create(OPERATOR, login="wangwu", name="王五", roles=[Role.ADMINISTRATOR])
    link = f"/invitation/{secret}"
    weak = await nobody.post(link, at=link, password="12345678901", again="12345678901")
    set_up = await nobody.post(link, at=link, password=PASSWORD, again=PASSWORD)
    used = await nobody.get(link)
    await _sign_in(nobody, "wangwu")
    forced = await nobody.get("/")
    page = await nobody.read("/profile/second-factor")
    found = SECRET.search(page)
    assert found is not None
    codes = await nobody.post("/profile/second-factor", at="/profile/second-factor", code=_code(clock, found[1]))

    assert weak.status == 422
    assert "太常见" in await weak.text()
    assert set_up.headers["Location"] == "/console/sign-in"
    assert used.status == 404
    assert forced.headers["Location"] == "/console/profile/second-factor"
    assert "data:image/svg+xml" in page
    assert (await codes.text()).count("<li>") >= 10
    assert (await nobody.get("/")).status == 200


async def test_a_recovery_code_stands_in_for_the_phone_once(
    new_browser: NewBrowser, nobody: Browser, clock: FixedClock
) -> None:
    browser = await new_browser(Role.VIEWER)
    shown = await (await browser.post("/profile/recovery-codes", old=PASSWORD)).text()
    code = re.findall(r"<li>([a-z0-9-]{14})</li>", shown)[0]
    await _sign_in(nobody, "viewer")
    first = await _code_page(nobody, code.upper())
    other = await new_browser()
    await _sign_in(other, "viewer")
    second = await _code_page(other, code)

    assert first.status == 303
    assert second.status == 422


async def test_changing_the_password_ends_the_other_sessions(new_browser: NewBrowser) -> None:
    here, elsewhere = await new_browser(Role.VIEWER), await new_browser(Role.VIEWER)
    wrong = await here.post("/profile/password", old="not this password", password="b" + PASSWORD, again="b" + PASSWORD)
    right = await here.post("/profile/password", old=PASSWORD, password="b" + PASSWORD, again="b" + PASSWORD)

    assert wrong.status == 422
    assert right.status == 303
    assert "密码已修改" in await here.read("/profile")
    assert "密码已修改" not in await here.read("/profile")
    assert (await elsewhere.get("/")).status == 303


async def test_a_form_larger_than_allowed_is_refused_in_chinese(nobody: Browser) -> None:
    answer = await nobody.post("/sign-in", at="/sign-in", login="a" * 300_000, password="x")

    assert answer.status == 413
    assert "内容太大" in await answer.text()


async def test_too_many_requests_are_refused_for_a_while(nobody: Browser, clock: FixedClock) -> None:
    statuses = [(await nobody.get("/sign-in")).status for _ in range(260)]
    clock.advance(seconds=2)

    assert set(statuses) == {200, 429}
    assert (await nobody.get("/sign-in")).status == 200
