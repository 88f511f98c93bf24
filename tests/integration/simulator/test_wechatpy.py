"""Does an SDK that others wrote for the real platform get along with the simulator, in all modes and both formats?"""

from __future__ import annotations

import asyncio

import pytest
import xmltodict
from aiohttp import web
from wechatpy import WeChatClient, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatClientException
from wechatpy.replies import ArticlesReply, TextReply
from wechatpy.utils import check_signature

from simulator.example import NOTICE_TEMPLATE
from tests.integration.simulator.conftest import APP_ID, KEY, SECRET, TOKEN


def understand(received, mode):
    """The message as the SDK verifies, decrypts and parses it."""
    query = received.query
    check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
    if mode == "plain":
        return parse_message(received.body)
    crypto = WeChatCrypto(TOKEN, KEY, APP_ID)
    assert query["encrypt_type"] == "aes"
    plain = crypto.decrypt_message(received.body, query["msg_signature"], query["timestamp"], query["nonce"])
    if mode == "compat":
        assert xmltodict.parse(received.body)["xml"]["MsgType"] == xmltodict.parse(plain)["xml"]["MsgType"]
    return parse_message(plain)


def answering(mode, reply_kind=TextReply):
    """An edge made of the SDK."""

    async def answer(received):
        message = understand(received, mode)
        reply = reply_kind(message=message)
        if reply_kind is TextReply:
            reply.content = f"收到{message.type}"
        else:
            reply.add_article({"title": "指南", "description": "材料", "image": "", "url": "https://example.org"})
        body = reply.render()
        if mode == "safe":
            query = received.query
            body = WeChatCrypto(TOKEN, KEY, APP_ID).encrypt_message(body, query["nonce"], query["timestamp"])
        return web.Response(text=body)

    return answer


@pytest.mark.parametrize("mode", ["plain", "compat", "safe"])
async def test_the_sdk_understands_callbacks_and_its_replies_are_taken(start, mode):
    sim = await start(answering(mode), wechat_mode=mode)
    await sim.follow(scene="7")
    await sim.say("您好]]>再见")
    shown = await sim.entries(2, "passive.delivered")
    assert {entry["content"] for entry in shown} == {"收到event", "收到text"}
    messages = {message.type: message for message in (understand(one, mode) for one in sim.edge.received)}
    assert messages["text"].content == "您好]]>再见"
    assert messages["event"].scene_id == "7"


async def test_an_article_of_the_sdk_is_taken(start):
    sim = await start(answering("safe", ArticlesReply))
    await sim.follow()
    assert (await sim.first("passive.delivered"))["articles"][0]["title"] == "指南"


@pytest.mark.parametrize(
    "message",
    [
        {"type": "image"},
        {"type": "voice", "recognition": "办身份证"},
        {"type": "video"},
        {"type": "shortvideo"},
        {"type": "location"},
        {"type": "link", "title": "题", "url": "https://example.org"},
    ],
)
async def test_the_sdk_understands_every_kind_of_message(start, message):
    sim = await start()
    await sim.follow()
    await sim.entries(1, "callback.acknowledged")
    sent = await sim.control("POST", "messages", {"openid": "oA", **message})
    await sim.entries(2, "callback.acknowledged")
    understood = understand(sim.edge.received[1], "safe")
    assert (understood.type, understood.id, understood.source) == (message["type"], int(sent["msg_id"]), "oA")


@pytest.fixture
def client(sim):
    class LocalClient(WeChatClient):
        API_BASE_URL = f"{sim.url}/cgi-bin/"

    local = LocalClient(APP_ID, SECRET)
    yield local
    local._http.close()


async def test_the_sdk_gets_a_token_writes_and_makes_a_menu(sim, client, monkeypatch):
    await sim.follow()
    await sim.say("您好")
    token = await sim.token()
    client.session.set(client.access_token_key, token)
    client.expires_at = 2**31
    await asyncio.to_thread(client.message.send_text, "oA", "请稍等")
    assert (await sim.first("push.delivered"))["content"] == "请稍等"
    data = {"first": {"value": "您好"}, "keyword1": {"value": "社保"}}
    sent = await asyncio.to_thread(client.message.send_template, "oA", NOTICE_TEMPLATE, data)
    assert sent["msgid"] > 0
    menu = {"button": [{"name": "帮助", "type": "click", "key": "help"}]}
    await asyncio.to_thread(client.menu.create, menu)
    assert (await asyncio.to_thread(client.menu.get))["menu"] == menu
    assert await asyncio.to_thread(lambda: list(client.user.iter_followers())) == ["oA"]
    assert (await asyncio.to_thread(client.user.get, "oA"))["subscribe"] == 1


async def test_the_sdk_reads_a_refusal(sim, client):
    await sim.follow()
    client.session.set(client.access_token_key, await sim.token())
    client.expires_at = 2**31
    with pytest.raises(WeChatClientException) as refusal:
        await asyncio.to_thread(client.message.send_text, "nobody", "x")
    assert refusal.value.errcode == 40003
