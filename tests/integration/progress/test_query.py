"""What does a citizen see of a case, and what does a guesser see?"""

from __future__ import annotations

import asyncio
import itertools
import uuid

import pytest
from sqlalchemy import func, select

from services.crypto import Cipher
from services.db import Sessions
from services.errors import TooManyAttempts
from services.progress.errors import CaseNotFound
from services.progress.models import AttemptRow, CaseRow, OpeningRow
from services.progress.rules import CROWD, MISTAKES, most_counted
from services.progress.service import ProgressService
from services.progress.types import CaseQuery
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


async def openings(sessions: Sessions) -> list[uuid.UUID]:
    """Who is remembered to have opened a case."""
    async with sessions() as session:
        return list(await session.scalars(select(OpeningRow.citizen_id).order_by(OpeningRow.citizen_id)))


async def guess(client: Client, *, citizen: uuid.UUID = CITIZEN, times: int) -> None:
    """So many wrong codes at the case, each of them let through."""
    for _ in range(times):
        assert (await ask(client, code="000000", citizen=citizen))[0] == 404


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


async def test_wrong_codes_are_refused_with_the_time_to_wait(client: Client, case: str, clock: FixedClock) -> None:
    await guess(client, times=LIMIT)
    clock.advance(minutes=20)
    status, body, headers = await ask(client)
    assert (status, body["type"]) == (429, "urn:zhengqiao:problem:too-many-attempts")
    assert headers["Retry-After"] == str(40 * 60)
    clock.advance(minutes=40)
    assert (await ask(client))[0] == 200


async def test_a_strangers_wrong_codes_do_not_stop_the_owner(client: Client, case: str) -> None:
    await guess(client, citizen=OTHER, times=LIMIT)
    assert (await ask(client, citizen=OTHER))[0] == 429
    assert (await ask(client))[0] == 200


async def test_one_mistake_is_forgiven_while_a_stranger_guesses_and_a_second_is_not(client: Client, case: str) -> None:
    third = uuid.UUID(int=3)
    await guess(client, citizen=OTHER, times=LIMIT)
    await guess(client, times=1)
    assert (await ask(client))[0] == 200
    await guess(client, citizen=third, times=MISTAKES)
    assert (await ask(client, citizen=third))[0] == 429


async def test_a_crowd_that_guesses_at_a_case_is_stopped_together(client: Client, case: str, clock: FixedClock) -> None:
    assert (await ask(client))[0] == 200
    path = f"/cases/{NUMBER}/subscriptions/{OTHER}"
    assert (await send(client, "PUT", path, {"query_code": QUERY_CODE}))[0] == 204
    for guesser in range(LIMIT * CROWD):
        await guess(client, citizen=uuid.UUID(int=100 + guesser), times=1)
    assert (await ask(client, citizen=uuid.UUID(int=99)))[0] == 429
    # Who has opened it before, and who is told when it moves, is no guesser.
    assert (await ask(client))[0] == (await ask(client, citizen=OTHER))[0] == 200
    clock.advance(hours=1)
    assert (await ask(client, citizen=uuid.UUID(int=99)))[0] == 200


async def test_guessing_for_days_with_any_number_of_accounts_gives_few_tries(
    sessions: Sessions, case: str, clock: FixedClock, cipher: Cipher
) -> None:
    strict = ProgressService(sessions=sessions, clock=clock, cipher=cipher, attempts_per_hour=1)
    accounts, tries = iter(range(100, 1000)), 0
    for _ in range(4):
        for _ in range(3):
            for account in itertools.islice(accounts, CROWD + 1):
                wrong = CaseQuery(project_no=NUMBER, query_code="000000", citizen_id=uuid.UUID(int=account))
                with pytest.raises((CaseNotFound, TooManyAttempts)) as refused:
                    await strict.query(wrong)
                tries += refused.type is CaseNotFound
            clock.advance(hours=1)
        clock.advance(hours=21)
    assert tries == most_counted(CROWD) == 40


async def test_who_knows_the_case_still_has_tries_of_their_own_only(client: Client, case: str) -> None:
    assert (await ask(client))[0] == 200
    await guess(client, times=LIMIT)
    assert (await ask(client))[0] == 429


async def test_who_opened_a_case_is_forgotten_after_a_year_and_with_the_citizen(
    client: Client, case: str, clock: FixedClock, service: ProgressService, sessions: Sessions
) -> None:
    await ask(client)
    await ask(client, citizen=OTHER)
    async with sessions.begin() as session:
        await service.erase_citizen(session, CITIZEN)
    assert await openings(sessions) == [OTHER]
    clock.advance(days=364)
    await service.tick()
    assert await openings(sessions) == [OTHER]
    clock.advance(days=2)
    await service.tick()
    assert await openings(sessions) == []


async def test_wrong_codes_of_a_citizen_are_limited_whichever_number_they_try(client: Client, case: str) -> None:
    for number in range(LIMIT):
        assert (await ask(client, f"YJ2026110300099{number}"))[0] == 404
    assert (await ask(client))[0] == 429
    assert (await ask(client, citizen=OTHER))[0] == 200


async def test_an_unknown_number_is_limited_like_a_known_one(client: Client, case: str) -> None:
    for guesser in range(LIMIT * CROWD):
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
        *(ask(client, code=f"{guess:06}", citizen=uuid.UUID(int=guess % 10)) for guess in range(50))
    )
    statuses = [status for status, _, _ in answers]
    # Ten askers: each may be wrong twice, whatever the others do.
    assert statuses.count(404) == 10 * MISTAKES
    assert statuses.count(429) == 50 - 10 * MISTAKES


async def test_subscribing_with_a_wrong_code_is_a_guess_like_any_other(client: Client, case: str) -> None:
    path = f"/cases/{NUMBER}/subscriptions/{CITIZEN}"
    for _ in range(LIMIT):
        assert (await send(client, "PUT", path, {"query_code": "000000"}))[0] == 404
    assert (await send(client, "PUT", path, {"query_code": QUERY_CODE}))[0] == 429


async def test_the_tick_forgets_attempts_that_count_no_more(
    client: Client, case: str, clock: FixedClock, service: ProgressService, sessions: Sessions
) -> None:
    await ask(client, code="000000")
    clock.advance(days=29)
    await service.tick()
    assert await attempts(sessions) == 3
    clock.advance(days=2)
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
