"""Is every message that was acknowledged answered once, whatever moment the process is killed at?

Real processes, killed at marked points and at random; the platform's own record of what citizens saw decides.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.faults import EXIT_CODE, FaultPoint
from bot.settings import BotSettings
from tests.fakes.processes import Process, free_port, killed_at_the_end
from tests.fakes.rasa import FakeRasa
from tests.fakes.waiting import eventually
from tests.fakes.wechat import FakeWeChat, Outcome
from tests.integration.bot.conftest import Rows, environment_of

LONG = "".join(f"第{number}部分。" for number in range(400))


@pytest.fixture
async def process(settings: BotSettings, wechat: FakeWeChat, tmp_path: Path) -> AsyncIterator[Process]:
    """`python -m bot edge`, not started yet."""
    port = free_port()
    wechat.edge_url = f"http://127.0.0.1:{port}"
    process = Process(
        arguments=["bot", "edge"],
        environment={**environment_of(settings), "ZQ_EDGE_PORT": str(port)},
        health_url=f"{wechat.edge_url}/healthz",
        log=tmp_path / "edge.log",
    )
    async with killed_at_the_end(process):
        yield process


async def say_and_die(process: Process, wechat: FakeWeChat, point: FaultPoint, text: str) -> Outcome:
    """The citizen writes, the process dies at that point, and another one is started."""
    await process.start(ZQ_FAULT_POINT=point.value)
    wechat.retrying.clear()
    saying = asyncio.create_task(wechat.say("o1", text))
    assert await process.ended() == EXIT_CODE
    await process.start()
    wechat.retrying.set()
    return await saying


@pytest.mark.parametrize(
    "point",
    [FaultPoint.ACCEPTED, FaultPoint.ANSWERED, FaultPoint.REPLY_COMMITTED, FaultPoint.PASSIVE_OFFERED],
)
async def test_a_reply_whose_process_died_goes_to_the_platforms_next_try(
    point: FaultPoint, process: Process, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    wechat.patience = 60.0
    outcome = await say_and_die(process, wechat, point, "你好")
    assert (outcome.kind, outcome.text, outcome.tries) == ("passive", "答：你好", 2)
    assert wechat.seen == [("o1", "答：你好")]
    assert len(rasa.turns) == 1

    async def settled() -> bool:
        return await rows("SELECT route, state FROM outbox") == [("passive", "sent")]

    await eventually(settled)


@pytest.mark.parametrize(("point", "arrived"), [(FaultPoint.PUSH_ATTEMPTED, 0), (FaultPoint.PUSH_ANSWERED, 1)])
async def test_a_push_whose_process_died_is_in_doubt_and_the_next_ones_go_on(  # noqa: PLR0917
    point: FaultPoint, arrived: int, process: Process, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    rasa.replies["材料"] = [{"text": LONG}]
    wechat.patience = 60.0
    outcome = await say_and_die(process, wechat, point, "材料")
    assert outcome.kind == "passive"
    assert [row.state for row in await rows("SELECT state FROM outbox ORDER BY position")][1] == "attempting"
    await rows("UPDATE outbox SET due_at = now() WHERE state = 'attempting'")

    async def settled() -> bool:
        states = [row.state for row in await rows("SELECT state FROM outbox ORDER BY position")]
        return states == ["sent", "in_doubt", *["sent"] * (len(states) - 2)]

    await eventually(settled)
    parts = (await rows("SELECT count(*) AS parts FROM outbox"))[0].parts
    assert len(wechat.pushed) == parts - 2 + arrived
    assert len(set(wechat.seen)) == len(wechat.seen)


async def test_a_stopped_edge_leaves_nothing_behind(
    process: Process, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    rasa.gate.clear()
    await process.start()
    wechat.retrying.clear()
    saying = asyncio.create_task(wechat.say("o1", "你好"))

    async def under_way() -> bool:
        return rasa.requests == 1

    await eventually(under_way)
    assert await process.terminate() == 0
    assert await rows("SELECT * FROM conversations") == []
    rasa.gate.set()
    await process.start()
    wechat.retrying.set()
    outcome = await saying
    assert (outcome.kind, outcome.text) == ("passive", "答：你好")
    assert "Traceback" not in process.log.read_text()


async def test_under_load_and_killed_again_and_again_every_message_is_answered_once(
    process: Process, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    rasa.seconds = 0.1
    # However slow the machine is, every message is to meet a living process in the end.
    wechat.patience, wechat.most_tries = 60.0, 12
    # Nor is anybody to get an apology in place of the answer since the assistant is as slow as the machine.
    patient = {"ZQ_DIALOGUE_TIMEOUT_SECONDS": "120"}
    await process.start(**patient)
    chance = random.Random(20261124)  # noqa: S311
    saying: list[asyncio.Task[Outcome]] = []

    async def load() -> None:
        for number in range(240):
            saying.append(asyncio.create_task(wechat.say(f"o{number % 40}", f"第{number}问")))
            await asyncio.sleep(0.05)

    loading = asyncio.create_task(load())
    for _ in range(3):
        await _more_accepted(rows, chance.randrange(20, 60))
        wechat.retrying.clear()
        await process.kill()
        await process.start(**patient)
        wechat.retrying.set()
    await loading
    outcomes = await asyncio.gather(*saying)

    async def all_settled() -> bool:
        waiting = await rows("SELECT 1 FROM inbox WHERE state = 'waiting'")
        return not waiting and not await rows("SELECT 1 FROM outbox WHERE settled_at IS NULL")

    await eventually(all_settled, seconds=180)
    seen = Counter(text.removeprefix("答：") for _, text in wechat.seen)
    accepted = {row.told for row in await rows("SELECT told FROM inbox")}
    ways = await rows(
        "SELECT told, i.state, failure, deliveries, i.tries AS turns, acknowledged, delivered_at, route, reason,"
        " o.state AS way, o.tries, attempted_at, o.settled_at FROM inbox i LEFT JOIN outbox o USING (message_id)"
    )
    in_doubt = {row.told for row in ways if row.way == "in_doubt"}
    assert {told for told, times in seen.items() if times > 1} == set()
    # The rows of what is missing say where it was lost.
    assert [row for row in ways if row.told not in set(seen) | in_doubt] == []
    told_success = {f"第{number}问" for number, outcome in enumerate(outcomes) if outcome.kind == "acknowledged"}
    assert told_success <= accepted
    assert len(accepted) > 200
    assert len(in_doubt) < 40
    for openid in {openid for openid, _ in wechat.seen}:
        turns = [text for sender, text in rasa.turns]
        own = [text.removeprefix("答：") for who, text in wechat.seen if who == openid]
        assert sorted(own, key=turns.index) == own, "out of order"
    assert rasa.overlaps == 0


async def _more_accepted(rows: Rows, count: int) -> None:
    """Until so many more messages have arrived than just now."""
    until = (await rows("SELECT count(*) FROM inbox"))[0][0] + count

    async def arrived() -> bool:
        return bool((await rows("SELECT count(*) FROM inbox"))[0][0] >= until)

    await eventually(arrived, seconds=120)
