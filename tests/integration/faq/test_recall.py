"""Who was told an answer, as it stood when; and does a correction go to exactly those?"""

from __future__ import annotations

import argparse
import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from rich.console import Console
from sqlalchemy import text

from services.audit.trail import Actor
from services.cli import Context
from services.db import Sessions
from services.faq import cli
from services.faq.editing import FaqDesk
from services.faq.recall import Tellings
from services.faq.service import FaqService
from services.faq.types import FaqEntry
from services.notices.errors import SamePerson
from services.notices.service import NoticeService
from services.settings import ServicesSettings
from tests.fakes.clock import FixedClock
from tests.integration.faq.conftest import Client
from tests.integration.faq.test_api import call

EDITOR = Actor(staff_id=None, login="editor", address="127.0.0.1")
ONE, TWO, THREE = (uuid4() for _ in range(3))
RECIPIENTS = "SELECT citizen_id FROM notice_recipients ORDER BY citizen_id"


class Talk:
    """What the bot does when it tells an answer."""

    def __init__(self, sessions: Sessions, clock: FixedClock, service: FaqService) -> None:
        self._sessions, self._service = sessions, service
        self._tellings = Tellings(sessions=sessions, clock=clock, days=180)

    async def tell(self, citizen: UUID, entry_id: str = "park") -> UUID:
        """Gives the message that was answered."""
        written_at = (await self._service.entry(entry_id)).written_at
        message_id = uuid4()
        async with self._sessions.begin() as session:
            for _ in range(2):
                await self._tellings.note(
                    session, message_id=message_id, citizen_id=citizen, told=[(entry_id, written_at)]
                )
        return message_id

    async def fails(self, message_id: UUID, citizen: UUID, *, position: int) -> None:
        """A part of the reply did not arrive."""
        async with self._sessions.begin() as session:
            values = {"message": message_id, "citizen": citizen, "position": position}
            await session.execute(
                text("""
                    INSERT INTO outbox (outbox_id, seq, citizen_id, message_id, cause, position, route, content, state,
                        tries, due_at, created_at)
                    VALUES (gen_random_uuid(), 1, :citizen, :message, CAST(:message AS text), :position, 'push', '{}',
                        'failed', 1, now(), now())
                """),
                values,
            )


@pytest.fixture
def talk(sessions: Sessions, clock: FixedClock, service: FaqService) -> Talk:
    return Talk(sessions, clock, service)


@pytest.fixture
async def desk(sessions: Sessions, clock: FixedClock, service: FaqService) -> FaqDesk:
    desk = FaqDesk(sessions=sessions, clock=clock, faq=service, second_person=False)
    await publish(desk, "六点。", base=0)
    return desk


async def publish(desk: FaqDesk, answer: str, *, base: int) -> None:
    entry = FaqEntry(id="park", question="公园几点开门", answer=answer, department="园林局")
    await desk.publish(EDITOR, entry, base=base)


def correction(clock: FixedClock, **fields: Any) -> dict[str, Any]:
    due_at = (clock.now() + timedelta(hours=1)).isoformat()
    return {"title": "更正", "body": "是七点。", "due_at": due_at, "author": "张三", **fields}


async def told(client: Client, **span: str) -> dict[str, Any]:
    found = await call(client, "GET", "/entries/park/told", params=span)
    return dict(found)


async def recipients(sessions: Sessions) -> list[UUID]:
    async with sessions() as session:
        return list(await session.scalars(text(RECIPIENTS)))


async def test_it_is_counted_who_was_told_which_version_since_when(
    client: Client, desk: FaqDesk, talk: Talk, clock: FixedClock
) -> None:
    clock.advance(minutes=1)
    await talk.tell(ONE)
    await talk.tell(ONE)
    clock.advance(minutes=1)
    await publish(desk, "七点。", base=1)
    clock.advance(minutes=1)
    await talk.tell(TWO)

    found = await told(client)
    assert found["citizens"] == 2
    assert [(one["version"], one["citizens"], one["times"]) for one in found["versions"]] == [(2, 1, 1), (1, 1, 2)]
    first = found["versions"][1]
    assert first["first_at"] == "2026-11-23T02:01:00Z"
    assert (await told(client, written_at=first["written_at"]))["citizens"] == 1
    assert (await told(client, since="2026-11-23T02:02:00Z"))["versions"][0]["version"] == 2
    assert (await told(client, until="2026-11-23T02:00:00Z"))["citizens"] == 0


async def test_a_correction_goes_to_exactly_those_who_were_told_and_needs_a_second_person(  # noqa: PLR0917
    client: Client, desk: FaqDesk, talk: Talk, clock: FixedClock, sessions: Sessions, notices: NoticeService
) -> None:
    for citizen in (ONE, TWO, ONE):
        await talk.tell(citizen)
    clock.advance(minutes=5)
    await talk.tell(THREE)
    body = correction(clock, until="2026-11-23T02:03:00Z")

    made = await call(client, "POST", "/entries/park/corrections", status=201, json=body)

    assert made["citizens"] == 2
    assert await recipients(sessions) == sorted([ONE, TWO])
    notice = await notices.get(str(made["notice"]))
    assert (notice.state, notice.audience_kind, notice.title) == ("submitted", "list", "更正")
    with pytest.raises(SamePerson):
        await notices.approve(str(made["notice"]), "张三")
    assert (await notices.approve(str(made["notice"]), "李四")).state == "approved"


async def test_who_got_nothing_of_the_reply_is_not_corrected_and_who_got_a_part_is(
    client: Client, desk: FaqDesk, talk: Talk
) -> None:
    await talk.fails(await talk.tell(ONE), ONE, position=0)
    await talk.fails(await talk.tell(TWO), TWO, position=1)

    assert (await told(client))["citizens"] == 1


@pytest.mark.parametrize(
    ("fields", "status", "name"),
    [
        ({}, 409, "nobody-was-told"),
        ({"title": ""}, 400, "bad-request"),
        ({"body": "长" * 5001}, 400, "bad-request"),
        ({"since": "gestern"}, 400, "bad-request"),
        ({"since": "2026-11-23T02:00:00"}, 400, "bad-request"),
    ],
)
async def test_a_correction_that_makes_no_sense_is_refused_with_its_reason(
    client: Client, clock: FixedClock, fields: dict[str, str], status: int, name: str
) -> None:
    body = correction(clock, **fields)
    problem = await call(client, "POST", "/entries/park/corrections", status=status, json=body)

    assert problem["type"] == f"urn:zhengqiao:problem:{name}"


async def test_a_correction_whose_time_is_over_is_refused(
    client: Client, desk: FaqDesk, talk: Talk, clock: FixedClock, sessions: Sessions
) -> None:
    await talk.tell(ONE)
    body = correction(clock, due_at="2026-11-22T02:00:00Z")

    await call(client, "POST", "/entries/park/corrections", status=409, json=body)

    assert await recipients(sessions) == []


async def test_the_command_line_says_who_was_told_and_writes_the_correction(  # noqa: PLR0917
    desk: FaqDesk, talk: Talk, clock: FixedClock, sessions: Sessions, database_url: str, notices: NoticeService
) -> None:
    await talk.tell(ONE)
    out = io.StringIO()
    settings = ServicesSettings(database_url=database_url, service_token="t" * 32)
    context = Context(sessions=sessions, clock=clock, settings=settings, out=Console(file=out, width=200))
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())

    async def run(*words: str) -> str:
        arguments = parser.parse_args(["faq", *words])
        out.truncate(0)
        assert await arguments.run(arguments, context) == 0
        return out.getvalue()

    shown = await run("told", "park", "--since", "2026-11-23 10:00")
    assert "收到过的人：1" in shown
    assert "第 1 版" in shown
    at = "2026-11-23 11:00"
    said = await run("recall", "park", "--title", "更正", "--text", "是七点。", "--at", at, "--by", "张三")
    assert "第 1 号通知已提交，发给 1 人" in said
    assert (await notices.get("1")).body == "是七点。"
