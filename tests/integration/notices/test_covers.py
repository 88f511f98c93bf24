"""Do covers and the fields of news come in by HTTP and at the command line, and what is said of the unfit?"""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from services.notices.pictures import MOST_BYTES
from services.web import BODY_LIMIT
from tests.fakes.office import Office
from tests.fakes.pictures import jpeg, png
from tests.integration.notices.conftest import HEADERS, Terminal, call, draft

Client = TestClient[web.Request, web.Application]


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


async def upload(client: Client, content: bytes) -> dict[str, Any]:
    return await call(client, "POST", "/covers", 201, staff="张三", content=encoded(content))


async def test_a_cover_is_kept_once_under_one_id(client: Client) -> None:
    first, second = await upload(client, png()), await upload(client, png())
    assert first == second
    assert (first["format"], first["width"], first["height"], first["bytes"]) == ("png", 900, 383, len(png()))
    assert await call(client, "GET", f"/covers/{first['id']}", 200) == first
    assert (await upload(client, jpeg()))["id"] != first["id"]


async def test_a_file_that_is_no_cover_is_refused_in_words(client: Client) -> None:
    refused = await call(client, "POST", "/covers", 400, staff="张三", content=encoded(b"<svg/>"))
    assert refused["detail"] == "封面只支持 JPG 或 PNG 格式，请转换后再上传。"
    await call(client, "POST", "/covers", 400, staff="张三", content="no base64!")
    body = io.BytesIO(b'{"staff": "' + b"x" * BODY_LIMIT)
    async with client.post("/notices/v1/covers", data=body, headers=HEADERS) as answer:
        assert answer.status == 413
    assert (await call(client, "GET", f"/covers/{'0' * 64}", 404))["type"].endswith("cover-not-found")


async def test_news_are_written_read_changed_and_previewed(client: Client, office: Office) -> None:
    cover = (await upload(client, png()))["id"]
    news = {"route": "mass", "mass_form": "news", "cover": cover, "digest": "今晚停水。", "department": "云江市水务局"}
    made = await call(client, "POST", "/notices", 201, **draft(office, **news))
    assert {name: made[name] for name in ("mass_form", "cover", "digest")} == {
        "mass_form": "news",
        "cover": cover,
        "digest": "今晚停水。",
    }
    [shown, *_] = await call(client, "GET", f"/notices/{made['number']}/previews", 200)
    assert (shown["route"], shown["form"], shown["cover"], shown["chosen"]) == ("mass", "news", cover, True)
    assert {line["field"]: line["text"] for line in shown["lines"]}["digest"] == "今晚停水。"
    edited = await call(client, "PATCH", f"/notices/{made['number']}", 200, staff="张三", digest="", mass_form="text")
    assert (edited["mass_form"], edited["digest"], edited["cover"]) == ("text", "", cover)


@pytest.mark.parametrize(
    "news", [{"route": "preview"}, {"mass_form": "poem"}, {"cover": "x"}, {"digest": "长" * 201}, {"cover": "0" * 64}]
)
async def test_what_there_is_not_cannot_be_chosen(client: Client, office: Office, news: dict[str, str]) -> None:
    await call(client, "POST", "/notices", 400, **draft(office, **news))


async def test_the_count_before_approval_holds_for_news_as_for_texts(client: Client, office: Office) -> None:
    await office.follow(3)
    cover = (await upload(client, png()))["id"]
    made = await call(client, "POST", "/notices", 201, **draft(office, route="mass", mass_form="news", cover=cover))
    reach = await call(client, "GET", f"/notices/{made['number']}/reach", 200)
    assert (reach["reachable"], reach["calls"], reach["calls_a_day"]) == (3, 1, 100)


async def test_at_the_command_line_a_cover_is_a_file(terminal: Terminal, tmp_path: Path, office: Office) -> None:
    file = tmp_path / "封面.png"
    file.write_bytes(png())
    words = (
        "--title",
        "停水通知",
        "--text",
        "今晚停水。",
        "--by",
        "张三",
        "--at",
        "now",
        "--department",
        "云江市水务局",
    )
    said = await terminal.run("create", *words, "--route", "mass", "--mass-form", "news", "--cover", str(file))
    [number] = [word for word in said.split() if word.isdigit()]
    notice = await office.service.get(number)
    assert notice.mass_form == "news"
    assert (await office.covers.get(str(notice.cover))).width == 900
    shown = await terminal.run("preview", number)
    assert "群发消息（图文）（本通知的发送方式）" in shown
    assert "群发形式：图文" in await terminal.run("show", number)
    file.write_bytes(jpeg(1080, 460))
    await terminal.run("edit", number, "--by", "张三", "--cover", str(file), "--digest", "请提前储水")
    edited = await office.service.get(number)
    assert (edited.digest, edited.cover != notice.cover) == ("请提前储水", True)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"hello", "只支持 JPG 或 PNG"), (png() + bytes(MOST_BYTES), "不能超过 2 MB"), (None, "读不了封面图片")],
)
async def test_a_file_that_cannot_be_a_cover_is_named_at_the_command_line(
    terminal: Terminal, tmp_path: Path, content: bytes | None, words: str
) -> None:
    file = tmp_path / "cover.png"
    if content is not None:
        file.write_bytes(content)
    given = ("--title", "停水", "--text", "今晚停水。", "--by", "张三", "--at", "now", "--cover", str(file))
    with pytest.raises(Exception, match=words):
        await terminal.run("create", *given)
