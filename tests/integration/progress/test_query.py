"""What does a citizen see of a case, and what does a guesser see?"""

from __future__ import annotations

import asyncio
import uuid

import pytest
from sqlalchemy import func, select

from services.db import Sessions
from services.progress.models import AttemptRow, CaseRow
from services.progress.service import ProgressService
from tests.fakes.clock import FixedClock
from tests.integration.progress.conftest import (
    APPLICANT,
    CITIZEN,
    LIMIT,
    NUMBER,
    QUERY_CODE,
    Client,
    ask,
    report,
    send,
)

OTHER = uuid.UUID(int=2)
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


async def attempts(sessions: Sessions) -> int:
    async with sessions() as session:
        return (await session.scalars(select(func.count()).select_from(AttemptRow))).one()


async def test_the_query_code_shows_the_case_with_the_texts_of_the_code_lists(client: Client, case: str) -> None:
    status, body, _ = await ask(client)
    assert status == 200
    assert body == {
        "project_no": NUMBER,
        "task_code": "YJ-0001",
        "task_name": "食品经营许可",
        "state": "2",
        "state_text": "已受理，正在办理",
        "final": False,
        "org_name": "江北区市场监督管理局",
        "applicant": "张**",
        "apply_date": "2026-11-03",
        "accept_date": "2026-11-04",
        "promise_date": "2026-11-24",
        "steps": [
            {
                "process_name": "受理",
                "event_name": "",
                "state_text": "已完成",
                "special_text": "",
                "started_at": "2026-11-04T09:00:00+08:00",
                "ended_at": "2026-11-04T10:00:00+08:00",
                "explain": "",
            }
        ],
        "result": None,
        "subscribed": False,
    }


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (NUMBER, APPLICANT[-6:]),
        (NUMBER, APPLICANT[-6:].lower()),
        (NUMBER.lower().translate(FULL_WIDTH), " 482 913 "),
    ],
)
async def test_the_last_six_of_the_id_and_other_ways_of_typing_open_it_too(
    client: Client, case: str, number: str, code: str
) -> None:
    assert (await ask(client, number, code))[0] == 200


async def test_a_wrong_code_and_an_unknown_number_look_the_same(client: Client, case: str) -> None:
    wrong = await ask(client, code="000000")
    unknown = await ask(client, "YJ20261103999999")
    assert wrong[0] == unknown[0] == 404
    assert wrong[1] == unknown[1]
    assert wrong[1]["type"] == "urn:zhengqiao:problem:case-not-found"
    assert {name for name in wrong[2] if name != "Date"} == {name for name in unknown[2] if name != "Date"}


async def test_a_case_without_a_query_code_is_not_opened_by_an_empty_or_missing_one(client: Client) -> None:
    await send(client, "POST", "/cases", report(query_code=None))
    assert (await ask(client, code=""))[0] == 400
    assert (await ask(client, code=" "))[0] == 404
    assert (await ask(client, code=APPLICANT[-6:]))[0] == 200


async def test_wrong_codes_against_a_case_are_limited_whoever_tries(
    client: Client, case: str, clock: FixedClock
) -> None:
    for guesser in range(LIMIT):
        assert (await ask(client, code="000000", citizen=uuid.UUID(int=100 + guesser)))[0] == 404
    clock.advance(minutes=20)
    status, body, headers = await ask(client)
    assert (status, body["type"]) == (429, "urn:zhengqiao:problem:too-many-attempts")
    assert headers["Retry-After"] == str(40 * 60)
    clock.advance(minutes=40)
    assert (await ask(client))[0] == 200


async def test_wrong_codes_of_a_citizen_are_limited_whichever_number_they_try(client: Client, case: str) -> None:
    for number in range(LIMIT):
        assert (await ask(client, f"YJ2026110300099{number}"))[0] == 404
    assert (await ask(client))[0] == 429
    assert (await ask(client, citizen=OTHER))[0] == 200


async def test_an_unknown_number_is_limited_like_a_known_one(client: Client, case: str) -> None:
    for guesser in range(LIMIT):
        assert (await ask(client, "YJ20261103999999", citizen=uuid.UUID(int=100 + guesser)))[0] == 404
    assert (await ask(client, "YJ20261103999999"))[0] == 429


async def test_right_answers_do_not_count(client: Client, case: str, sessions: Sessions) -> None:
    for _ in range(LIMIT * 3):
        assert (await ask(client))[0] == 200
    assert await attempts(sessions) == 0


async def test_fifty_guesses_at_once_get_no_more_tries_than_one_after_the_other(
    client: Client, case: str, sessions: Sessions
) -> None:
    answers = await asyncio.gather(
        *(ask(client, code=f"{guess:06}", citizen=uuid.UUID(int=guess)) for guess in range(50))
    )
    statuses = [status for status, _, _ in answers]
    assert statuses.count(404) == LIMIT
    assert statuses.count(429) == 50 - LIMIT


async def test_subscribing_with_a_wrong_code_is_a_guess_like_any_other(client: Client, case: str) -> None:
    path = f"/cases/{NUMBER}/subscriptions/{CITIZEN}"
    for _ in range(LIMIT):
        assert (await send(client, "PUT", path, {"query_code": "000000"}))[0] == 404
    assert (await send(client, "PUT", path, {"query_code": QUERY_CODE}))[0] == 429


async def test_the_tick_forgets_attempts_that_count_no_more(
    client: Client, case: str, clock: FixedClock, service: ProgressService, sessions: Sessions
) -> None:
    await ask(client, code="000000")
    clock.advance(minutes=30)
    await service.tick()
    assert await attempts(sessions) == 2
    clock.advance(minutes=31)
    await service.tick()
    assert await attempts(sessions) == 0


async def test_neither_the_id_number_nor_the_query_code_is_kept_in_clear(
    client: Client, case: str, sessions: Sessions
) -> None:
    async with sessions() as session:
        row = await session.get_one(CaseRow, NUMBER)
    kept = repr({name: value for name, value in vars(row).items() if not name.startswith("_")})
    assert APPLICANT not in kept
    assert APPLICANT[-6:] not in kept
    assert QUERY_CODE not in kept
    assert "张三丰" not in kept
    assert row.id_masked == f"{APPLICANT[:3]}*************{APPLICANT[-2:]}"
