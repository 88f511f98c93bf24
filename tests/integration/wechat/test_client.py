"""Does our client get along with the platform's rules, and does it say rightly what arrived?"""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import unused_port

from bot.channels.wechat import codes
from bot.channels.wechat.client import WeChatClient
from bot.errors import (
    ContentRejected,
    DeliveryInDoubt,
    PlatformBusy,
    PlatformError,
    PlatformTokenInvalid,
    QuotaExhausted,
    RecipientUnreachable,
    WindowClosed,
)
from tests.fakes.pictures import png
from tests.integration.simulator.conftest import Running

CUSTOM = "/cgi-bin/message/custom/send"
TEMPLATE = "/cgi-bin/message/template/send"
MASS = "/cgi-bin/message/mass/send"
HELLO = {"msgtype": "text", "text": {"content": "您好，云江"}}


class FixedToken:
    """A token that is never replaced."""

    async def token(self) -> str:
        return "t"

    async def replace(self, rejected: str) -> str:
        raise PlatformTokenInvalid()


@pytest.fixture
async def citizen(sim: Running) -> str:
    """A follower who has just written."""
    openid = await sim.follow("oA")
    await sim.say("你好", openid)
    return openid


async def _template(client: WeChatClient, openid: str, key: str = "k1") -> str:
    data = {"first": {"value": "通知"}, "keyword1": {"value": "市政府"}, "keyword2": {"value": "今天"}}
    return await client.send_template(
        openid=openid, template_id="notice", url="", data={**data, "remark": {"value": "请知悉"}}, client_msg_id=key
    )


async def test_a_customer_message_arrives_in_chinese_as_it_was_written(
    sim: Running, client: WeChatClient, citizen: str
) -> None:
    await client.send_custom(openid=citizen, message=HELLO)

    assert (await sim.first("push.delivered"))["content"] == "您好，云江"


async def test_the_sixth_message_in_a_window_is_refused_as_such(
    sim: Running, client: WeChatClient, citizen: str
) -> None:
    # The minute after the follow, which has three messages of its own, is over.
    await sim.control("POST", "clock", {"advance_seconds": 61})
    for _ in range(5):
        await client.send_custom(openid=citizen, message=HELLO)

    with pytest.raises(WindowClosed):
        await client.send_custom(openid=citizen, message=HELLO)


async def test_who_does_not_follow_cannot_be_reached(client: WeChatClient, sim: Running) -> None:
    with pytest.raises(RecipientUnreachable):
        await client.send_custom(openid="oStranger", message=HELLO)


async def test_a_repeated_template_message_is_shown_once(sim: Running, client: WeChatClient, citizen: str) -> None:
    first, second = await _template(client, citizen), await _template(client, citizen)

    assert first == second
    assert len(await sim.log("template.delivered")) == 1


async def test_a_repeated_mass_message_is_success_with_the_first_id(sim: Running, client: WeChatClient) -> None:
    openids = [await sim.follow(f"o{number}") for number in range(3)]

    first = await client.send_mass(openids=openids, message=HELLO, clientmsgid="batch-1")
    second = await client.send_mass(openids=openids, message=HELLO, clientmsgid="batch-1")

    assert first == second
    assert len(await sim.log("mass.delivered")) == 3


async def test_a_mass_message_to_one_is_our_mistake_not_the_platforms(client: WeChatClient) -> None:
    with pytest.raises(ValueError, match="2 to 10000"):
        await client.send_mass(openids=["oA"], message=HELLO, clientmsgid="x")


async def test_a_lost_answer_leaves_a_customer_message_in_doubt(
    sim: Running, client: WeChatClient, citizen: str
) -> None:
    await sim.control("PUT", "faults", {"path": CUSTOM, "drop_answer": True, "count": 1})

    with pytest.raises(DeliveryInDoubt):
        await client.send_custom(openid=citizen, message=HELLO)

    assert len(await sim.log("push.delivered")) == 1


async def test_a_lost_answer_of_a_call_with_a_key_may_be_asked_again(
    sim: Running, client: WeChatClient, citizen: str
) -> None:
    await sim.control("PUT", "faults", {"path": TEMPLATE, "drop_answer": True, "count": 1})

    with pytest.raises(PlatformBusy):
        await _template(client, citizen)

    assert await _template(client, citizen)
    assert len(await sim.log("template.delivered")) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"http_500": True}, PlatformBusy),
        ({"http_429": True}, PlatformBusy),
        ({"busy": True}, PlatformBusy),
        ({"rate_limited": True}, PlatformBusy),
        ({"quota_full": True}, QuotaExhausted),
        ({"invalid_token": True}, PlatformTokenInvalid),
    ],
)
async def test_each_fault_of_the_platform_has_its_error(
    sim: Running, client: WeChatClient, citizen: str, fault: dict[str, bool], error: type[PlatformError]
) -> None:
    await sim.control("PUT", "faults", {"path": CUSTOM, **fault})

    with pytest.raises(error):
        await client.send_custom(openid=citizen, message=HELLO)

    assert await sim.log("push.delivered") == []


async def test_a_rejected_token_is_replaced_once_and_the_call_made_again(
    sim: Running, client: WeChatClient, citizen: str
) -> None:
    await sim.control("PUT", "faults", {"path": CUSTOM, "invalid_token": True, "count": 1})

    await client.send_custom(openid=citizen, message=HELLO)

    assert len(await sim.log("push.delivered")) == 1


async def test_a_text_that_is_too_long_is_the_contents_fault(client: WeChatClient, citizen: str) -> None:
    with pytest.raises(ContentRejected):
        await client.send_custom(openid=citizen, message={"msgtype": "text", "text": {"content": "长" * 2000}})


async def test_a_platform_that_cannot_be_reached_is_busy_not_in_doubt(http: ClientSession) -> None:
    client = WeChatClient(session=http, api_base=f"http://127.0.0.1:{unused_port()}", tokens=FixedToken())

    with pytest.raises(PlatformBusy):
        await client.send_custom(openid="oA", message=HELLO)


async def test_followers_come_in_pages(sim: Running, client: WeChatClient) -> None:
    openids = {await sim.follow(f"o{number}") for number in range(7)}

    found = [openid for page in [page async for page in client.followers()] for openid in page]

    assert set(found) == openids
    assert len(found) == len(openids)


async def test_profiles_are_read_a_hundred_at_a_time(sim: Running, client: WeChatClient) -> None:
    openid = await sim.follow("oA")

    profiles = await client.profiles([openid])

    assert profiles[0]["openid"] == openid
    with pytest.raises(ValueError, match="100"):
        await client.profiles([openid] * 101)


async def test_the_menu_is_what_was_created(client: WeChatClient) -> None:
    menu = {"button": [{"type": "click", "name": "办事指南", "key": "find_item"}]}

    await client.create_menu(menu)

    assert (await client.menu())["menu"]["button"][0]["name"] == "办事指南"


async def test_the_platforms_addresses_are_told(client: WeChatClient) -> None:
    assert await client.callback_addresses()


async def test_many_calls_at_once_share_one_token(sim: Running, client: WeChatClient, citizen: str) -> None:
    await asyncio.gather(*(_template(client, citizen, f"k{number}") for number in range(20)))

    calls = await sim.log("api.call")
    assert [call["path"] for call in calls].count("/cgi-bin/stable_token") == 1


@pytest.mark.parametrize(("code", "kind"), codes.ERRORS.items())
def test_every_code_of_the_table_has_its_error(code: int, kind: type[PlatformError]) -> None:
    error = codes.error_of(code, "something rid: 66aa-bb11-22cc")

    assert type(error) is kind
    assert error.errcode == code
    assert error.rid == "66aa-bb11-22cc"


def test_an_unknown_code_is_a_refusal_without_a_guess() -> None:
    assert type(codes.error_of(99999, "what")) is PlatformError


ARTICLE = {"title": "停水通知", "author": "云江市水务局", "content": "<p>今晚停水。</p>"}


async def _draft(client: WeChatClient) -> dict[str, object]:
    cover = await client.add_picture(name="cover.png", content=png(), content_type="image/png")
    media_id = await client.add_draft({**ARTICLE, "thumb_media_id": cover})
    return {"msgtype": "mpnews", "mpnews": {"media_id": media_id}, "send_ignore_reprint": 1}


async def test_news_go_from_a_picture_to_a_draft_to_every_phone(sim: Running, client: WeChatClient) -> None:
    openids = [await sim.follow(f"o{number}") for number in range(3)]
    message = await _draft(client)

    msg_id = await client.send_mass(openids=openids, message=message, clientmsgid="batch-1")

    assert (await sim.first("mass.finished"))["msg_id"] == msg_id
    delivered = await sim.log("mass.delivered")
    assert {entry["openid"] for entry in delivered} == set(openids)
    assert {entry["articles"][0]["title"] for entry in delivered} == {"停水通知"}


async def test_a_preview_reaches_one_and_a_draft_is_deleted_once_or_twice(sim: Running, client: WeChatClient) -> None:
    openid, message = await sim.follow("oA"), await _draft(client)
    draft = message["mpnews"]
    assert isinstance(draft, dict)

    assert await client.preview_mass(openid=openid, message=message)
    for _ in range(2):
        await client.delete_draft(draft["media_id"])

    with pytest.raises(ContentRejected) as refused:
        await client.preview_mass(openid=openid, message=message)
    assert refused.value.errcode == codes.INVALID_MEDIA


async def test_a_picture_that_the_platform_does_not_take_is_our_contents_fault(client: WeChatClient) -> None:
    with pytest.raises(ContentRejected):
        await client.add_picture(name="cover.png", content=b"<svg/>", content_type="image/png")


async def test_a_cover_of_two_megabytes_arrives_whole(sim: Running, client: WeChatClient) -> None:
    content = png() + b"x" * (2 * 1024 * 1024)
    media_id = await client.add_picture(name="cover.png", content=content, content_type="image/png")

    async with sim.session.get(f"{sim.url}/sim/materials/{media_id}") as response:
        assert await response.read() == content


async def test_a_lost_answer_of_an_upload_may_be_repeated(sim: Running, client: WeChatClient) -> None:
    await sim.control("PUT", "faults", {"path": "/cgi-bin/material/add_material", "drop_answer": True, "count": 1})

    with pytest.raises(PlatformBusy):
        await client.add_picture(name="cover.png", content=png(), content_type="image/png")
