"""Does every call refuse what the real platform refuses, with its errcode?"""

from __future__ import annotations

import asyncio

import pytest

from simulator.example import NOTICE_TEMPLATE, SUBSCRIPTION_TEMPLATE
from tests.integration.simulator.conftest import APP_ID, SECRET

CUSTOM = "message/custom/send"


def said(content, openid="oA"):
    return {"touser": openid, "msgtype": "text", "text": {"content": content}}


def notice(openid="oA", **more):
    data = {"first": {"value": "您好"}, "keyword1": {"value": "云江市医疗保障局"}, "keyword2": {"value": "2026-11-23"}}
    return {"touser": openid, "template_id": NOTICE_TEMPLATE, "url": "https://example.org/n", "data": data, **more}


def mass(*openids, **more):
    return {"touser": list(openids), "msgtype": "text", "text": {"content": "停水通知"}, **more}


async def test_a_customer_service_message_is_delivered_within_the_window(sim):
    await sim.follow()
    await sim.say("您好")
    assert (await sim.call(CUSTOM, said("请稍等")))["errcode"] == 0
    (pushed,) = await sim.log("push.delivered", openid="oA")
    assert (pushed["content"], pushed["msg_type"]) == ("请稍等", "text")
    (called,) = [entry for entry in await sim.log("api.call", openid="oA") if entry["path"].endswith(CUSTOM)]
    assert (called["errcode"], called["status"]) == (0, 200)
    assert called["seq"] > pushed["seq"]


async def test_the_window_closes_when_the_clock_is_moved(sim):
    await sim.follow()
    await sim.say("您好")
    await sim.control("POST", "clock", {"advance_seconds": 48 * 3600})
    assert (await sim.call(CUSTOM, said("太晚")))["errcode"] == 45015


async def test_the_ninth_message_after_a_follow_and_a_message_is_one_too_many(sim):
    await sim.follow()
    await sim.say("您好")
    codes = [(await sim.call(CUSTOM, said("又一条")))["errcode"] for _ in range(9)]
    assert codes == [0] * 8 + [45047]


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        (said("您好", openid="nobody"), 40003),
        (said("您好", openid="oGone"), 43004),
        (said(""), 44004),
        (said("长" * 683), 45002),
        ({"touser": "oA", "msgtype": "poem"}, 40008),
        ({"touser": "oA", "msgtype": "image", "image": {"media_id": "unknown"}}, 40007),
        ({"touser": "oA", "msgtype": "news", "news": {"articles": [{"title": "a"}, {"title": "b"}]}}, 45008),
        ({"touser": "oA", "msgtype": "news", "news": {"articles": [{}]}}, 47001),
        ({"touser": 7, "msgtype": "text"}, 47001),
    ],
)
async def test_a_customer_service_message_that_cannot_go_out_says_why(sim, body, errcode):
    await sim.follow()
    await sim.say("您好")
    await sim.follow("oGone")
    await sim.control("DELETE", "followers/oGone")
    answer = await sim.call(CUSTOM, body)
    assert answer["errcode"] == errcode
    assert " rid: " in answer["errmsg"]
    assert await sim.log("push.") == []


async def test_many_who_write_at_once_may_be_answered_and_those_who_did_not_may_not(sim):
    await sim.control("POST", "followers/bulk", {"count": 3, "prefix": "oL"})
    await sim.control("POST", "messages/bulk", {"count": 2, "prefix": "oL"})
    codes = [
        (await sim.call(CUSTOM, {"touser": f"oL00000000{number}", "msgtype": "text", "text": {"content": "您好"}}))[
            "errcode"
        ]
        for number in (1, 2, 3)
    ]
    assert codes == [0, 0, 45015]


async def test_cards_menus_and_a_citizen_s_own_picture_are_delivered(sim):
    await sim.follow()
    await sim.control("POST", "messages", {"openid": "oA", "type": "image"})
    (sent,) = await sim.log("message.sent")
    article = {"title": "指南", "description": "材料", "url": "https://example.org", "picurl": ""}
    menu = {"head_content": "满意吗？", "list": [{"id": "1", "content": "满意"}], "tail_content": ""}
    for kind, part in (
        ("image", {"media_id": sent["fields"]["MediaId"]}),
        ("news", {"articles": [article]}),
        ("msgmenu", menu),
    ):
        assert (await sim.call(CUSTOM, {"touser": "oA", "msgtype": kind, kind: part}))["errcode"] == 0
    _, news, chosen = await sim.log("push.delivered")
    assert news["articles"][0]["url"] == "https://example.org"
    assert chosen["entries"] == [{"id": "1", "content": "满意"}]


async def test_escaped_characters_are_refused_with_a_clear_line(sim):
    await sim.follow()
    await sim.say("您好")
    url = f"{sim.url}/cgi-bin/{CUSTOM}?access_token={await sim.token()}"
    body = b'{"touser": "oA", "msgtype": "text", "text": {"content": "\\u60a8\\u597d"}}'
    async with sim.session.post(url, data=body) as response:
        assert (await response.json())["errcode"] == 47001
    assert "raw UTF-8" in (await sim.first("api.escaped"))["content"]
    harmless = b'{"touser": "oA", "msgtype": "text", "text": {"content": "C:\\\\u60a8 \\u001f"}}'
    async with sim.session.post(url, data=harmless) as response:
        assert (await response.json())["errcode"] == 0


async def test_a_template_message_is_shown_as_a_card_and_its_receipt_follows(sim):
    await sim.follow()
    answer = await sim.call("message/template/send", notice())
    (card,) = await sim.log("template.delivered", openid="oA")
    assert (card["content"], card["url"], card["msg_id"]) == ("政务通知", "https://example.org/n", str(answer["msgid"]))
    assert card["lines"][1] == {"label": "发布部门", "value": "云江市医疗保障局"}
    receipt = (await sim.entries(2, "callback.attempt"))[1]["raw"]
    assert f"<MsgID>{answer['msgid']}</MsgID><Status><![CDATA[success]]></Status>" in receipt


async def test_a_client_msg_id_sends_once_in_ten_minutes(sim):
    await sim.follow()
    first = await sim.call("message/template/send", notice(client_msg_id="n1"))
    assert await sim.call("message/template/send", notice(client_msg_id="n1")) == first
    await sim.control("POST", "clock", {"advance_seconds": 601})
    assert (await sim.call("message/template/send", notice(client_msg_id="n1")))["msgid"] != first["msgid"]
    assert len(await sim.log("template.delivered")) == 2


@pytest.mark.parametrize(
    ("body", "errcode"),
    [(notice(template_id="other"), 40037), (notice("nobody"), 40003), ({**notice(), "data": {"first": 1}}, 47001)],
)
async def test_a_template_message_that_cannot_go_out_says_why(sim, body, errcode):
    await sim.follow()
    assert (await sim.call("message/template/send", body))["errcode"] == errcode


async def test_a_subscription_notice_needs_consent(sim):
    await sim.follow()
    values = {"thing1": "医保缴费提醒", "thing2": "医保局", "time3": "2026-11-23 09:00", "thing4": "请按时缴费"}
    data = {field: {"value": value} for field, value in values.items()}
    body = {"touser": "oA", "template_id": SUBSCRIPTION_TEMPLATE, "page": "https://example.org/n", "data": data}
    assert (await sim.call("message/subscribe/bizsend", body))["errcode"] == 43101
    choice = {"template_id": SUBSCRIPTION_TEMPLATE, "status": "accept"}
    event = {"openid": "oA", "event": "subscribe_msg_popup_event", "templates": [choice]}
    await sim.control("POST", "events", event)
    assert (await sim.call("message/subscribe/bizsend", body))["errcode"] == 0
    assert (await sim.first("subscribe.delivered"))["lines"][0]["value"] == "医保缴费提醒"
    long = {**body, "data": {**data, "thing1": {"value": "长" * 21}}}
    assert (await sim.call("message/subscribe/bizsend", long))["errcode"] == 47003
    assert (await sim.call("message/subscribe/bizsend", {**body, "template_id": NOTICE_TEMPLATE}))["errcode"] == 40037


async def test_a_mass_message_reaches_its_followers_and_its_numbers_come_back(sim):
    for openid in ("oA", "oB"):
        await sim.follow(openid)
    answer = await sim.call("message/mass/send", mass("oA", "oB", "nobody", clientmsgid="m1"))
    assert answer["errcode"] == 0
    await sim.first("mass.finished")
    assert {entry["openid"] for entry in await sim.log("mass.delivered")} == {"oA", "oB"}
    assert [(entry["openid"], entry["reason"]) for entry in await sim.log("mass.failed")] == [
        ("nobody", "not a follower")
    ]
    receipt = (await sim.entries(3, "callback.attempt"))[2]["raw"]
    assert "<![CDATA[MASSSENDJOBFINISH]]>" in receipt
    assert "<TotalCount>3</TotalCount><FilterCount>2</FilterCount><SentCount>2</SentCount>" in receipt
    state = await sim.call("message/mass/get", {"msg_id": answer["msg_id"]})
    assert state == {"msg_id": answer["msg_id"], "msg_status": "SEND_SUCCESS"}


async def test_a_repeated_clientmsgid_gives_the_first_id_and_sends_nothing(sim):
    for openid in ("oA", "oB"):
        await sim.follow(openid)
    first = await sim.call("message/mass/send", mass("oA", "oB", clientmsgid="m1"))
    again = await sim.call("message/mass/send", mass("oA", "oB", clientmsgid="m1"))
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    await sim.first("mass.finished")
    assert len(await sim.log("mass.delivered")) == 2


async def test_the_fifth_mass_message_of_a_month_fails_for_who_had_four(sim):
    for openid in ("oA", "oB", "oC"):
        await sim.follow(openid)
    for number in range(4):
        await sim.call("message/mass/send", mass("oA", "oB", clientmsgid=f"m{number}"))
    await sim.call("message/mass/send", mass("oA", "oC", clientmsgid="m5"))
    await sim.entries(5, "mass.finished")
    assert [entry["openid"] for entry in await sim.log("mass.failed")] == ["oA"]
    assert len(await sim.log("mass.delivered", openid="oC")) == 1


async def test_mass_messages_have_a_preview_a_speed_and_an_end(sim):
    await sim.follow("oA")
    await sim.follow("oB")
    shown = {"touser": "oA", "msgtype": "text", "text": {"content": "预览"}}
    assert (await sim.call("message/mass/preview", shown))["errcode"] == 0
    assert (await sim.first("mass.delivered"))["preview"] is True
    assert (await sim.call("message/mass/speed/set", {"speed": 4}))["errcode"] == 0
    assert await sim.call("message/mass/speed/get", {}) == {"speed": 4, "realspeed": 10}
    assert (await sim.call("message/mass/speed/set", {"speed": 9}))["errcode"] == 45083
    sent = await sim.call("message/mass/sendall", {**mass(), "filter": {"is_to_all": True}})
    assert (await sim.call("message/mass/delete", {"msg_id": sent["msg_id"]}))["errcode"] == 0
    assert (await sim.call("message/mass/get", {"msg_id": sent["msg_id"]}))["msg_status"] == "DELETE"
    assert (await sim.call("message/mass/get", {"msg_id": 1}))["errcode"] == 40059


@pytest.mark.parametrize(
    ("path", "body", "errcode"),
    [
        ("message/mass/send", mass("oA"), 40130),
        ("message/mass/send", mass(*[f"o{number}" for number in range(10_001)]), 40032),
        ("message/mass/send", {**mass("oA", "oB"), "msgtype": "poem"}, 40008),
        ("message/mass/send", {**mass("oA", "oB"), "text": {"content": "长" * 683}}, 45002),
        ("message/mass/send", mass("oA", "oB", clientmsgid="x" * 65), 47001),
        ("message/mass/sendall", mass(), 47001),
        ("message/mass/preview", {"touser": "nobody", "msgtype": "text", "text": {"content": "x"}}, 40003),
    ],
)
async def test_a_mass_message_that_cannot_go_out_says_why(sim, path, body, errcode):
    assert (await sim.call(path, body))["errcode"] == errcode


async def test_sixty_mass_messages_a_minute_and_a_hundred_a_day(sim):
    codes = [
        (await sim.call("message/mass/send", mass("oA", "oB", clientmsgid=str(number))))["errcode"]
        for number in range(61)
    ]
    assert codes == [0] * 60 + [45011]
    await sim.control("POST", "clock", {"advance_seconds": 60})
    more = [
        (await sim.call("message/mass/send", mass("oA", "oB", clientmsgid=str(number))))["errcode"]
        for number in range(100, 141)
    ]
    assert more == [0] * 40 + [45009]


async def test_followers_are_read_in_pages(sim):
    await sim.control("POST", "followers/bulk", {"count": 10_001, "prefix": "oL"})
    first = await sim.call("user/get")
    assert (first["total"], first["count"], first["next_openid"]) == (10_001, 10_000, "oL000010000")
    second = await sim.call("user/get", next_openid=first["next_openid"])
    assert second == {"total": 10_001, "count": 1, "data": {"openid": ["oL000010001"]}, "next_openid": "oL000010001"}
    third = await sim.call("user/get", next_openid=second["next_openid"])
    assert third == {"total": 10_001, "count": 0, "next_openid": ""}


async def test_little_is_told_of_a_follower_and_less_of_who_left(sim):
    await sim.follow("oA", scene="42")
    await sim.follow("oB")
    await sim.control("DELETE", "followers/oB")
    known = await sim.call("user/info", openid="oA")
    assert (known["subscribe"], known["subscribe_scene"], known["qr_scene"]) == (1, "ADD_SCENE_QR_CODE", 42)
    listed = await sim.call("user/info/batchget", {"user_list": [{"openid": "oA"}, {"openid": "oB"}]})
    assert listed["user_info_list"] == [known, {"subscribe": 0, "openid": "oB"}]
    assert (await sim.call("user/info", openid="nobody"))["errcode"] == 40003
    many = {"user_list": [{"openid": "oA"}] * 101}
    assert (await sim.call("user/info/batchget", many))["errcode"] == 40032


async def test_a_menu_is_created_read_and_deleted(sim):
    assert (await sim.call("menu/get"))["errcode"] == 46003
    button = {"name": "帮助", "type": "click", "key": "help"}
    assert (await sim.call("menu/create", {"button": [button]}))["errcode"] == 0
    assert await sim.call("menu/get") == {"menu": {"button": [button]}}
    assert await sim.control("GET", "menu") == {"button": [button]}
    assert (await sim.call("menu/create", {"button": [button] * 4}))["errcode"] == 40016
    assert (await sim.call("menu/delete"))["errcode"] == 0
    assert (await sim.call("menu/get"))["errcode"] == 46003


async def test_addresses_are_told_and_quotas_cleared(sim):
    assert await sim.call("getcallbackip") == {"ip_list": ["127.0.0.1"]}
    await sim.control("PUT", "quotas", {"path": "/cgi-bin/getcallbackip", "daily": 1})
    assert (await sim.call("getcallbackip"))["errcode"] == 45009
    cleared = await sim.call("clear_quota/v2", {"appid": APP_ID, "appsecret": SECRET})
    assert cleared["errcode"] == 0
    assert "ip_list" in await sim.call("getcallbackip")
    wrong = await sim.call("clear_quota/v2", {"appid": APP_ID, "appsecret": "wrong"})
    assert wrong["errcode"] == 40125


@pytest.mark.parametrize(
    ("method", "path", "body", "errcode"),
    [
        ("GET", "user/get", b"", 41001),
        ("GET", "user/get?access_token=x", b"", 40001),
        ("GET", "no/such/call", b"", 40066),
        ("POST", "user/get", b"{}", 43001),
        ("GET", "message/custom/send", b"", 43002),
        ("POST", "stable_token", b"", 44002),
        ("POST", "stable_token", b"{", 47001),
        ("POST", "stable_token", b'{"appid": "\xff"}', 47001),
        ("POST", "stable_token", b'{"grant_type": "password"}', 40002),
        ("POST", "stable_token", b'{"grant_type": "client_credential"}', 41002),
        ("GET", "token?grant_type=client_credential&appid=x&secret=y", b"", 40013),
        ("GET", f"token?grant_type=client_credential&appid={APP_ID}&secret=y", b"", 40125),
    ],
)
async def test_a_call_that_is_made_wrongly_says_why(sim, method, path, body, errcode):
    async with sim.session.request(method, f"{sim.url}/cgi-bin/{path}", data=body or None) as response:
        answer = await response.json()
    assert (response.status, answer["errcode"]) == (200, errcode)
    assert (await sim.first("api.call"))["errcode"] == errcode


async def test_an_old_token_has_expired_and_the_secret_stays_out_of_the_record(sim, tmp_path):
    token = await sim.token()
    await sim.control("POST", "clock", {"advance_seconds": 7200})
    async with sim.session.get(f"{sim.url}/cgi-bin/user/get?access_token={token}") as response:
        assert (await response.json())["errcode"] == 42001
    record = (tmp_path / "simulator.jsonl").read_text()
    assert SECRET not in record
    assert token not in record


async def test_tokens_can_be_invalidated_from_outside(sim):
    token = await sim.token()
    await sim.control("POST", "tokens/invalidate")
    async with sim.session.get(f"{sim.url}/cgi-bin/user/get?access_token={token}") as response:
        assert (await response.json())["errcode"] == 40001
    assert "total" in await sim.call("user/get")


async def test_many_calls_at_once_are_all_answered(sim):
    await sim.follow()
    await sim.say("您好")
    token = await sim.token()

    async def info():
        async with sim.session.get(f"{sim.url}/cgi-bin/user/info?access_token={token}&openid=oA") as response:
            return (await response.json())["subscribe"]

    assert await asyncio.gather(*[info() for _ in range(200)]) == [1] * 200
