"""Is bad input refused with the right status, quickly, without a traceback, and logged once without its content?"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import aiohttp
import msgspec
import pytest
from structlog.testing import capture_logs

from bot.app import Messaging
from bot.settings import BotSettings
from tests.fakes.rasa import FakeRasa
from tests.fakes.wechat import FakeWeChat, xml
from tests.integration.bot.conftest import Rows, running_edge

SECRET = "我的秘密"
GOOD = xml(
    {
        "ToUserName": "gh_yunjiang0001",
        "FromUserName": "o1",
        "CreateTime": "1714037059",
        "MsgType": "text",
        "Content": SECRET,
        "MsgId": "1",
    }
)
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><xml><Content>&b;</Content></xml>'


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (BOMB, 400, "bad_payload"),
        (b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x"><xml/>', 400, "bad_payload"),
        (b"<xml><ToUserName>", 400, "bad_payload"),
        (b"", 400, "bad_payload"),
        (b"{not json", 400, "bad_payload"),
        (b"\xff\xfe\x00", 400, "bad_payload"),
        (b'{"ToUserName": ["gh"], "FromUserName": 1}', 400, "bad_payload"),
        (GOOD.replace("我的秘密".encode(), b"x" * 65_536), 413, "body_too_large"),
        (xml({"Encrypt": "AAAA", "ToUserName": "gh"}), 400, "bad_payload"),
    ],
    ids=["entities", "DTD", "broken XML", "empty", "broken JSON", "no text", "wrong types", "too large", "encrypted"],
)
async def test_a_body_that_cannot_be_used_is_refused(  # noqa: PLR0917
    body: bytes, status: int, reason: str, edge: Messaging, wechat: FakeWeChat, rows: Rows
) -> None:
    with capture_logs() as lines:
        answer = await wechat.post(body)
    assert answer is not None
    assert answer == (status, reason.encode())
    assert [line["reason"] for line in lines if line["event"] == "webhook.refused"] == [reason]
    assert f'outcome="refused_{reason}"}} 1.0'.encode() in edge.base.metrics.text()
    assert await rows("SELECT * FROM inbox") == []


async def test_a_wrong_signature_is_refused_before_the_body_is_looked_at(edge: Messaging, wechat: FakeWeChat) -> None:
    query = {**wechat.signed(), "signature": "0" * 40}
    with capture_logs() as lines:
        assert await wechat.post(GOOD, query=query) == (403, b"wrong_signature")
        assert await wechat.post(BOMB, query=query) == (403, b"wrong_signature")
        assert await wechat.post(GOOD, query={"signature": ""}) == (403, b"wrong_signature")
    assert SECRET not in str(lines)


async def test_a_stale_or_future_timestamp_is_refused(edge: Messaging, wechat: FakeWeChat) -> None:
    for shift in (-3600, 3600):
        query = wechat.signed(timestamp=int(time.time()) + shift)
        assert await wechat.post(GOOD, query=query) == (403, b"stale_timestamp")


async def test_our_address_is_checked_with_a_signature(edge: Messaging, wechat: FakeWeChat) -> None:
    async with aiohttp.ClientSession() as session:
        url = f"{wechat.edge_url}/wechat"
        async with session.get(url, params={**wechat.signed(), "echostr": "4375120948345356249"}) as answer:
            assert (answer.status, await answer.text()) == (200, "4375120948345356249")
        wrong = {**wechat.signed(), "signature": "0" * 40, "echostr": "1"}
        async with session.get(url, params=wrong) as answer:
            assert answer.status == 403
        async with session.put(url) as answer:
            assert answer.status == 405


async def test_a_body_that_does_not_arrive_is_given_up(edge: Messaging, wechat: FakeWeChat) -> None:
    async def drip() -> object:
        yield b"<xml>"
        await asyncio.Event().wait()

    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{wechat.edge_url}/wechat", params=wechat.signed(), data=drip()) as answer,
    ):
        assert answer.status == 408


async def test_a_broken_compression_is_refused(edge: Messaging, wechat: FakeWeChat) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{wechat.edge_url}/wechat", params=wechat.signed(), data=b"xxxx", headers={"Content-Encoding": "gzip"}
        ) as answer,
    ):
        assert answer.status == 400
        assert "Traceback" not in await answer.text()


async def test_without_the_database_nothing_is_acknowledged(
    settings: BotSettings, wechat: FakeWeChat, rasa: FakeRasa, tmp_path: Path
) -> None:
    wechat.seconds, wechat.most_tries = 1.0, 2
    away = msgspec.structs.replace(settings, database_url=f"postgresql:///nowhere?host={tmp_path}")
    async with running_edge(away, wechat) as edge:
        assert (await wechat.say("o1", "你好")).kind == "unavailable"
        assert b'outcome="not_accepted"} ' in edge.base.metrics.text()
        status, health = await _get(wechat, "/readyz")
        assert (status, health) == (503, '{"database": "down", "rasa": "up", "services": "down"}')
        assert (await _get(wechat, "/healthz"))[0] == 200
        assert (await _get(wechat, "/metrics"))[0] == 200
    assert rasa.turns == []


async def test_the_pages_tell_what_is_up_and_how_much_waits(
    edge: Messaging, wechat: FakeWeChat, settings: BotSettings
) -> None:
    await wechat.say("o1", "你好")
    status, text = await _get(wechat, "/metrics")
    assert status == 200
    assert 'zhengqiao_messages_total{channel="wechat",outcome="answered"} 1.0' in text
    assert 'zhengqiao_queue_depth{queue="inbox_waiting"} 0.0' in text
    assert 'zhengqiao_queue_depth{queue="outbox_in_doubt"} 0.0' in text
    assert 'zhengqiao_reply_seconds_count{channel="wechat"} 1.0' in text


async def _get(wechat: FakeWeChat, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(wechat.edge_url + path) as answer:
        return answer.status, await answer.text()
