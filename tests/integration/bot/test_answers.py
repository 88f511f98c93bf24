"""Does every message get its one answer, by the right way, in order?"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

import msgspec
import pytest
from aiohttp import web

from bot.app import Messaging
from bot.messages import Reply, Text
from bot.settings import BotSettings
from tests.fakes.rasa import FakeRasa
from tests.fakes.waiting import eventually
from tests.fakes.wechat import FakeWeChat
from tests.integration.bot.conftest import Rows, running_edge

HOTLINE = "12345"


async def test_a_question_is_answered_in_the_platforms_own_request(
    edge: Messaging, wechat: FakeWeChat, rows: Rows
) -> None:
    outcome = await wechat.say("o1", "怎么办护照")
    assert (outcome.kind, outcome.text, outcome.tries) == ("passive", "答：怎么办护照", 1)
    await eventually(lambda: _are(rows("SELECT state, tries FROM outbox"), [("sent", 1)]))
    assert await rows("SELECT state, failure FROM inbox") == [("answered", None)]
    assert await rows("SELECT * FROM conversations") == []


async def test_a_repeated_message_gets_the_same_reply_without_a_second_turn(
    edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    first = await wechat.say("o1", "你好", msg_id=7)
    again = await wechat.say("o1", "你好", msg_id=7)
    assert first.text == again.text == "答：你好"
    assert len(rasa.turns) == rasa.requests == 1
    assert await rows("SELECT deliveries FROM inbox") == [(2,)]
    assert await rows("SELECT count(*) FROM outbox") == [(1,)]


async def test_the_same_message_number_from_another_citizen_is_another_message(
    edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa
) -> None:
    await wechat.say("o1", "你好", msg_id=7)
    await wechat.say("o2", "您好", msg_id=7)
    assert sorted(text for _, text in rasa.turns) == ["你好", "您好"]


async def test_a_long_reply_goes_on_as_pushes_in_order(edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa) -> None:
    rasa.replies["材料"] = [{"text": "第一部分。" * 130}, {"text": "第二部分。" * 300}]
    outcome = await wechat.say("o1", "材料")

    async def all_there() -> bool:
        return "".join(text for _, text in wechat.seen).count("部分") == 430

    await eventually(all_there)
    assert wechat.seen[0] == ("o1", outcome.text)
    whole = "".join(text for _, text in wechat.seen)
    assert whole.rindex("第一部分") < whole.index("第二部分")
    assert len(wechat.pushed) == len(wechat.seen) - 1 >= 2


async def test_things_to_choose_from_are_numbered_lines(edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa) -> None:
    rasa.replies["办证"] = [
        {
            "text": "您要办哪一项？",
            "buttons": [{"title": "身份证", "payload": "/a"}, {"title": "护照", "payload": "/b"}],
        }
    ]
    assert (await wechat.say("o1", "办证")).text == "您要办哪一项？\n1. 身份证\n2. 护照"


async def test_quick_messages_are_answered_in_the_order_in_which_they_came(
    edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    rasa.gate.clear()
    wechat.be_patient()
    saying = []
    for number, text in enumerate("一二三", start=1):
        saying.append(asyncio.create_task(wechat.say("o1", text)))
        await eventually(lambda so_many=number: _are(rows("SELECT count(*) FROM inbox"), [(so_many,)]))
    rasa.gate.set()
    await asyncio.gather(*saying)
    await eventually(lambda: _holds(lambda: len(wechat.seen) == 3))
    assert [text for _, text in rasa.turns] == ["一", "二", "三"]
    assert wechat.seen == [("o1", "答：一"), ("o1", "答：二"), ("o1", "答：三")]
    assert rasa.overlaps == 0


async def _later(seconds: float, wechat: FakeWeChat, openid: str, text: str) -> None:
    await asyncio.sleep(seconds)
    await wechat.say(openid, text)


async def test_a_hundred_citizens_do_not_wait_for_each_other(
    settings: BotSettings, wechat: FakeWeChat, rasa: FakeRasa
) -> None:
    rasa.gate.clear()
    wechat.be_patient()
    async with running_edge(msgspec.structs.replace(settings, dialogue_timeout_seconds=120.0), wechat):
        saying = [asyncio.create_task(wechat.say(f"o{number}", f"问{number}")) for number in range(100)]
        # Nobody's turn ends before all have begun.
        await eventually(lambda: _holds(lambda: rasa.requests == 100), seconds=60)
        rasa.gate.set()
        await asyncio.gather(*saying)
        everybody = sorted((f"o{number}", f"答：问{number}") for number in range(100))
        await eventually(lambda: _holds(lambda: sorted(wechat.seen) == everybody), seconds=60)
    assert rasa.most_at_once == 100


async def test_a_slow_reply_is_waited_for_by_the_platforms_next_try(
    edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa
) -> None:
    rasa.seconds = 6.0
    outcome = await wechat.say("o1", "慢")
    assert (outcome.kind, outcome.tries) == ("passive", 2)
    assert len(rasa.turns) == rasa.requests == 1


async def test_a_very_slow_reply_is_acknowledged_on_the_last_try_and_pushed(
    settings: BotSettings, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    rasa.gate.clear()
    wechat.seconds = 2.5
    quick = msgspec.structs.replace(settings, reply_deadline_seconds=0.8)
    async with running_edge(quick, wechat):
        outcome = await wechat.say("o1", "很慢")
        assert (outcome.kind, outcome.tries) == ("acknowledged", 3)
        rasa.gate.set()
        await eventually(lambda: _is(wechat.pushed, [("o1", "答：很慢")]))
    assert len(rasa.turns) == rasa.requests == 1
    await eventually(lambda: _are(rows("SELECT route, state FROM outbox"), [("push", "sent")]))


async def _is(value: object, expected: object) -> bool:
    return value == expected


async def _holds(condition: Callable[[], bool]) -> bool:
    return condition()


async def _are(found: Awaitable[object], expected: object) -> bool:
    return await found == expected


async def test_a_pushed_reply_does_not_let_the_next_one_overtake(
    settings: BotSettings, wechat: FakeWeChat, rasa: FakeRasa
) -> None:
    rasa.gate.clear()
    wechat.seconds = 2.5
    quick = msgspec.structs.replace(settings, reply_deadline_seconds=0.8)
    async with running_edge(quick, wechat):
        first = asyncio.create_task(wechat.say("o1", "先"))
        await eventually(lambda: _holds(lambda: rasa.requests == 1))
        second = asyncio.create_task(wechat.say("o1", "后"))
        assert (await first).kind == "acknowledged"
        rasa.gate.set()
        await second
        await eventually(lambda: _is(wechat.seen, [("o1", "答：先"), ("o1", "答：后")]))


@pytest.mark.parametrize(
    "failure",
    [
        lambda: web.Response(status=500),
        lambda: web.Response(status=200, text="<html>"),
        lambda: web.json_response({"messages": []}),
        lambda: web.json_response({"messages": [{"text": "  "}]}),
        lambda: web.json_response([1]),
    ],
    ids=["500", "not JSON", "empty", "blank", "other JSON"],
)
async def test_an_assistant_that_fails_is_asked_twice_and_then_excused(
    failure: object, edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    rasa.failures = [failure(), failure()]  # type: ignore[operator]
    outcome = await wechat.say("o1", "在吗")
    assert outcome.kind == "passive"
    assert HOTLINE in outcome.text
    assert "抱歉" in outcome.text
    ((state, failure_reason, told),) = await rows("SELECT state, failure, told FROM inbox")
    assert (state, told) == ("failed", "在吗")
    assert failure_reason
    assert (await wechat.say("o1", "还在吗")).text == "答：还在吗"


async def test_an_assistant_that_fails_once_is_not_noticed(edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa) -> None:
    rasa.failures = [web.Response(status=503)]
    assert (await wechat.say("o1", "在吗")).text == "答：在吗"


async def test_an_assistant_that_is_down_is_excused(settings: BotSettings, wechat: FakeWeChat, rows: Rows) -> None:
    async with running_edge(msgspec.structs.replace(settings, rasa_url="http://127.0.0.1:9"), wechat) as edge:
        assert HOTLINE in (await wechat.say("o1", "在吗")).text
        assert b'zhengqiao_backend_errors_total{backend="rasa",reason="unreachable"} 2.0' in edge.base.metrics.text()
        assert b'outcome="apologised"} 1.0' in edge.base.metrics.text()
    assert await rows("SELECT state, failure FROM inbox") == [("failed", "unreachable")]


async def test_an_assistant_that_takes_too_long_is_excused(
    settings: BotSettings, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    rasa.seconds = 30.0
    async with running_edge(msgspec.structs.replace(settings, dialogue_timeout_seconds=1.0), wechat):
        assert HOTLINE in (await wechat.say("o1", "在吗")).text
    assert await rows("SELECT failure FROM inbox") == [("timeout",)]


async def test_a_busy_platform_gets_the_push_again_and_the_citizen_gets_it_once(
    edge: Messaging, wechat: FakeWeChat, rows: Rows
) -> None:
    await wechat.say("o1", "你好")
    (citizen,) = await rows("SELECT citizen_id FROM citizens")
    wechat.faults = [-1]
    news = Reply(parts=(Text(text="提醒"),))
    assert await edge.postman.push_to_citizen(citizen[0], news, cause="reminder:1")
    assert not await edge.postman.push_to_citizen(citizen[0], news, cause="reminder:1")
    await eventually(lambda: _is(wechat.pushed, [("o1", "提醒")]))
    settled = [("sent", 2)]
    await eventually(lambda: _are(rows("SELECT state, tries FROM outbox WHERE cause = 'reminder:1'"), settled))


@pytest.mark.parametrize(
    ("errcode", "reason"), [(45015, "window_closed"), (43004, "unreachable"), (48001, "permission"), (45009, "quota")]
)
async def test_a_push_that_the_platform_refuses_has_failed_and_is_not_repeated(
    errcode: int, reason: str, edge: Messaging, wechat: FakeWeChat, rows: Rows
) -> None:
    await wechat.say("o1", "你好")
    (citizen,) = await rows("SELECT citizen_id FROM citizens")
    wechat.faults = [errcode]
    await edge.postman.push_to_citizen(citizen[0], Reply(parts=(Text(text="提醒"),)), cause="reminder:1")

    async def failed() -> bool:
        return await rows("SELECT state, reason FROM outbox WHERE route = 'push'") == [("failed", reason)]

    await eventually(failed)
    assert wechat.pushed == []


async def test_a_push_whose_answer_is_lost_is_in_doubt_and_not_repeated(
    edge: Messaging, wechat: FakeWeChat, rows: Rows
) -> None:
    await wechat.say("o1", "你好")
    (citizen,) = await rows("SELECT citizen_id FROM citizens")
    wechat.faults = ["lost"]
    await edge.postman.push_to_citizen(citizen[0], Reply(parts=(Text(text="提醒"),)), cause="reminder:1")

    async def in_doubt() -> bool:
        return await rows("SELECT state FROM outbox WHERE route = 'push'") == [("in_doubt",)]

    await eventually(in_doubt)
    await edge.postman.sweep()
    assert (await edge.depths())["outbox_in_doubt"] == 1
    assert wechat.pushed == [("o1", "提醒")]


async def test_many_messages_of_many_citizens_keep_each_ones_order(
    edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa
) -> None:
    rasa.seconds = 0.05
    wechat.be_patient()

    async def talk(openid: str) -> None:
        await asyncio.gather(*(_later(0.02 * number, wechat, openid, f"{number}") for number in range(5)))

    await asyncio.gather(*(talk(f"o{number}") for number in range(20)))
    await eventually(lambda: _holds(lambda: len(wechat.seen) == 100), seconds=60)
    by_citizen = defaultdict(list)
    for openid, text in wechat.seen:
        by_citizen[openid].append(text)
    assert len(by_citizen) == 20
    arrived: dict[str, list[str]] = defaultdict(list)
    for sender, text in rasa.turns:
        arrived[sender].append(f"答：{text}")
    assert sorted(by_citizen.values()) == sorted(arrived.values())
    assert rasa.overlaps == 0


async def test_a_retry_that_goes_to_another_machine_is_answered_there(
    edge: Messaging, settings: BotSettings, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    rasa.gate.clear()
    wechat.seconds = 1.0
    first_url = wechat.edge_url
    async with running_edge(settings, wechat):
        second_url, wechat.edge_url = wechat.edge_url, first_url
        saying = asyncio.create_task(wechat.say("o1", "你好"))

        await eventually(lambda: _holds(lambda: rasa.requests == 1))
        # The next try has the platform's own time, however busy the machine is.
        wechat.edge_url, wechat.seconds = second_url, 5.0
        await eventually(lambda: _are(rows("SELECT deliveries > 1 FROM inbox"), [(True,)]))
        rasa.gate.set()
        outcome = await saying
    assert (outcome.kind, outcome.text) == ("passive", "答：你好")
    assert outcome.tries > 1
    assert len(rasa.turns) == rasa.requests == 1


async def test_too_many_requests_at_once_are_acknowledged_and_answered_by_pushes(
    edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Holding the real number at once takes a machine that is not busy.
    monkeypatch.setattr("bot.webhook.MOST_HELD", 5)
    wechat.be_patient()
    rasa.gate.clear()
    citizens = [f"o{number}" for number in range(5 + 7)]
    saying = [asyncio.create_task(wechat.say(openid, "你好")) for openid in citizens]
    await eventually(lambda: _holds(lambda: sum(task.done() for task in saying) >= 7), seconds=60)
    assert {task.result().kind for task in saying if task.done()} == {"acknowledged"}
    rasa.gate.set()
    outcomes = await asyncio.gather(*saying)
    assert {outcome.kind for outcome in outcomes} <= {"passive", "acknowledged"}
    everybody = sorted((openid, "答：你好") for openid in citizens)
    await eventually(lambda: _holds(lambda: sorted(wechat.seen) == everybody), seconds=60)
