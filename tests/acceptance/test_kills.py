"""`kill -9` of each process in turn under load: by the platform's record every message is answered, none twice."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from math import ceil
from typing import Any

import aiohttp
import psutil
import psycopg
import pytest

from tests.acceptance.running import Citizen, Running, running_program

#: Every test run has a small load, which leaves a small machine room to catch up; `make chaos` has the full one.
MESSAGES_A_SECOND = int(os.environ.get("CHAOS_RATE", "6"))
#: Time for a killed process to be back and the next one to be hit while it catches up.
APART_SECONDS = 8.0
SETTLE_SECONDS = 180.0
VICTIMS = ("edge", "worker", "services", "actions", "rasa", "postgres")
#: After a citizen's last message the platform takes five pushes: with fewer citizens some would write six messages, and
#: where all six are answered late the sixth answer could not be sent by anybody.
CITIZENS = ceil(MESSAGES_A_SECOND * APART_SECONDS * (len(VICTIMS) + 1) / 5) + MESSAGES_A_SECOND
QUESTIONS = ("给孩子上户口要带什么材料", "多少钱", "居住证在哪里办", "你好", "护照多久能办好", "谢谢")


@pytest.fixture(scope="module")
def own_program(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A program that nobody else's tests are disturbed by."""
    with running_program(tmp_path_factory.mktemp("kills") / "var") as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield session


async def test_every_message_is_answered_and_none_twice_while_each_process_is_killed(
    own_program: Running, http: aiohttp.ClientSession
) -> None:
    citizens = [await _follower(own_program, http) for _ in range(CITIZENS)]
    sent: Counter[str] = Counter()
    done = asyncio.Event()
    load = asyncio.create_task(_load(citizens, sent, done))

    for victim in VICTIMS:
        await asyncio.sleep(APART_SECONDS)
        kill(own_program, victim)
    await asyncio.sleep(APART_SECONDS)
    done.set()
    await load

    outcome = await _settled(own_program, citizens, sent)
    assert sum(sent.values()) > MESSAGES_A_SECOND * APART_SECONDS
    assert outcome["unanswered"] == {}, _what_was_not_sent(own_program)
    assert outcome["twice"] == []
    assert outcome["too_many"] == {}


async def test_closing_the_terminal_ends_every_process(own_program: Running) -> None:
    pids = [int(path.read_text()) for path in (own_program.data_dir / "run").glob("*.pid")]
    assert len(pids) == 6
    assert all(psutil.pid_exists(pid) for pid in pids)

    own_program.launcher.send_signal(signal.SIGHUP)

    assert await asyncio.to_thread(own_program.launcher.wait, 60) == 0
    assert not any(psutil.pid_exists(pid) for pid in pids)


def kill(program: Running, victim: str) -> None:
    if victim == "postgres":
        pid = int((program.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)
    else:
        program.kill(victim)


async def _follower(program: Running, http: aiohttp.ClientSession) -> Citizen:
    async with http.post(f"{program.simulator}/sim/followers", json={}) as response:
        openid = (await response.json())["openid"]
    citizen = Citizen(session=http, simulator=program.simulator, openid=openid)
    await citizen.next_reply()
    return citizen


async def _load(citizens: list[Citizen], sent: Counter[str], done: asyncio.Event) -> None:
    """Steady writing: one message every 50 ms, each citizen in turn."""
    started = time.monotonic()
    for number, citizen in enumerate(itertools.cycle(citizens)):
        if done.is_set():
            return
        await citizen.send(QUESTIONS[number % len(QUESTIONS)])
        sent[citizen.openid] += 1
        await asyncio.sleep(max(0.0, started + (number + 1) / MESSAGES_A_SECOND - time.monotonic()))


async def _settled(program: Running, citizens: list[Citizen], sent: Counter[str]) -> dict[str, Any]:
    """What the platform's record says once nothing is open any more, set against what we marked in doubt."""
    deadline = time.monotonic() + SETTLE_SECONDS
    await _database_is_back(program, deadline)
    while True:
        outcome = await _outcome(program, citizens, sent)
        if not outcome["unanswered"] or time.monotonic() > deadline:
            return outcome
        await asyncio.sleep(2)


async def _database_is_back(program: Running, deadline: float) -> None:
    """A killed server reads its log before it lets anybody in."""
    while not _answers(program):
        assert time.monotonic() < deadline, "".join(program.lines)
        await asyncio.sleep(0.5)


def _answers(program: Running) -> bool:
    try:
        psycopg.connect(program.database_url).close()
    except psycopg.OperationalError:
        return False
    return True


async def _outcome(program: Running, citizens: list[Citizen], sent: Counter[str]) -> dict[str, Any]:
    in_doubt = _in_doubt(program)
    unanswered: dict[str, int] = {}
    too_many: dict[str, int] = {}
    twice: list[str] = []
    for citizen in citizens:
        entries = await _entries(citizen)
        passive = Counter(entry["msg_id"] for entry in entries if entry["kind"] == "passive.delivered")
        twice += [msg_id for msg_id, count in passive.items() if msg_id and count > 1]
        pushes = sum(entry["kind"] == "push.delivered" for entry in entries)
        # The welcome is the answer to an event, which has no message id.
        answered = sum(count for msg_id, count in passive.items() if msg_id) + pushes
        missing = sent[citizen.openid] - answered - in_doubt[citizen.openid]
        if missing > 0:
            unanswered[citizen.openid] = missing
        if answered > sent[citizen.openid]:
            too_many[citizen.openid] = answered - sent[citizen.openid]
    return {"unanswered": unanswered, "too_many": too_many, "twice": twice, "in_doubt": sum(in_doubt.values())}


def _in_doubt(program: Running) -> Counter[str]:
    """How many messages to each openid we have marked in doubt."""
    query = """
        SELECT citizens.address, count(*) FROM outbox JOIN citizens USING (citizen_id)
        WHERE outbox.state = 'in_doubt' GROUP BY citizens.address
    """
    with psycopg.connect(program.database_url) as connection:
        return Counter(dict(connection.execute(query).fetchall()))


def _what_was_not_sent(program: Running) -> list[Any]:
    """How many messages went which way that is not the citizen's phone, and why."""
    query = """
        SELECT i.state, i.failure, i.deliveries, i.acknowledged, o.route, o.state, o.reason, count(*)
        FROM inbox i LEFT JOIN outbox o USING (message_id)
        WHERE o.state IS DISTINCT FROM 'sent' AND i.told IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 8 DESC
    """
    with psycopg.connect(program.database_url) as connection:
        return connection.execute(query).fetchall()


async def _entries(citizen: Citizen) -> list[dict[str, Any]]:
    query = {"openid": citizen.openid, "kind": "passive.delivered,push.delivered", "limit": "10000"}
    async with citizen.session.get(f"{citizen.simulator}/sim/log", params=query) as response:
        found: list[dict[str, Any]] = await response.json()
    return found
