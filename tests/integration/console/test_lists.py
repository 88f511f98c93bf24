"""Can every list be searched and read to its end? Those that end late: questions put aside, model versions."""

from __future__ import annotations

import re

import pytest

from services.app import Topics, make_topics
from services.db import Sessions
from services.faq.types import UnansweredQuestion
from services.metrics import Metrics
from services.settings import ServicesSettings
from services.staff.permissions import Role
from tests.fakes.clock import FixedClock
from tests.fakes.school import School
from tests.integration.console.conftest import Browser, NewBrowser

NEXT = re.compile(r'rel="next" href="(\?[^"]+)"')


@pytest.fixture
def topics(sessions: Sessions, clock: FixedClock, settings: ServicesSettings) -> Topics:
    return make_topics(sessions, clock, settings, Metrics())


async def following(browser: Browser, path: str, page: str) -> str:
    found = NEXT.search(page)
    assert found is not None, page[-2000:]
    return await browser.read(path + found[1].replace("&amp;", "&"))


async def test_what_was_put_aside_is_found_however_much_it_is(new_browser: NewBrowser, topics: Topics) -> None:
    editor = await new_browser(Role.EDITOR)
    questions = [f"第{number:02}种彩票几点开奖" for number in range(60)]
    for question in questions:
        await topics.faq.record_unanswered(UnansweredQuestion(question=question))
    # Put aside together, at the same moment.
    assert (await editor.post("/questions/aside", question=questions)).status == 303

    first = await editor.read("/questions/aside")
    last = await following(editor, "/questions/aside", first)
    shown = [re.findall(r"<td>(第\d+种彩票几点开奖)</td>", page) for page in (first, last)]
    assert [len(one) for one in shown] == [50, 10]
    assert sorted(shown[0] + shown[1]) == questions
    found = await editor.read("/questions/aside", q="第07种")
    assert "第07种彩票" in found
    assert "第08种彩票" not in found


async def test_versions_are_found_by_what_they_were_made_for(
    new_browser: NewBrowser, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.app.release_digest", lambda root: "release-1")
    await school.register()
    trainer = await new_browser(Role.TRAINER)
    started = await trainer.post("/training/want", note="年终护照问法")
    assert started.status == 303

    found = await trainer.read("/training", q="护照")
    assert "年终护照问法" in found
    assert "随程序发布</div>" not in found.split("启用记录")[0]
    assert "正在训练，请等它完成。" in await trainer.read("/training", q="没有这样的")
