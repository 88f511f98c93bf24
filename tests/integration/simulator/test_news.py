"""Does the simulator hold news to the platform's rules: pictures, drafts, sending a draft once?"""

from __future__ import annotations

import io

import aiohttp
import pytest

from tests.fakes.pictures import png


async def upload(sim, content, *, kind="image", name="cover.png"):
    form = aiohttp.FormData()
    form.add_field("media", io.BytesIO(content), filename=name, content_type="image/png")
    query = {"access_token": await sim.token(), "type": kind}
    async with sim.session.post(f"{sim.url}/cgi-bin/material/add_material", params=query, data=form) as response:
        return await response.json()


async def article(sim, **changed):
    cover = (await upload(sim, png()))["media_id"]
    return {"title": "停水通知", "content": "<p>今晚停水。</p>", "thumb_media_id": cover, **changed}


async def draft(sim, **changed):
    return (await sim.call("draft/add", {"articles": [await article(sim, **changed)]}))["media_id"]


def news(media_id, *openids, **more):
    part = {"msgtype": "mpnews", "mpnews": {"media_id": media_id}, "send_ignore_reprint": 1}
    return {"touser": list(openids), **part, **more}


async def test_news_arrive_as_a_card_with_the_cover_and_open_as_an_article(sim):
    await sim.follow("oA")
    await sim.follow("oB")
    media_id = await draft(sim, author="云江市水务局", content_source_url="https://example.gov.cn/n/1")
    assert (await sim.call("message/mass/send", news(media_id, "oA", "oB", clientmsgid="m1")))["errcode"] == 0
    await sim.first("mass.finished")
    (entry,) = await sim.log("mass.delivered", openid="oA")
    assert (entry["msg_type"], entry["content"]) == ("mpnews", "停水通知")
    (card,) = entry["articles"]
    assert (card["title"], card["description"]) == ("停水通知", "今晚停水。")
    async with sim.session.get(sim.url + card["picture_url"]) as response:
        assert (response.content_type, await response.read()) == ("image/png", png())
    async with sim.session.get(sim.url + card["url"]) as response:
        page = await response.text()
    assert "<p>今晚停水。</p>" in page
    assert "云江市水务局" in page
    assert 'href="https://example.gov.cn/n/1"' in page


async def test_a_draft_that_was_sent_is_not_in_the_box_and_cannot_be_sent_again(sim):
    await sim.follow("oA")
    await sim.follow("oB")
    media_id = await draft(sim)
    sent = await sim.call("message/mass/send", news(media_id, "oA", "oB", clientmsgid="m1"))
    assert await sim.control("GET", "drafts") == []
    assert (await sim.call("message/mass/send", news(media_id, "oA", "oB", clientmsgid="m2")))["errcode"] == 40007
    # Whoever does not know whether it went out makes another draft: the key still tells.
    again = await sim.call("message/mass/send", news(await draft(sim), "oA", "oB", clientmsgid="m1"))
    assert (again["errcode"], again["msg_id"]) == (45065, sent["msg_id"])
    await sim.first("mass.finished")
    assert len(await sim.log("mass.delivered")) == 2
    assert len(await sim.control("GET", "drafts")) == 1


async def test_a_preview_of_news_leaves_the_draft_in_its_box(sim):
    await sim.follow("oA")
    media_id = await draft(sim)
    shown = {**news(media_id), "touser": "oA"}
    assert [(await sim.call("message/mass/preview", shown))["errcode"] for _ in range(2)] == [0, 0]
    assert [entry["preview"] for entry in await sim.log("mass.delivered")] == [True, True]
    (listed,) = (await sim.call("draft/batchget", {"offset": 0, "count": 20, "no_content": 1}))["item"]
    assert listed["media_id"] == media_id
    assert "content" not in listed["content"]["news_item"][0]
    assert (await sim.call("draft/delete", {"media_id": media_id}))["errcode"] == 0
    assert (await sim.call("draft/delete", {"media_id": media_id}))["errcode"] == 40007
    assert (await sim.call("message/mass/preview", shown))["errcode"] == 40007


@pytest.mark.parametrize(
    ("content", "kind", "errcode"),
    [
        (png(), "poster", 40004),
        (b"", "image", 41005),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image", 40005),
        (png(), "thumb", 40005),
        (b"\x89PNG\r\n\x1a\n" + b"x" * (10 * 1024 * 1024), "image", 45001),
        (b"\xff\xd8\xff" + b"x" * (64 * 1024), "thumb", 45001),
    ],
)
async def test_a_picture_against_the_rules_is_refused_with_its_code(sim, content, kind, errcode):
    assert (await upload(sim, content, kind=kind))["errcode"] == errcode
    assert await sim.log("material.added") == []


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"title": ""}, 44003),
        ({"content": "<p> </p>"}, 44003),
        ({"title": "长" * 33}, 45003),
        ({"author": "长" * 17}, 45110),
        ({"digest": "长" * 129}, 45004),
        ({"content": "长" * 20_000}, 45002),
        ({"content_source_url": "https://example.gov.cn/" + "x" * 1024}, 45005),
        ({"content": "<p>停水</p><script>alert(1)</script>"}, 45166),
        ({"content": "<p onclick='x()'>停水</p>"}, 45166),
        ({"content": "<p>停水<img src='https://elsewhere.example/x.png'></p>"}, 45166),
        ({"thumb_media_id": "M" + "0" * 42}, 40007),
    ],
)
async def test_an_article_against_the_rules_is_refused_with_its_code(sim, changed, errcode):
    refused = await sim.call("draft/add", {"articles": [await article(sim, **changed)]})
    assert refused["errcode"] == errcode
    assert await sim.control("GET", "drafts") == []


async def test_a_draft_needs_an_article_and_drafts_are_counted_by_the_day(sim):
    assert (await sim.call("draft/add", {"articles": []}))["errcode"] == 44003
    await sim.control("PUT", "quotas", {"path": "/cgi-bin/draft/add", "daily": 1})
    assert (await sim.call("draft/add", {"articles": [await article(sim)]}))["errcode"] == 45009


async def test_nothing_but_a_form_is_an_upload(sim):
    assert (await sim.call("material/add_material", {"media": "x"}, type="image"))["errcode"] == 41005
