"""What does the home page say, and how do its figures come about?"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.db import Sessions
from services.figures.service import Figures
from services.staff.permissions import Role
from tests.fakes.clock import FixedClock
from tests.fakes.talk import make_events_table, talk
from tests.integration.console.conftest import NewBrowser

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=timezone.utc)


@pytest.fixture
def figures(sessions: Sessions, clock: FixedClock) -> Figures:
    return Figures(sessions=sessions, clock=clock)


async def _some_talk(sessions: Sessions) -> None:
    await make_events_table(sessions)
    for n in range(8):
        await talk(sessions, uuid4(), "怎么补缴社保", "好。", at=NOON + timedelta(minutes=n), item="社会保险费补缴")
    await talk(sessions, uuid4(), "补缴", "哪一个？", at=NOON, utterances=["utter_which_item"])
    await talk(sessions, uuid4(), "天王盖地虎", "不知道。", at=NOON, utterances=["utter_unknown"], intent="no")
    await talk(sessions, uuid4(), "张三", "好。", at=NOON, utterances=["utter_request_applicant_id"], intent="inform")
    await talk(
        sessions, uuid4(), "出错", "抱歉。", at=NOON + timedelta(hours=1), state="failed", took=timedelta(seconds=4)
    )


async def test_hours_are_rolled_up_and_rolling_up_again_changes_nothing(
    sessions: Sessions, clock: FixedClock, figures: Figures
) -> None:
    await _some_talk(sessions)
    clock.instant = NOON + timedelta(hours=3)
    await figures.roll()
    once = await figures.hours(NOON, clock.now())
    async with sessions.begin() as session:
        await session.execute(text("UPDATE figure_progress SET through = :noon"), {"noon": NOON})
    await figures.roll()
    again = await figures.hours(NOON, clock.now())
    first, second = once[0], once[1]

    assert once == again
    assert (first.messages, first.turns, first.unsure, first.unknown, first.failed) == (11, 11, 1, 1, 0)
    assert (second.messages, second.failed) == (1, 1)
    assert first.p50 is not None
    assert 250 <= first.p50 <= 320
    assert second.p95 is not None
    assert 3200 <= second.p95 <= 5000
    assert first.answered_share == pytest.approx(9 / 11)


async def test_what_comes_later_in_the_hour_is_counted_too(
    sessions: Sessions, clock: FixedClock, figures: Figures
) -> None:
    await make_events_table(sessions)
    clock.instant = NOON + timedelta(minutes=5)
    await talk(sessions, uuid4(), "一", "好。", at=NOON + timedelta(minutes=1))
    await figures.roll()
    early = (await figures.total(NOON, NOON + timedelta(hours=1))).turns
    await talk(sessions, uuid4(), "二", "好。", at=NOON + timedelta(minutes=59, seconds=59))
    clock.instant = NOON + timedelta(hours=1, minutes=1)
    await figures.roll()

    assert early == 1
    assert (await figures.total(NOON, NOON + timedelta(hours=1))).turns == 2


async def test_names_that_were_asked_for_are_no_questions(
    sessions: Sessions, clock: FixedClock, figures: Figures
) -> None:
    await _some_talk(sessions)
    clock.instant = NOON + timedelta(hours=2)
    await figures.roll()
    questions = await figures.top("question", NOON, clock.now())
    items = await figures.top("item", NOON, clock.now())

    assert (questions[0].name, questions[0].count) == ("怎么补缴社保", 8)
    assert "张三" not in [one.name for one in questions]
    assert [(one.name, one.count) for one in items] == [("社会保险费补缴", 8)]


async def test_figures_come_before_rasa_has_started_for_the_first_time(
    sessions: Sessions, clock: FixedClock, figures: Figures
) -> None:
    await figures.roll()

    assert (await figures.total(NOON, clock.now())).answered_share is None


async def test_the_home_page_shows_the_day_and_gives_it_as_csv(
    new_browser: NewBrowser, sessions: Sessions, clock: FixedClock, figures: Figures
) -> None:
    clock.instant = NOON + timedelta(hours=2)
    viewer = await new_browser(Role.VIEWER)
    await _some_talk(sessions)
    await figures.roll()
    page = await viewer.read("/")
    week = await viewer.read("/", days="7")
    file = await (await viewer.get("/home/figures.csv", days="1")).text()
    top = await (await viewer.get("/home/top/questions.csv", days="7")).text()
    answer = await viewer.get("/home/top/secrets.csv")

    assert "怎么补缴社保" in page
    assert "近 7 天" in week
    assert any(line.startswith("12:00,11,0,11,1,1,") for line in file.splitlines())
    assert "怎么补缴社保,8" in top
    assert answer.status == 404


async def test_a_cell_that_a_spreadsheet_would_run_is_kept_from_it(
    new_browser: NewBrowser, sessions: Sessions, clock: FixedClock, figures: Figures
) -> None:
    clock.instant = NOON + timedelta(hours=2)
    viewer = await new_browser(Role.VIEWER)
    await make_events_table(sessions)
    await talk(sessions, uuid4(), '=HYPERLINK("x")', "好。", at=NOON)
    await figures.roll()
    file = await (await viewer.get("/home/top/questions.csv")).text()

    assert "\n\"'=HYPERLINK" in file.replace("\r", "")
