"""Can staff write news on the console: cover checked when it is chosen, shown, kept, approved with the rest?"""

from __future__ import annotations

import io
import re

import pytest
from aiohttp import FormData

from services.notices.pictures import MOST_BYTES
from services.staff.permissions import Role
from tests.fakes.clock import FixedClock
from tests.fakes.forms import form_values
from tests.fakes.office import Office, make_office
from tests.fakes.pictures import jpeg, png
from tests.integration.console.conftest import Browser, NewBrowser
from tests.integration.console.test_notices import FIELDS

NEWS = {**FIELDS, "route": "mass", "mass_form": "news", "digest": "今晚城东停水，请储水。"}
IMAGE = re.compile(r'src="/console(/notices/covers/[0-9a-f]{64})"')


@pytest.fixture
def office(sessions, clock: FixedClock) -> Office:
    return make_office(sessions, clock)


@pytest.fixture
async def writer(new_browser: NewBrowser) -> Browser:
    return await new_browser(Role.SCHEDULER)


async def send(writer: Browser, path: str, fields: dict[str, str], content: bytes | None = None) -> tuple[int, str]:
    """A form with a file in it, as a browser sends it; its status and, where it led on, the address, else the page."""
    form = FormData()
    for name, value in {**fields, "csrf_token": await writer.token("/notices/new")}.items():
        form.add_field(name, value)
    if content is not None:
        form.add_field("cover_file", io.BytesIO(content), filename="封面.png", content_type="image/png")
    answer = await writer.client.post(f"/console{path}", data=form, allow_redirects=False)
    led_on = answer.headers.get("Location", "").removeprefix("/console")
    return answer.status, led_on or await answer.text()


async def test_a_cover_is_shown_as_soon_as_it_is_chosen(writer: Browser) -> None:
    status, part = await send(writer, "/notices/cover", {}, png())
    assert status == 200
    [path] = IMAGE.findall(part)
    image = await writer.get(path)
    assert (image.content_type, await image.read()) == ("image/png", png())
    assert image.headers["X-Content-Type-Options"] == "nosniff"
    assert f'name="cover" value="{path.rsplit("/", 1)[1]}"' in part


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg/>", "封面只支持 JPG 或 PNG 格式"),
        (png(100, 100), "至少要 360×150 像素，这张是 100×100"),
        (png()[:-30], "图片文件不完整或已损坏"),
        (png() + bytes(MOST_BYTES), "封面不能超过 2 MB"),
    ],
)
async def test_what_cannot_be_a_cover_is_refused_with_a_reason_and_the_one_before_stays(
    writer: Browser, content: bytes, words: str
) -> None:
    _, part = await send(writer, "/notices/cover", {}, png())
    [before] = IMAGE.findall(part)
    status, part = await send(writer, "/notices/cover", {"cover": before.rsplit("/", 1)[1]}, content)
    assert status == 200
    assert words in part
    assert IMAGE.findall(part) == [before]


async def test_a_file_far_beyond_the_limit_is_not_read_at_all(writer: Browser) -> None:
    status, _ = await send(writer, "/notices/cover", {}, bytes(4 * 1024 * 1024))
    assert status == 413


async def test_news_are_written_with_the_file_in_the_form_and_changed_with_the_cover_carried_along(
    writer: Browser, office: Office
) -> None:
    await office.follow(2)
    status, path = await send(writer, "/notices/new", NEWS, png())
    assert status == 303, path
    page = await writer.read(path)
    assert "点开以后的文章" in page
    assert NEWS["digest"] in page
    number = path.rsplit("/", 1)[1]
    made = await office.service.get(number)
    assert (made.mass_form, made.digest) == ("news", NEWS["digest"])

    form = {name: values[-1] for name, values in form_values(await writer.read(f"{path}/edit"), "/edit").items()}
    assert form["cover"] == made.cover
    status, _ = await send(writer, f"{path}/edit", {**form, "digest": ""})
    assert status == 303
    kept = await office.service.get(number)
    assert (kept.cover, kept.digest) == (made.cover, "")
    status, _ = await send(writer, f"{path}/edit", form, jpeg())
    assert (await office.service.get(number)).cover != made.cover


async def test_without_a_cover_it_is_said_what_is_missing_and_nothing_is_lost(writer: Browser) -> None:
    status, page = await send(writer, "/notices/new", NEWS)
    assert status == 400
    assert "图文消息必须有封面图片" in page
    assert NEWS["digest"] in page
    status, page = await send(writer, "/notices/new", {**NEWS, "title": ""}, png())
    assert status == 422
    assert len(IMAGE.findall(page)) >= 1
    assert form_values(page, "/new")["cover"] != [""]


async def test_another_cover_after_approval_asks_again(
    writer: Browser, new_browser: NewBrowser, office: Office
) -> None:
    await office.follow(2)
    approver = await new_browser(Role.APPROVER)
    _, path = await send(writer, "/notices/new", NEWS, png())
    await writer.post(f"{path}/submit")
    assert IMAGE.search(await approver.read(path))
    assert (await approver.post(f"{path}/approve", version="1")).status == 303
    form = {name: values[-1] for name, values in form_values(await writer.read(f"{path}/edit"), "/edit").items()}
    assert (await send(writer, f"{path}/edit", form, jpeg()))[0] == 303
    edited = await office.service.get(path.rsplit("/", 1)[1])
    assert (edited.state, edited.version, edited.approved_version) == ("draft", 2, None)


async def test_the_preview_of_what_is_not_saved_shows_the_card(writer: Browser) -> None:
    _, part = await send(writer, "/notices/cover", {}, png())
    cover = IMAGE.findall(part)[0].rsplit("/", 1)[1]
    _, shown = await send(writer, "/notices/preview", {**NEWS, "cover": cover})
    assert IMAGE.search(shown)
    assert NEWS["digest"] in shown
    _, bare = await send(writer, "/notices/preview", NEWS)
    assert "还没有封面" in bare
    _, tampered = await send(writer, "/notices/preview", {**NEWS, "cover": '"><script>'})
    assert "<script>" not in tampered.split("csrf")[0]


async def test_who_may_not_write_chooses_no_cover_and_nobody_sees_one_without_a_role(
    new_browser: NewBrowser, writer: Browser
) -> None:
    _, part = await send(writer, "/notices/cover", {}, png())
    [path] = IMAGE.findall(part)
    desk = await new_browser(Role.DESK)
    assert (await desk.post("/notices/cover")).status == 403
    assert (await writer.get(f"/notices/covers/{'0' * 64}")).status == 404
    nobody = await new_browser()
    assert (await nobody.get(path)).status == 303
