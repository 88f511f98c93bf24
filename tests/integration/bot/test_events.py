"""Do follows, menus, receipts and farewells do what they should, and do identifiers stay with us?"""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from bot.app import Messaging
from bot.messages import Reply, Text
from services.clock import SystemClock
from services.subscriptions.service import SubscriptionService
from services.vault.types import Redemption
from tests.fakes.rasa import FakeRasa
from tests.fakes.waiting import eventually
from tests.fakes.wechat import FakeWeChat
from tests.integration.bot.conftest import Rows

ID_CARD = "11010519491231002X"


async def citizen_of(rows: Rows, openid: str) -> UUID:
    ((citizen_id,),) = await rows("SELECT citizen_id FROM citizens WHERE address = :openid", openid=openid)
    assert isinstance(citizen_id, UUID)
    return citizen_id


async def test_who_follows_is_greeted_and_counted(edge: Messaging, wechat: FakeWeChat, rows: Rows) -> None:
    assert (await wechat.event("o1", "subscribe", "qrscene_hall-1")).text == "答：/greet_new"
    assert [citizen.address for citizen in await edge.citizens.followers(None, 10)] == ["o1"]


async def test_a_menu_button_is_a_command_and_a_typed_command_is_not(
    edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa
) -> None:
    assert (await wechat.event("o1", "CLICK", "book")).text == "答：/book_appointment"
    assert (await wechat.say("o1", "/book_appointment")).text == "答：book_appointment"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"MsgType": "image", "PicUrl": "http://x/1", "MediaId": "m", "MsgId": "1"}, "/unsupported_media"),
        ({"MsgType": "voice", "MediaId": "m", "Format": "amr", "MsgId": "1"}, "/voice_unrecognised"),
        (
            {"MsgType": "voice", "MediaId": "m", "Format": "amr", "Recognition": "办护照", "MsgId": "1"},
            "办护照",
        ),
        (
            {"MsgType": "link", "Title": "停水", "Description": "今晚", "Url": "https://a.gov.cn/1", "MsgId": "1"},
            "这条消息是真的吗：\n链接 https://a.gov.cn/1\n标题 停水\n摘要 今晚",
        ),
        (
            {"MsgType": "location", "Location_X": "23.1", "Location_Y": "113.3", "Scale": "20", "MsgId": "1"},
            '/share_location{"latitude":"23.100000","longitude":"113.300000"}',
        ),
    ],
)
async def test_what_is_not_typed_is_told_in_the_assistants_terms(
    fields: dict[str, str], told: str, edge: Messaging, wechat: FakeWeChat
) -> None:
    assert (await wechat.deliver("o1", fields)).text == f"答：{told}"


async def test_an_event_that_needs_no_answer_is_acknowledged_and_tells_the_assistant_nothing(
    edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    for event in ("VIEW", "SCAN", "LOCATION", "TEMPLATESENDJOBFINISH", "MASSSENDJOBFINISH", "something_new"):
        place = {"Latitude": "23.1", "Longitude": "113.3", "Precision": "119.0"}
        assert (await wechat.event("o1", event, MsgID="7", Status="success", **place)).kind == "acknowledged"
    assert rasa.turns == []
    assert await rows("SELECT DISTINCT state, citizen_id FROM inbox") == [("noted", None)]


async def test_a_receipt_reaches_the_notices_once(edge: Messaging, wechat: FakeWeChat, rows: Rows) -> None:
    for _ in range(2):
        await wechat.event("o1", "TEMPLATESENDJOBFINISH", MsgID="200163836", Status="success", CreateTime="1714037059")
    assert await rows("SELECT msg_id, delivered FROM notice_messages") == [("200163836", 1)]


async def test_identifiers_reach_neither_the_assistant_nor_our_tables(
    edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    await wechat.say("o1", "张三，身份证１１０１０５　１９４９１２３１　００２Ｘ，电话+86 138-0013-8000")
    await wechat.say("o1", f"就是{ID_CARD}这个")
    (_, first), (_, second) = rasa.turns
    assert "张三" in first
    assert "0013" not in first
    assert "1949" not in first + second
    token = second.removeprefix("就是").removesuffix("这个")
    assert token.startswith("IDCARD")
    assert token in first
    redeemed = await edge.vault.redeem(Redemption(citizen_id=await citizen_of(rows, "o1"), token=token))
    assert redeemed.value == ID_CARD
    dump = str(await rows("SELECT CAST(inbox AS text), CAST(outbox AS text) FROM inbox, outbox"))
    assert ID_CARD not in dump
    assert "13800138000" not in dump


async def test_who_leaves_is_forgotten_and_who_returns_is_somebody_new(
    edge: Messaging, wechat: FakeWeChat, rows: Rows
) -> None:
    await rows("CREATE TABLE rasa_events (sender_id text, data text)")
    await wechat.event("o1", "subscribe")
    await wechat.say("o1", f"我是{ID_CARD}")
    await wechat.say("o2", "别人")
    citizen, other = await citizen_of(rows, "o1"), await citizen_of(rows, "o2")
    for sender in (citizen, other):
        await rows("INSERT INTO rasa_events VALUES (:sender, 'x')", sender=str(sender))

    subscriptions = SubscriptionService(sessions=rows.sessions, clock=SystemClock())
    await rows("INSERT INTO subscription_subjects VALUES ('hukou', 'topic', '户籍', '[]', 1, true)")
    for one in (citizen, other):
        await subscriptions.subscribe(one, "hukou")

    assert (await wechat.event("o1", "unsubscribe")).kind == "acknowledged"

    async def forgotten() -> bool:
        return await rows("SELECT 1 FROM inbox WHERE citizen_id = :citizen", citizen=citizen) == []

    await eventually(forgotten)
    for table in ("outbox", "vault_entries", "conversations", "subscriptions"):
        assert await rows(f"SELECT 1 FROM {table} WHERE citizen_id = :citizen", citizen=citizen) == []  # noqa: S608
    assert await rows("SELECT sender_id FROM rasa_events") == [(str(other),)]
    assert await rows("SELECT address FROM citizens WHERE citizen_id = :citizen", citizen=citizen) == [(None,)]
    assert await rows("SELECT DISTINCT told FROM inbox WHERE state = 'erased'") == [(None,)]
    for table in ("outbox", "subscriptions"):
        assert await rows(f"SELECT count(*) FROM {table} WHERE citizen_id = :other", other=other) == [(1,)]  # noqa: S608

    assert (await wechat.say("o1", "我回来了")).text == "答：我回来了"
    assert await citizen_of(rows, "o1") != citizen


async def test_a_late_repetition_of_what_was_erased_brings_nobody_back(
    edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    await wechat.say("o1", "你好", msg_id=7)
    await wechat.event("o1", "unsubscribe")

    async def forgotten() -> bool:
        return await rows("SELECT 1 FROM inbox WHERE state <> 'erased'") == []

    await eventually(forgotten)
    assert (await wechat.say("o1", "你好", msg_id=7)).kind == "acknowledged"
    assert len(rasa.turns) == 1
    assert await rows("SELECT 1 FROM citizens WHERE address = 'o1'") == []


async def test_a_farewell_waits_for_the_turn_under_way(
    edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    rasa.seconds = 1.0
    asking = asyncio.create_task(wechat.say("o1", "你好"))

    async def under_way() -> bool:
        return rasa.requests == 1

    await eventually(under_way)
    assert (await wechat.event("o1", "unsubscribe")).kind == "acknowledged"
    await asking

    async def forgotten() -> bool:
        return await rows("SELECT 1 FROM inbox WHERE state <> 'erased'") == []

    await eventually(forgotten)
    assert await rows("SELECT 1 FROM outbox") == []


async def test_a_farewell_of_a_stranger_is_acknowledged(edge: Messaging, wechat: FakeWeChat, rows: Rows) -> None:
    assert (await wechat.event("o9", "unsubscribe")).kind == "acknowledged"
    assert await rows("SELECT 1 FROM citizens") == []


async def test_nothing_is_sent_to_somebody_who_is_gone(edge: Messaging, wechat: FakeWeChat, rows: Rows) -> None:
    await edge.postman.push_to_citizen(uuid4(), Reply(parts=(Text(text="提醒"),)), cause="reminder:1")

    async def failed() -> bool:
        return await rows("SELECT state, reason FROM outbox") == [("failed", "unreachable")]

    await eventually(failed)
    assert wechat.pushed == []
