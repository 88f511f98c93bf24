"""How do staff find and read conversations, and what do they not see?"""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services.audit.models import AuditRow
from services.citizens.models import CitizenRow
from services.crypto import load_cipher
from services.db import Sessions
from services.dialogues.reader import Dialogues
from services.dialogues.types import Wanted
from services.settings import ServicesSettings
from services.staff.permissions import Role
from services.vault.service import VaultService
from services.vault.types import Identifier
from tests.fakes.clock import FixedClock
from tests.fakes.talk import make_events_table, talk
from tests.integration.console.conftest import Browser, NewBrowser

MOBILE = "13912345678"


@pytest.fixture(autouse=True)
async def events(sessions: Sessions) -> None:
    await make_events_table(sessions)


async def test_a_conversation_is_read_as_it_was_held_with_what_was_understood(
    new_browser: NewBrowser, sessions: Sessions, clock: FixedClock
) -> None:
    viewer, citizen = await new_browser(Role.VIEWER), uuid4()
    await talk(sessions, citizen, "社保怎么补缴", "请到市社保中心办理。", "还可以拨打热线。", at=clock.now())
    page = await viewer.read(f"/conversations/{citizen}")

    order = [
        page.index(part) for part in ("社保怎么补缴", "ask_faq", "93%", "utter_faq", "请到市社保中心", "还可以拨打")
    ]
    assert order == sorted(order)


async def test_messages_are_found_by_two_characters_of_what_was_said(
    new_browser: NewBrowser, sessions: Sessions, clock: FixedClock
) -> None:
    viewer = await new_browser(Role.VIEWER)
    await talk(sessions, uuid4(), "社保怎么补缴", "好。", at=clock.now())
    await talk(sessions, uuid4(), "公积金怎么提取 50%", "好。", at=clock.now())

    found = await viewer.read("/conversations", q="公积")
    literal = await viewer.read("/conversations", q="0%")
    one = await viewer.read("/conversations", q="缴")
    none = await viewer.read("/conversations", q="婚姻")

    assert "公积金怎么提取" in found
    assert "社保怎么补缴" not in found
    assert "公积金怎么提取" in literal
    assert "社保怎么补缴" in one
    assert "没有符合条件的内容" in none


@pytest.mark.parametrize("newest", [1, 4, 10_000])
async def test_what_is_found_is_the_same_however_many_messages_are_looked_through_first(
    sessions: Sessions, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, newest: int
) -> None:
    monkeypatch.setattr("services.dialogues.reader.NEWEST", newest)
    dialogues = Dialogues(sessions=sessions, clock=clock)
    for n in range(8):
        said = f"公积金第{n}问" if n % 2 else f"社保第{n}问"
        await talk(sessions, uuid4(), said, "好。", at=clock.now() + timedelta(minutes=n))

    first = await dialogues.find(Wanted(text="公积", limit=2))
    second = await dialogues.find(Wanted(text="公积", below=(first[-1].received_at, first[-1].seq), limit=3))

    assert [one.text for one in first] == ["公积金第7问", "公积金第5问"]
    assert [one.text for one in second] == ["公积金第3问", "公积金第1问"]
    assert [one.text for one in await dialogues.find(Wanted(text="5"))] == ["公积金第5问"]
    assert [one.text for one in await dialogues.find(Wanted(text="社保", state="answered", limit=1))] == ["社保第6问"]
    assert await dialogues.find(Wanted(text="公积", state="failed")) == []


async def test_the_list_and_a_long_conversation_are_paged(
    new_browser: NewBrowser, sessions: Sessions, clock: FixedClock
) -> None:
    viewer, citizen = await new_browser(Role.VIEWER), uuid4()
    for n in range(55):
        await talk(sessions, citizen, f"第{n}个问题？", "好。", at=clock.now() + timedelta(minutes=n))
    first = await viewer.read("/conversations")
    second = await viewer.read("/conversations", after=_after(first))
    newest = await viewer.read(f"/conversations/{citizen}")
    older = await viewer.read(f"/conversations/{citizen}", after=_after(newest))

    assert "第54个" in first
    assert "第4个" not in first
    assert "第4个" in second
    assert "第25个" in newest
    assert "第24个" not in newest
    assert "第24个" in older
    assert "第0个" in older


def _after(page: str) -> str:
    found = re.search(r"after=([\w%=-]+)", page)
    assert found is not None
    return found[1].replace("%3D", "=")


async def test_identifiers_are_shown_against_a_reason_only_and_that_is_written_down(
    new_browser: NewBrowser, sessions: Sessions, settings: ServicesSettings, clock: FixedClock
) -> None:
    citizen, token = await _deposited(sessions, settings, clock)
    await talk(sessions, citizen, f"我的手机是{token}", f"已登记 {MOBILE}。", at=clock.now())
    viewer = await new_browser(Role.VIEWER)
    administrator = await new_browser(Role.ADMINISTRATOR)
    hidden = await viewer.read(f"/conversations/{citizen}")
    listed = await viewer.read("/conversations")
    refused = await viewer.post(f"/conversations/{citizen}/unmask", reason="核实一件投诉")
    short = await administrator.post(f"/conversations/{citizen}/unmask", reason="看")
    shown = await (await administrator.post(f"/conversations/{citizen}/unmask", reason="核实一件投诉")).text()

    assert token not in hidden + listed
    assert MOBILE not in hidden + listed
    assert "〔手机号〕" in hidden
    assert "139****5678" in hidden
    assert refused.status == 403
    assert short.status == 422
    assert f"我的手机是{MOBILE}" in shown
    async with sessions() as session:
        row = (await session.scalars(select(AuditRow).where(AuditRow.action == "conversations.unmasked"))).one()
    assert (row.login, row.subject_id, row.reason) == ("administrator", str(citizen), "核实一件投诉")


async def _deposited(sessions: Sessions, settings: ServicesSettings, clock: FixedClock) -> tuple[UUID, str]:
    """A citizen, and the token of a mobile number that the edge has put into the vault."""
    citizen = uuid4()
    cipher = load_cipher(settings.vault_key, settings.data_path)
    vault = VaultService(sessions=sessions, clock=clock, cipher=cipher, seconds=86_400)
    async with sessions.begin() as session:
        session.add(
            CitizenRow(
                citizen_id=citizen,
                channel="wechat",
                account="gh_test",
                address="o1",
                created_at=clock.now(),
                followed_at=clock.now(),
                unfollowed_at=None,
                last_message_at=None,
            )
        )
        await session.flush()
        return citizen, await vault.deposit(session, citizen, Identifier(kind="MOBILE", value=MOBILE))


async def test_what_is_no_conversation_is_not_found(administrator: Browser) -> None:
    assert (await administrator.get(f"/conversations/{uuid4()}")).status == 404
    assert (await administrator.get("/conversations/nonsense")).status == 404
