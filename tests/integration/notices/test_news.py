"""Does a notice go out as news: once to each, with its cover uploaded once, and no draft left behind?"""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from bot import errors as bot_errors
from bot.broadcast.articles import ArticleDesk
from services.notices import errors
from services.notices.article_store import DRAFT_STAYS, ArticleStore
from services.notices.results import Notice
from services.notices.rules import ROUTES
from services.notices.types import ListQuery, NewTester, NoticeEdit
from services.notices.values import ChunkKey
from tests.fakes.office import Office
from tests.fakes.pictures import jpeg, png

NEWS = {"route": "mass", "mass_form": "news", "department": "云江市水务局", "url": "https://example.gov.cn/n/1"}


async def cover(office: Office, content: bytes | None = None) -> str:
    return (await office.covers.add(png() if content is None else content, staff="张三")).id


async def news(office: Office, **fields: object) -> dict[str, object]:
    return {**NEWS, "cover": await cover(office), **fields}


async def sent(office: Office, **fields: object) -> Notice:
    notice = await office.sending(**await news(office, **fields))
    await office.send_all()
    return notice


async def again(office: Office, notice: Notice) -> Notice:
    """What was put off is tried once more."""
    await office.available_now()
    await office.send_all()
    return await office.service.get(str(notice.id))


def failing(office: Office, call: str, *faults: object) -> None:
    office.articles.faults[call] = deque(faults)


async def test_news_reach_everybody_once_with_one_picture_and_one_draft(office: Office) -> None:
    citizens = await office.follow(5)
    notice = await sent(office, digest="今晚停水，请储水。")
    assert office.platform.per_address() == {f"openid-{citizen}": 1 for citizen in citizens}
    assert list(office.articles.pictures.values()) == [png()]
    assert (len(office.articles.made), office.articles.box) == (1, {})
    assert await office.desk.store.old_drafts() == []
    after = await office.service.get(str(notice.id))
    assert (after.state, after.counters.accepted) == ("finished", 5)
    await office.check_counts(notice)


async def test_the_same_cover_is_uploaded_once_for_all_notices(office: Office) -> None:
    await office.follow(2)
    await sent(office)
    await sent(office, title="另一份通知")
    await sent(office, title="别的封面", cover=await cover(office, jpeg()))
    assert list(office.articles.pictures.values()) == [png(), jpeg()]
    assert len(office.articles.made) == 3


async def test_more_people_than_one_call_carries_have_a_draft_for_each_call(office: Office) -> None:
    await office.follow(ROUTES["mass"].chunk_size + 2)
    notice = await sent(office)
    after = await again(office, notice)
    assert (after.state, after.counters.accepted) == ("finished", ROUTES["mass"].chunk_size + 2)
    assert max(office.platform.per_address().values()) == 1
    assert (len(office.articles.pictures), len(office.articles.made), office.articles.box) == (1, 2, {})


async def test_two_workers_do_not_upload_the_same_cover_twice(office: Office) -> None:
    keys = [ChunkKey(notice_id=UUID(int=1), version=1, chunk=chunk) for chunk in range(4)]
    notice = await office.draft(**await news(office))
    store = ArticleStore(sessions=office.sessions, clock=office.clock, account="wx0")
    found = await asyncio.gather(*(store.material(str(notice.cover)) for _ in keys))
    assert sorted(material.state for material in found) == ["busy", "busy", "busy", "ours"]
    await store.keep_material(str(notice.cover), "M1")
    assert {(await store.material(str(notice.cover))).media_id for _ in keys} == {"M1"}
    other = ArticleStore(sessions=office.sessions, clock=office.clock, account="wx1")
    assert (await other.material(str(notice.cover))).state == "ours"


async def test_a_worker_that_died_over_an_upload_is_followed_by_another_before_long(office: Office) -> None:
    notice = await office.draft(**await news(office))
    store = office.desk.store
    assert (await store.material(str(notice.cover))).state == "ours"
    assert (await store.material(str(notice.cover))).state == "busy"
    office.clock.instant += timedelta(seconds=31)
    assert (await store.material(str(notice.cover))).state == "ours"


@pytest.mark.parametrize("call", ["add_picture", "add_draft"])
@pytest.mark.parametrize("carried_out", [False, True])
async def test_a_busy_platform_is_asked_again_and_nobody_is_in_doubt(
    office: Office, call: str, carried_out: bool
) -> None:
    await office.follow(3)
    busy = bot_errors.PlatformBusy()
    failing(office, call, ("after", busy) if carried_out else busy)
    notice = await sent(office)
    assert office.platform.delivered == []
    assert (await office.states(notice)) == {"pending": 3}
    after = await again(office, notice)
    assert (after.state, after.counters.accepted) == ("finished", 3)
    assert max(office.platform.per_address().values()) == 1


async def test_a_lost_answer_of_the_send_is_cleared_up_by_the_key(office: Office) -> None:
    await office.follow(3)
    failing(office, "send_news", ("after", bot_errors.AnswerLost()))
    notice = await sent(office)
    assert (await office.states(notice)) == {"pending": 3}
    after = await again(office, notice)
    assert (after.counters.accepted, after.counters.in_doubt) == (3, 0)
    assert max(office.platform.per_address().values()) == 1
    # The draft of the second attempt was not needed: it is taken out of the box.
    assert len(office.articles.made) == 2
    [left] = office.articles.box
    office.clock.instant += DRAFT_STAYS + timedelta(seconds=1)
    await office.desk.tidy()
    assert left not in office.articles.box
    assert await office.desk.store.old_drafts() == []


async def test_a_draft_that_somebody_deleted_is_made_again(office: Office) -> None:
    await office.follow(3)
    failing(office, "send_news", bot_errors.QuotaExhausted(errcode=45009))
    notice = await sent(office)
    assert (await office.service.get(str(notice.id))).reason == "quota"
    office.articles.box.clear()
    await office.service.resume(str(notice.id), "张三")
    await office.lifecycle.tick()
    after = await again(office, notice)
    assert (after.state, after.counters.accepted) == ("finished", 3)
    assert len(office.articles.made) == 2


async def test_a_cover_that_somebody_deleted_from_the_account_is_uploaded_again(office: Office) -> None:
    await office.follow(2)
    await sent(office)
    office.articles.pictures.clear()
    await sent(office, title="另一份通知")
    assert len(office.articles.pictures) == 1
    assert len(office.platform.delivered) == 4


async def test_an_article_that_the_platform_refuses_pauses_the_notice(office: Office) -> None:
    await office.follow(2)
    failing(office, "add_draft", bot_errors.ContentRejected(errcode=45166))
    notice = await sent(office)
    paused = await office.service.get(str(notice.id))
    assert (paused.state, paused.reason) == ("paused", "content")
    assert await office.states(notice) == {"pending": 2}


async def test_a_platform_that_sends_no_draft_pauses_the_notice_and_keeps_none_of_them(office: Office) -> None:
    await office.follow(2)
    failing(office, "send_news", *[bot_errors.ContentRejected(errcode=40007)] * 10)
    notice = await sent(office)
    paused = await office.service.get(str(notice.id))
    assert (paused.state, paused.reason) == ("paused", "content")
    assert office.platform.delivered == []
    assert len(office.articles.made) > 1
    assert len(office.articles.box) <= 1  # the last one is kept for when staff resume
    assert len(office.articles.faults["send_news"]) > 0


async def test_a_failure_of_our_own_pauses_before_anybody_is_called(office: Office) -> None:
    await office.follow(2)
    failing(office, "add_draft", ZeroDivisionError())
    notice = await sent(office)
    paused = await office.service.get(str(notice.id))
    assert (paused.state, paused.reason) == ("paused", "not_prepared")
    assert office.platform.delivered == []


async def test_drafts_of_a_cancelled_notice_do_not_stay_in_the_box(office: Office) -> None:
    await office.follow(2)
    failing(office, "send_news", bot_errors.QuotaExhausted(errcode=45009))
    notice = await sent(office)
    await office.service.cancel(str(notice.id), "张三")
    await office.desk.tidy()
    assert len(office.articles.box) == 1
    office.clock.instant += DRAFT_STAYS + timedelta(seconds=1)
    failing(office, "delete_draft", bot_errors.PlatformBusy())
    await office.desk.tidy()
    assert len(office.articles.box) == 1
    await office.desk.tidy()
    assert office.articles.box == {}


async def test_an_emergency_as_news_falls_to_messages_of_one_when_no_draft_can_be_made(office: Office) -> None:
    await office.follow(3)
    failing(office, "add_draft", bot_errors.QuotaExhausted(errcode=45009))
    await sent(office, emergency=True)
    assert {message.route for message in office.platform.delivered} == {"template"}
    assert len(office.platform.delivered) == 3


@pytest.mark.parametrize("form", ["news", "text"])
async def test_a_trial_of_a_mass_notice_is_a_preview_that_takes_none_of_the_months_four(
    office: Office, form: str
) -> None:
    tester, *_ = await office.follow(3)
    await office.trials.enrol(NewTester(staff="李四", citizen_id=tester, name="王五"))
    notice = await office.draft(**await news(office, mass_form=form))
    trial = await office.trials.send(str(notice.id), "张三")
    await office.lifecycle.tick()
    await office.send_all()
    [message] = office.platform.delivered
    assert (message.address, message.route) == (f"openid-{tester}", "preview")
    assert message.title.startswith("【试发】")
    assert (await office.service.get(str(trial.id))).state == "finished"
    ways = {way.route: way for way in await office.service.ways(str(notice.id))}
    assert ways["mass"].calls_today == 0
    assert len(office.articles.box) == (1 if form == "news" else 0)


async def test_a_preview_whose_draft_is_gone_makes_another(office: Office) -> None:
    tester, *_ = await office.follow(1)
    await office.trials.enrol(NewTester(staff="李四", citizen_id=tester, name="王五"))
    notice = await office.draft(**await news(office))
    failing(office, "preview_mass", bot_errors.ContentRejected(errcode=40007))
    trial = await office.trials.send(str(notice.id), "张三")
    await office.lifecycle.tick()
    await office.send_all()
    assert (await again(office, trial)).counters.accepted == 1
    assert len(office.articles.made) == 2


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"cover": None}, "必须有封面图片"),
        ({"title": "长" * 33}, "标题最多 32 个字"),
        ({"department": "长" * 17}, "最多 16 个字"),
        ({"digest": "长" * 121}, "摘要最多 120 个字"),
        ({"digest": "两\n行"}, "摘要里有不能显示的字符"),
        ({"digest": "您的{办件编号}"}, "摘要对每个人都一样"),
        ({"body": "长" * 2001}, "正文最多 2000 个字"),
        ({"body": "长" * 601, "emergency": True}, "正文最多 600 个字"),
        ({"body": "<" * 2000, "attachments": []}, None),
        ({"url": "https://example.gov.cn/" + "长" * 400}, "链接太长"),
        ({"cover": "0" * 64}, "没有这张封面图片"),
    ],
)
async def test_what_the_platform_would_not_take_is_refused_when_it_is_written(
    office: Office, changed: dict[str, object], words: str | None
) -> None:
    fields = await news(office, **changed)
    if words is None:
        await office.draft(**fields)
        return
    with pytest.raises(errors.BadNotice, match=words):
        await office.draft(**fields)


async def test_a_text_may_be_longer_than_a_mass_text(office: Office) -> None:
    notice = await office.draft(**await news(office, body="长" * 2000))
    with pytest.raises(errors.BadNotice, match="最多 600 个字"):
        await office.service.edit(str(notice.id), NoticeEdit(staff="张三", mass_form="text"))


@pytest.mark.parametrize("field", ["cover", "digest", "mass_form"])
async def test_another_cover_after_approval_asks_again(office: Office, field: str) -> None:
    await office.follow(2)
    notice = await office.approved(**await news(office))
    changed = {"cover": await cover(office, jpeg()), "digest": "另一个摘要", "mass_form": "text"}
    edited = await office.service.edit(str(notice.id), NoticeEdit(staff="张三", **{field: changed[field]}))
    assert (edited.state, edited.version, edited.approved_version) == ("draft", 2, None)
    [*_, change] = await office.service.changes(str(notice.id))
    assert change.detail == field
    async with office.sessions() as session:
        approved = await session.scalar(text("SELECT cover FROM notice_versions WHERE version = 1"))
    assert approved == notice.cover


async def test_news_and_texts_together_make_the_months_four(office: Office) -> None:
    often = await office.follow(2)
    for number, form in enumerate(("news", "text", "news", "text")):
        await sent(office, mass_form=form, title=f"第{number}份", citizens=often)
    await office.follow(2)
    reach = await office.service.reach(str((await office.draft(**await news(office))).id))
    assert (reach.audience, reach.reachable) == (4, 2)
    assert [(lost.reason, lost.count) for lost in reach.unreachable] == [("month_used_up", 2)]


async def test_a_recurring_notice_keeps_its_cover(office: Office) -> None:
    await office.follow(2)
    later = office.clock.now() + timedelta(days=30)
    notice = await sent(office, recurrence="0 9 * * *", recurrence_ends_at=later)
    [following] = [one for one in await office.service.list(ListQuery()) if one.id != notice.id]
    assert (following.mass_form, following.cover) == ("news", notice.cover)


async def test_covers_that_no_notice_has_are_deleted_after_a_week(office: Office) -> None:
    used, unused = await cover(office), await cover(office, jpeg())
    await office.draft(**{**NEWS, "cover": used})
    assert await office.covers.purge(office.clock.now()) == 0
    office.clock.instant += timedelta(days=8)
    assert await office.covers.purge(office.clock.now() - timedelta(days=7)) == 1
    assert (await office.covers.get(used)).width == 900
    with pytest.raises(errors.CoverNotFound):
        await office.covers.get(unused)


async def test_two_accounts_do_not_share_drafts(office: Office) -> None:
    key = ChunkKey(notice_id=UUID(int=1), version=1, chunk=0)
    await office.desk.store.keep_draft(key, "D1")
    other = ArticleDesk(
        store=ArticleStore(sessions=office.sessions, clock=office.clock, account="wx1"), client=office.articles
    )
    assert await other.store.draft(key) is None
