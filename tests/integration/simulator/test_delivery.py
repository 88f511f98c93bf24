"""Does a callback reach the edge as the real platform would send it, and is the answer judged as it would be?"""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web

from simulator.wire import to_xml
from tests.fakes.edge import say_nothing, saying
from tests.integration.simulator.conftest import ACCOUNT

SHORT = 0.2


def text(content, openid="oA", account=ACCOUNT):
    head = {"ToUserName": openid, "FromUserName": account, "CreateTime": 1714037059}
    return to_xml({**head, "MsgType": "text", "Content": content})


async def test_success_acknowledges_a_message(sim):
    await sim.follow()
    msg_id = await sim.say("您好")
    done = await sim.entries(1, "callback.acknowledged", msg_id=msg_id)
    assert done[0]["attempt"] == 1
    assert await sim.log("service.unavailable", "callback.dropped") == []


async def test_a_passive_reply_reaches_the_citizen(start):
    sim = await start(saying(text("请带身份证。")), wechat_mode="plain")
    await sim.follow()
    shown = await sim.first("passive.delivered", openid="oA")
    assert (shown["content"], shown["msg_type"], shown["attempt"]) == ("请带身份证。", "text", 1)
    assert "请带身份证。" in shown["raw"]


async def test_silence_is_dropped_and_tried_three_times_with_the_same_id(start):
    sim = await start(say_nothing, sim_callback_seconds=SHORT)
    await sim.follow()
    msg_id = await sim.say("您好")
    failed = await sim.first("service.unavailable", openid="oA")
    assert failed["content"].startswith("该公众号暂时无法提供服务")
    await sim.entries(2, "service.unavailable")
    tries = [entry for entry in await sim.log("callback.attempt") if entry["msg_id"] == msg_id]
    assert [entry["attempt"] for entry in tries] == [1, 2, 3]
    assert len({entry["raw"] for entry in tries}) == 1
    assert f"<MsgId>{msg_id}</MsgId>" in tries[0]["raw"]
    signatures = [parse_qs(urlsplit(entry["url"]).query)["msg_signature"][0] for entry in tries]
    assert len(set(signatures)) == 3
    dropped = [entry for entry in await sim.log("callback.dropped") if entry["msg_id"] == msg_id]
    assert [entry["attempt"] for entry in dropped] == [1, 2, 3]
    assert all(entry["milliseconds"] >= SHORT * 1000 * 0.9 for entry in dropped)


async def test_an_answer_to_the_second_try_counts(start):
    async def slow_once(received):
        if len(sim.edge.received) == 1:
            return await say_nothing(received)
        return web.Response(body=text("来了"))

    sim = await start(slow_once, wechat_mode="plain", sim_callback_seconds=SHORT)
    await sim.follow()
    assert (await sim.first("passive.delivered"))["attempt"] == 2
    assert await sim.log("service.unavailable") == []


async def test_an_edge_that_is_not_there_is_tried_again_after_the_whole_time(start):
    sim = await start(sim_edge_url="http://127.0.0.1:9/wechat", sim_callback_seconds=SHORT)
    await sim.follow()
    failed = await sim.first("service.unavailable")
    first = (await sim.log("callback.attempt"))[0]
    assert "connection failed" in (await sim.log("callback.dropped"))[0]["reason"]
    assert _seconds_between(first, failed) >= 3 * SHORT * 0.9


async def test_an_answer_that_is_lost_on_the_way_back_is_asked_for_again(start):
    sim = await start(saying(text("来了")), wechat_mode="plain", sim_callback_seconds=SHORT)
    await sim.control("PUT", "faults", {"path": "callback", "drop_answer": True, "count": 1})
    await sim.follow()
    assert (await sim.first("passive.delivered"))["attempt"] == 2
    assert len(sim.edge.received) == 2


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"success", 500, "HTTP 500"),
        (b"success", 302, "HTTP 302"),
        (b"ok", 200, "broken XML"),
        (b"x" * 70_000, 200, "too long"),
        (text("您好", openid="oB"), 200, "wrong ToUserName"),
        (text("您好", account="gh_other"), 200, "wrong FromUserName"),
        (text("长" * 700), 200, "2100 bytes"),
    ],
)
async def test_a_malformed_answer_is_refused_at_once_and_the_citizen_sees_it(start, body, status, reason):
    sim = await start(saying(body, status), wechat_mode="plain")
    await sim.follow()
    assert (await sim.first("service.unavailable"))["attempt"] == 1
    refused = await sim.first("callback.refused")
    assert reason in refused["reason"]
    assert len(sim.edge.received) == 1


async def test_nobody_sees_that_a_goodbye_failed(start):
    sim = await start(saying(b"ok"), wechat_mode="plain")
    await sim.follow()
    await sim.first("service.unavailable")
    await sim.control("DELETE", "followers/oA")
    failed = await sim.first("callback.failed")
    assert failed["content"] == ""
    assert len(await sim.log("service.unavailable")) == 1


async def test_an_event_is_tried_again_too_and_has_no_msg_id(start):
    sim = await start(say_nothing, sim_callback_seconds=SHORT)
    await sim.follow()
    await sim.first("service.unavailable")
    tries = await sim.log("callback.attempt")
    assert [entry["attempt"] for entry in tries] == [1, 2, 3]
    assert all(entry["msg_id"] == "" and "MsgId" not in entry["raw"] for entry in tries)
    assert len({entry["delivery"] for entry in tries}) == 1


async def test_a_hundred_citizens_do_not_wait_for_each_other(start):
    everybody_is_here = asyncio.Event()

    async def wait_for_all(received):
        if len(sim.edge.received) == 100:
            everybody_is_here.set()
        await everybody_is_here.wait()
        return web.Response(body=b"success")

    sim = await start(wait_for_all)
    for number in range(100):
        await sim.follow(f"o{number}")
    await sim.entries(100, "callback.acknowledged")
    assert sim.edge.most_at_once == 100


async def test_characters_that_xml_forbids_go_out_as_citizens_send_them(start):
    sim = await start(wechat_mode="plain")
    await sim.follow()
    await sim.say("a\x08b")
    await sim.entries(2, "callback.acknowledged")
    assert any(b"a\x08b" in received.body for received in sim.edge.received)


async def test_what_has_been_said_is_on_disk_before_the_sender_hears_of_it(sim, tmp_path):
    await sim.follow()
    msg_id = await sim.say("您好")
    lines = [json.loads(line) for line in (tmp_path / "simulator.jsonl").read_text().splitlines()]
    assert [line["content"] for line in lines if line["kind"] == "message.sent" and line["msg_id"] == msg_id] == [
        "您好"
    ]


def _seconds_between(first, second):
    return (datetime.fromisoformat(second["at"]) - datetime.fromisoformat(first["at"])).total_seconds()
