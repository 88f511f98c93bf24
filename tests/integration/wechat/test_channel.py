"""Does the platform take our answers to its callbacks, in every mode and both formats?"""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from aiohttp import web

from bot.channels.base import WebhookRequest
from bot.channels.wechat.channel import WeChatChannel
from bot.channels.wechat.crypto import decode_key
from bot.messages import Card, InboundMessage, MessageKind, Reply, ReplyPart, Text
from tests.fakes.edge import Answering, Received
from tests.integration.simulator.conftest import APP_ID, KEY, TOKEN, Start
from tests.unit.wechat.conftest import ListPusher

MODES = ("plain", "compat", "safe")
FORMATS = ("xml", "json")
CARD = Card(title="居住证办理指南", description="材料、时限]]>与费用", url="https://zwfw.example/1?a=1&b=2")


def answering(mode: str, reply: Reply, heard: list[InboundMessage]) -> Answering:
    """An edge that is nothing but our channel: it answers texts and acknowledges the rest."""
    channel = WeChatChannel(
        token=TOKEN,
        app_id=APP_ID,
        keys=[] if mode == "plain" else [decode_key(KEY)],
        mode=mode,
        window_seconds=600,
        client=ListPusher(),
    )

    async def answer(received: Received) -> web.StreamResponse:
        now = datetime.now(timezone.utc)
        envelope = channel.parse(
            WebhookRequest(
                query=received.query, body=received.body, content_type=received.content_type, received_at=now
            )
        )
        heard.append(envelope.message)
        result = channel.acknowledgement()
        passive = channel.render(reply).passive
        if envelope.message.kind is MessageKind.TEXT and passive is not None:
            result = channel.passive_answer(envelope, passive, answered_at=now)
        return web.Response(body=result.body, content_type=result.content_type)

    return answer


@pytest.mark.parametrize("message_format", FORMATS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("part", [Text(text="请带身份证]]>原件\n😀"), CARD, Text(text="长" * 3000)])
async def test_the_platform_shows_what_we_answer(start: Start, mode: str, message_format: str, part: ReplyPart) -> None:
    heard: list[InboundMessage] = []
    reply = Reply(parts=(part,))
    sim = await start(answering(mode, reply, heard), wechat_mode=mode, sim_format=message_format)
    await sim.follow()
    await sim.say("办居住证]]>")

    shown = await sim.first("passive.delivered")

    assert [message.text for message in heard if message.kind is MessageKind.TEXT] == ["办居住证]]>"]
    if isinstance(part, Card):
        (article,) = shown["articles"]
        assert (article["title"], article["description"], article["url"]) == (part.title, part.description, part.url)
    else:
        assert part.text.startswith(shown["content"])
        assert len(shown["content"].encode()) == min(len(part.text.encode()), 2046)


@pytest.mark.parametrize("message_format", FORMATS)
async def test_the_platforms_events_are_read_in_the_same_way_in_both_formats(start: Start, message_format: str) -> None:
    heard: list[InboundMessage] = []
    sim = await start(answering("safe", Reply(parts=()), heard), sim_format=message_format)
    await sim.follow(scene="JB")
    templates = [{"template_id": "T1", "status": "accept"}]
    for event in (
        {"event": "CLICK", "event_key": "help"},
        {"event": "scancode_waitmsg", "event_key": "scan", "scan_result": "https://zwfw.example"},
        {"event": "pic_weixin", "event_key": "pics"},
        {"event": "LOCATION", "latitude": 30.5, "longitude": -120.25},
        {"event": "subscribe_msg_popup_event", "templates": templates},
    ):
        await sim.control("POST", "events", {"openid": "oA", **event})
    await sim.control("POST", "messages", {"openid": "oA", "type": "location", "latitude": 0.00001, "longitude": -1})
    await sim.entries(7, "callback.acknowledged")

    named = {message.fields.get("Event", message.fields["MsgType"]): message for message in heard}
    assert len(named) == 7
    assert named["subscribe"].event_key == "JB"
    assert named["CLICK"].event_key == "help"
    assert named["scancode_waitmsg"].fields["ScanCodeInfo.ScanResult"] == "https://zwfw.example"
    assert named["pic_weixin"].fields["SendPicsInfo.PicList"].startswith('[{"PicMd5Sum":')
    assert float(named["LOCATION"].fields["Longitude"]) == -120.25
    assert named["subscribe_msg_popup_event"].fields["SubscribeMsgPopupEvent"].startswith('{"List":[{"TemplateId":"T1"')
    assert float(named["location"].fields["Location_X"]) == 0.00001
