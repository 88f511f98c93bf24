"""Does the control API do what tests and the page ask of it, and can faults be switched on?"""

from __future__ import annotations

import time

import aiohttp
import pytest

from simulator.app import running_platform

EVERY_MESSAGE = [
    ({"type": "text", "content": "您好"}, ["<Content><![CDATA[您好]]></Content>"]),
    ({"type": "image"}, ["<PicUrl>", "<MediaId>"]),
    ({"type": "voice", "recognition": "办身份证"}, ["<Format><![CDATA[amr]]>", "<Recognition><![CDATA[办身份证]]>"]),
    ({"type": "video"}, ["<MediaId>", "<ThumbMediaId>"]),
    ({"type": "shortvideo"}, ["<MediaId>", "<ThumbMediaId>"]),
    (
        {"type": "location", "latitude": 30.5, "longitude": 120.25, "label": "江北区"},
        ["<Location_X>30.5</Location_X>", "<Location_Y>120.25</Location_Y>", "<Scale>16</Scale>", "江北区"],
    ),
    ({"type": "link", "title": "题", "url": "https://example.org"}, ["<Title>", "<Description>", "<Url>"]),
]
EVERY_EVENT = [
    ({"event": "CLICK", "event_key": "help"}, ["<Event><![CDATA[CLICK]]>", "<EventKey><![CDATA[help]]>"]),
    ({"event": "VIEW", "event_key": "https://example.org"}, ["<EventKey>", "<MenuId>"]),
    ({"event": "SCAN", "event_key": "hall"}, ["<EventKey><![CDATA[hall]]>", "<Ticket>"]),
    ({"event": "LOCATION", "latitude": 30.5}, ["<Latitude>30.5</Latitude>", "<Longitude>", "<Precision>"]),
    ({"event": "scancode_push", "scan_result": "1"}, ["<ScanCodeInfo><ScanType>", "<ScanResult><![CDATA[1]]>"]),
    ({"event": "scancode_waitmsg"}, ["<ScanCodeInfo>"]),
    ({"event": "pic_sysphoto"}, ["<SendPicsInfo><Count>1</Count><PicList><item><PicMd5Sum>"]),
    ({"event": "pic_photo_or_album"}, ["<SendPicsInfo>"]),
    ({"event": "pic_weixin"}, ["<SendPicsInfo>"]),
    ({"event": "location_select"}, ["<SendLocationInfo><Location_X>"]),
    (
        {"event": "subscribe_msg_popup_event", "templates": [{"template_id": "a"}, {"template_id": "b"}]},
        ["<SubscribeMsgPopupEvent><List><TemplateId><![CDATA[a]]>", "<![CDATA[accept]]>", "<PopupScene>"],
    ),
    (
        {"event": "subscribe_msg_change_event", "templates": [{"template_id": "a", "status": "reject"}]},
        ["<SubscribeMsgChangeEvent><List>", "<![CDATA[reject]]>"],
    ),
]


async def raw(sim, number):
    return (await sim.entries(number, "callback.attempt"))[number - 1]["raw"]


@pytest.mark.parametrize(("message", "parts"), EVERY_MESSAGE)
async def test_every_kind_of_message_has_its_fields(sim, message, parts):
    await sim.follow()
    sent = await sim.control("POST", "messages", {"openid": "oA", **message})
    body = await raw(sim, 2)
    for part in [*parts, f"<MsgId>{sent['msg_id']}</MsgId>", "<FromUserName><![CDATA[oA]]>", "<CreateTime>"]:
        assert part in body


async def test_a_voice_without_recognition_has_no_such_field(sim):
    await sim.follow()
    await sim.control("POST", "messages", {"openid": "oA", "type": "voice"})
    assert "Recognition" not in await raw(sim, 2)


@pytest.mark.parametrize(("event", "parts"), EVERY_EVENT)
async def test_every_kind_of_event_has_its_fields_and_no_msg_id(sim, event, parts):
    await sim.follow()
    await sim.control("POST", "events", {"openid": "oA", **event})
    body = await raw(sim, 2)
    for part in parts:
        assert part in body
    assert "MsgId" not in body


async def test_who_comes_by_a_qr_code_says_so(sim):
    await sim.follow(scene="hall7")
    assert "<EventKey><![CDATA[qrscene_hall7]]></EventKey><Ticket>" in await raw(sim, 1)


async def test_leaving_and_coming_back_are_told(sim):
    await sim.follow(nickname="张三")
    await sim.control("DELETE", "followers/oA")
    await sim.follow()
    assert "unsubscribe" in await raw(sim, 2)
    assert "subscribe" in await raw(sim, 3)
    (known,) = await sim.control("GET", "followers")
    assert (known["nickname"], known["subscribed"]) == ("张三", True)


async def test_following_twice_is_one_follow(sim):
    await sim.follow()
    await sim.follow()
    assert len(await sim.log("follower.added")) == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "messages", {"openid": "nobody", "content": "x"}, 404),
        ("POST", "messages", {"openid": "oGone", "content": "x"}, 409),
        ("POST", "messages", {"openid": "oA"}, 400),
        ("POST", "messages", {"openid": "oA", "contents": "x"}, 400),
        ("POST", "messages", {"openid": "oA", "type": "poem"}, 400),
        ("POST", "messages", {"openid": "o A", "content": "x"}, 400),
        ("POST", "events", {"openid": "oA", "event": "subscribe"}, 400),
        ("DELETE", "followers/nobody", None, 404),
        ("PUT", "faults", {"path": "*", "explode": True}, 400),
        ("POST", "clock", {"advance_seconds": -1}, 400),
        ("GET", "log?wait=many", None, 400),
        ("GET", "log?before=7", None, 400),
    ],
)
async def test_a_request_that_cannot_be_done_says_why(sim, method, path, body, status):
    await sim.follow()
    await sim.follow("oGone")
    await sim.control("DELETE", "followers/oGone")
    async with sim.session.request(method, f"{sim.url}/sim/{path}", json=body) as response:
        assert response.status == status
        assert (await response.json())["error"]


async def test_another_site_in_the_browser_is_kept_out(sim):
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        async with sim.session.post(f"{sim.url}/sim/reset", headers=headers) as response:
            assert response.status == 403
    async with sim.session.post(f"{sim.url}/sim/reset", headers={"Origin": sim.url}) as response:
        assert response.status == 200


async def test_a_reset_forgets_everything_but_the_record(sim):
    await sim.follow()
    await sim.control("PUT", "faults", {"busy": True})
    await sim.control("POST", "clock", {"advance_seconds": 5})
    before = (await sim.control("GET", "status"))["last_seq"]
    await sim.control("POST", "reset")
    status = await sim.control("GET", "status")
    assert (status["followers"], status["offset_seconds"]) == (0, 0.0)
    assert status["last_seq"] > before
    assert await sim.control("GET", "faults") == []
    assert len(await sim.log("follower.added")) == 1


async def test_followers_survive_a_restart_of_the_simulator(sim):
    await sim.follow(nickname="张三")
    await sim.entries(1, "callback.acknowledged")
    async with running_platform(sim.platform.settings) as again:
        assert again.followers.get("oA").nickname == "张三"
        assert again.followers.follows("oA")


async def test_a_template_can_be_added(sim):
    added = {"template_id": "t9", "kind": "template", "title": "补正通知", "fields": {"keyword1": "事项"}}
    listed = await sim.control("PUT", "templates", added)
    assert added in listed


@pytest.mark.parametrize(
    ("fault", "errcode"),
    [("invalid_token", 40001), ("quota_full", 45009), ("rate_limited", 45011), ("busy", -1)],
)
async def test_a_fault_gives_its_errcode_once_and_then_all_is_well(sim, fault, errcode):
    await sim.token()
    await sim.control("PUT", "faults", {fault: True, "path": "/cgi-bin/user/get", "count": 1})
    assert (await sim.call("user/get"))["errcode"] == errcode
    assert "total" in await sim.call("user/get")


@pytest.mark.parametrize(("fault", "status"), [({"http_500": True}, 500), ({"http_429": True}, 429)])
async def test_a_fault_gives_its_http_status_and_nothing_is_done(sim, fault, status):
    await sim.follow()
    await sim.say("您好")
    token = await sim.token()
    await sim.control("PUT", "faults", fault)
    body = {"touser": "oA", "msgtype": "text", "text": {"content": "x"}}
    url = f"{sim.url}/cgi-bin/message/custom/send?access_token={token}"
    async with sim.session.post(url, json=body) as response:
        assert response.status == status
    assert await sim.log("push.delivered") == []
    await sim.control("DELETE", "faults")
    async with sim.session.post(url, json=body) as response:
        assert (await response.json())["errcode"] == 0


@pytest.mark.parametrize(("fault", "delivered"), [("drop_answer", 1), ("drop_request", 0)])
async def test_a_dropped_answer_was_carried_out_and_a_dropped_request_was_not(sim, fault, delivered):
    await sim.follow()
    await sim.say("您好")
    token = await sim.token()
    await sim.control("PUT", "faults", {fault: True, "path": "/cgi-bin/message/custom/send", "count": 1})
    body = {"touser": "oA", "msgtype": "text", "text": {"content": "x"}}
    with pytest.raises(aiohttp.ClientError):
        await sim.session.post(f"{sim.url}/cgi-bin/message/custom/send?access_token={token}", json=body)
    assert len(await sim.log("push.delivered")) == delivered
    called = [entry for entry in await sim.log("api.call") if entry["fault"]]
    assert [entry["status"] for entry in called] == [0]


async def test_a_slow_call_takes_its_time(sim):
    await sim.token()
    await sim.control("PUT", "faults", {"slow_seconds": 0.2, "path": "/cgi-bin/user/get"})
    started = time.monotonic()
    assert "total" in await sim.call("user/get")
    assert time.monotonic() - started >= 0.2


async def test_it_is_alive(sim):
    async with sim.session.get(f"{sim.url}/healthz") as response:
        assert (response.status, await response.json()) == (200, {"status": "ok"})
