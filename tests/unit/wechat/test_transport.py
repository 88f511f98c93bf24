"""Is it told apart whether a call did nothing, was refused, or may have arrived? Does no secret slip out?"""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator

import pytest
import structlog
from aiohttp import ClientSession, TCPConnector
from aiohttp.test_utils import unused_port

from bot.channels.wechat import transport
from bot.channels.wechat.client import WeChatClient, short_things
from bot.channels.wechat.transport import Answer, Request, Transport
from bot.errors import (
    AnswerLost,
    BotError,
    ContentRejected,
    DeliveryInDoubt,
    PermissionDenied,
    PlatformBusy,
    PlatformError,
    PlatformTokenInvalid,
)
from tests.fakes.wechat_platform import (
    Answering,
    FakeWeChatPlatform,
    MemoryTokens,
    break_off,
    dripping,
    hang,
    hang_up,
    running_platform,
    saying,
    sending,
)

SECRET = "very-" + "secret"
HELLO = {"msgtype": "text", "text": {"content": "您好，云江"}}


@pytest.fixture
async def platform() -> AsyncIterator[FakeWeChatPlatform]:
    async with running_platform() as platform:
        yield platform


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
def tokens() -> MemoryTokens:
    return MemoryTokens()


@pytest.fixture
def client(platform: FakeWeChatPlatform, http: ClientSession, tokens: MemoryTokens) -> WeChatClient:
    return WeChatClient(session=http, api_base=platform.url, tokens=tokens)


@pytest.fixture
def quick(platform: FakeWeChatPlatform, http: ClientSession) -> Transport:
    """Gives up early."""
    return Transport(session=http, api_base=platform.url, connect_seconds=5.0, call_seconds=0.5)


async def _template(client: WeChatClient, key: str = "k1") -> str:
    return await client.send_template(openid="oA", template_id="T", url="", data={}, client_msg_id=key)


LOST: dict[str, Answering] = {
    "hangs up": hang_up,
    "breaks off": break_off,
    "not JSON": sending(b"<html>maintenance</html>"),
    "no object": sending(b"[1]"),
    "nothing": sending(b""),
    "odd errcode": saying({"errcode": "many"}),
    "nested": sending(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "not what it says": sending(b"plain", 200, **{"Content-Encoding": "gzip"}),
    "bad gateway": sending(b"", 502),
    "gateway timeout": sending(b"", 504),
}


@pytest.mark.parametrize("name", LOST)
async def test_a_lost_answer_means_what_the_call_says(
    platform: FakeWeChatPlatform, client: WeChatClient, name: str
) -> None:
    platform.answers = [LOST[name]] * 4

    with pytest.raises(DeliveryInDoubt):
        await client.send_custom(openid="oA", message=HELLO)
    with pytest.raises(AnswerLost):
        await _template(client)
    with pytest.raises(DeliveryInDoubt):
        await _template(client, key="")
    with pytest.raises(PlatformBusy) as reading:
        await client.create_menu({"button": []})

    assert type(reading.value) is PlatformBusy
    assert len(platform.called) == 4


async def test_an_answer_that_does_not_come_is_not_waited_for(platform: FakeWeChatPlatform, quick: Transport) -> None:
    platform.answers = [hang]

    with pytest.raises(DeliveryInDoubt, match="TimeoutError"):
        await quick.ask(Request(path="/x", body={}, lost=DeliveryInDoubt), Answer)


async def test_an_answer_that_is_too_long_is_not_read_to_its_end(
    platform: FakeWeChatPlatform, quick: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "ANSWER_LIMIT", 1000)
    platform.answers = [sending(b" " * 5_000_000)]

    with pytest.raises(DeliveryInDoubt, match="too long"):
        await quick.ask(Request(path="/x", body={}, lost=DeliveryInDoubt), Answer)


@pytest.mark.parametrize("status", [500, 503, 429, 408])
async def test_a_platform_that_says_it_did_nothing_is_busy(
    platform: FakeWeChatPlatform, client: WeChatClient, status: int
) -> None:
    platform.answers = [sending(b"", status)]

    with pytest.raises(PlatformBusy):
        await client.send_custom(openid="oA", message=HELLO)


@pytest.mark.parametrize("answer", [sending(b"", 403), sending(b"", 404), sending(b"", 302, Location="/elsewhere")])
async def test_what_never_was_the_api_is_a_refusal(
    platform: FakeWeChatPlatform, client: WeChatClient, answer: Answering
) -> None:
    platform.answers = [answer]

    with pytest.raises(PlatformError) as refusal:
        await client.send_custom(openid="oA", message=HELLO)

    assert type(refusal.value) is PlatformError
    assert len(platform.called) == 1


async def test_nobody_at_home_means_that_nothing_was_sent(http: ClientSession) -> None:
    nobody = Transport(session=http, api_base=f"http://127.0.0.1:{unused_port()}")

    with pytest.raises(PlatformBusy):
        await nobody.ask(Request(path="/x", body={}, lost=DeliveryInDoubt), Answer)


async def test_an_address_that_is_none_means_that_nothing_was_sent(http: ClientSession) -> None:
    with pytest.raises(PlatformBusy):
        await Transport(session=http, api_base="http://").ask(Request(path="/x", lost=DeliveryInDoubt), Answer)


async def test_waiting_in_vain_for_a_free_connection_means_that_nothing_was_sent(platform: FakeWeChatPlatform) -> None:
    platform.answers = [hang]
    async with ClientSession(connector=TCPConnector(limit=1)) as session:
        patient = Transport(session=session, api_base=platform.url)
        hasty = Transport(session=session, api_base=platform.url, connect_seconds=0.1)
        first = asyncio.create_task(patient.ask(Request(path="/x", body={}, lost=DeliveryInDoubt), Answer))
        await _called(platform, 1)

        with pytest.raises(PlatformBusy, match="reached"):
            await hasty.ask(Request(path="/y", body={}, lost=DeliveryInDoubt), Answer)

        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    assert [call.path for call in platform.called] == ["/x"]


async def test_a_closed_session_means_that_nothing_was_sent(platform: FakeWeChatPlatform) -> None:
    async with ClientSession() as session:
        late = Transport(session=session, api_base=platform.url)

    with pytest.raises(PlatformBusy):
        await late.ask(Request(path="/x", lost=DeliveryInDoubt), Answer)


async def test_an_answer_in_many_pieces_is_read_whole(platform: FakeWeChatPlatform, client: WeChatClient) -> None:
    openids = [f"oCitizen{number:020}" for number in range(10_000)]
    page = {"total": 10_000, "count": 10_000, "data": {"openid": openids}, "next_openid": openids[-1]}
    platform.answers = [dripping(json.dumps(page).encode(), 5000), saying({"total": 10_000, "count": 0})]

    assert [page async for page in client.followers()] == [openids]
    assert [call.query.get("next_openid") for call in platform.called] == [None, openids[-1]]


async def test_pages_that_lead_in_a_circle_end(platform: FakeWeChatPlatform, client: WeChatClient) -> None:
    platform.answers = [saying({"data": {"openid": ["oA"]}, "next_openid": "oA"})] * 9

    assert [page async for page in client.followers()] == [["oA"], ["oA"]]


async def test_texts_go_out_as_raw_utf8_without_any_escape(platform: FakeWeChatPlatform, client: WeChatClient) -> None:
    text = '第一行\n“引号”"\\ 😀\x00\x08\x1f\ud800结束'

    await client.send_custom(openid="oA", message={"msgtype": "text", "text": {"content": text}})

    (call,) = platform.called
    assert b"\\u" not in call.body
    assert json.loads(call.body)["text"]["content"] == '第一行\n“引号”"\\ 😀结束'


async def test_who_gets_a_message_is_not_for_the_message_to_say(
    platform: FakeWeChatPlatform, client: WeChatClient
) -> None:
    await client.send_custom(openid="oA", message={**HELLO, "touser": "oB"})

    assert json.loads(platform.called[0].body)["touser"] == "oA"


async def test_a_rejected_token_is_replaced_once_and_then_it_ends(
    platform: FakeWeChatPlatform, client: WeChatClient, tokens: MemoryTokens
) -> None:
    platform.answers = [saying({"errcode": 40001, "errmsg": "invalid credential rid: 1-2"})] * 2

    with pytest.raises(PlatformTokenInvalid):
        await client.send_custom(openid="oA", message=HELLO)

    assert [call.query["access_token"] for call in platform.called] == ["token-1", "token-2"]
    assert tokens.rejected == ["token-1"]


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_with_another_token_the_call_succeeds(
    platform: FakeWeChatPlatform, client: WeChatClient, errcode: int
) -> None:
    platform.answers = [saying({"errcode": errcode, "errmsg": "no"})]

    await client.send_custom(openid="oA", message=HELLO)

    assert len(platform.called) == 2


async def test_an_address_that_is_not_listed_is_told_to_the_operator(
    platform: FakeWeChatPlatform, client: WeChatClient
) -> None:
    errmsg = "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 66aa-1-2"
    platform.answers = [saying({"errcode": 40164, "errmsg": errmsg})]

    with structlog.testing.capture_logs() as logs, pytest.raises(PermissionDenied):
        await client.send_custom(openid="oA", message=HELLO)

    (entry,) = [entry for entry in logs if entry["event"] == "wechat.address_not_listed"]
    assert (entry["log_level"], entry["address"], entry["rid"]) == ("error", "203.0.113.7", "66aa-1-2")
    assert "whitelist" in entry["advice"]


async def test_the_decision_is_made_on_the_code_not_on_the_text(
    platform: FakeWeChatPlatform, client: WeChatClient
) -> None:
    platform.answers = [saying({"errcode": 45002, "errmsg": "ok 40001 invalid credential"})]

    with pytest.raises(ContentRejected):
        await client.send_custom(openid="oA", message=HELLO)


@pytest.mark.parametrize(
    "answer",
    [
        hang_up,
        break_off,
        sending(b"nonsense token-1"),
        saying({"errcode": 48001, "errmsg": "api unauthorized token-1"}),
        sending(b"", 302, Location="/?access_token=token-1"),
        sending(b"x", 200, **{"Content-Encoding": "gzip"}),
        sending(b"", 500),
    ],
)
async def test_no_error_and_no_log_line_tells_the_token_or_the_secret(
    platform: FakeWeChatPlatform, client: WeChatClient, answer: Answering
) -> None:
    platform.answers = [answer] * 2
    with structlog.testing.capture_logs() as logs:
        with pytest.raises(BotError) as sending_error:
            await client.send_custom(openid="oA", message=HELLO)
        with pytest.raises(BotError) as clearing_error:
            await client.clear_quota(app_id="wx1", app_secret=SECRET)

    shown = "".join(
        [str(logs), *traceback.format_exception(sending_error.value), *traceback.format_exception(clearing_error.value)]
    )
    assert "token-1" not in shown
    assert SECRET not in shown
    assert "您好" not in shown


async def test_clearing_the_quota_shows_the_secret_in_the_body_and_takes_no_token(
    platform: FakeWeChatPlatform, client: WeChatClient
) -> None:
    await client.clear_quota(app_id="wx1", app_secret=SECRET)

    (call,) = platform.called
    assert call.query == {}
    assert json.loads(call.body) == {"appid": "wx1", "appsecret": SECRET}


async def test_ids_are_texts_whatever_they_come_as(platform: FakeWeChatPlatform, client: WeChatClient) -> None:
    platform.answers = [saying({"errcode": 0, "msgid": 2**63 - 1}), saying({"errcode": 0, "msgid": "77"}), saying({})]

    assert [await _template(client) for _ in range(3)] == [str(2**63 - 1), "77", ""]


async def test_a_known_mass_message_gives_its_first_id(platform: FakeWeChatPlatform, client: WeChatClient) -> None:
    platform.answers = [saying({"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": 34182})]

    assert await client.send_mass(openids=["oA", "oB"], message=HELLO, clientmsgid="c1") == "34182"


async def test_an_account_without_a_menu_has_an_empty_one(platform: FakeWeChatPlatform, client: WeChatClient) -> None:
    platform.answers = [saying({"errcode": 46003, "errmsg": "menu no exist"})]

    assert await client.menu() == {"menu": {}}


def test_only_things_are_shortened() -> None:
    data = {"thing1": {"value": "一" * 30}, "thing_x": {"value": "一" * 30}, "time3": {"value": "t"}, "thing4": "odd"}

    short = short_things(data)

    assert short == {**data, "thing1": {"value": "一" * 19 + "…"}}


async def _called(platform: FakeWeChatPlatform, number: int) -> None:
    for _ in range(500):
        if len(platform.called) >= number:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not called")
