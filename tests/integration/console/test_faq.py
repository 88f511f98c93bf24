"""Can editors write, publish, compare, withdraw and restore answers, and is nobody else's work lost or changed?"""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import unquote
from uuid import uuid4

import msgspec
import pytest
from aiohttp import FormData
from openpyxl import load_workbook
from sqlalchemy import text

from services.app import Topics, make_topics
from services.audit.trail import Actor
from services.db import Sessions
from services.faq import queue
from services.faq.desk_types import OwnDraft
from services.faq.editing import FaqDesk
from services.faq.recall import Tellings
from services.faq.sheet import read, written
from services.faq.types import FaqEntry, UnansweredQuestion
from services.importing.delivery import Delivery, Entry, content_hash
from services.importing.report import Report
from services.metrics import Metrics
from services.settings import ServicesSettings
from services.staff.permissions import Role
from tests.fakes.clock import FixedClock
from tests.fakes.talk import make_events_table, talk
from tests.fakes.waiting import eventually
from tests.integration.console.conftest import Browser, NewBrowser

FIELDS = {
    "question": "医保断缴了怎么办",
    "similar": "医保停了咋办\n社保医疗断了\n",
    "answer": "断缴三个月内补缴，待遇不受影响。",
    "department": "云江市医疗保障局",
    "source": "云医保〔2025〕3号",
    "base": "0",
}
ID = "staff-0123456789ab"


@pytest.fixture
async def topics(sessions: Sessions, settings: ServicesSettings, clock: FixedClock) -> AsyncIterator[Topics]:
    """The backends of another machine, on the same database."""
    topics = make_topics(sessions, clock, settings, Metrics())
    async with topics.faq.running():
        yield topics


async def told(topics: Topics, question: str, entry_id: str | None) -> None:
    """Waits until the question is surely answered by this entry; None: by none."""

    async def so() -> bool:
        found = await topics.faq.search(question)
        return (found.hits[0].id if found.verdict == "sure" else None) == entry_id

    await eventually(so)


@pytest.fixture
async def editor(new_browser: NewBrowser) -> Browser:
    return await new_browser(Role.EDITOR)


async def publish(browser: Browser, *, entry_id: str = ID, status: int = 303, **fields: str) -> str:
    answer = await browser.post(f"/faq/{entry_id}/publish", **{**FIELDS, **fields})
    text = await answer.text()
    assert answer.status == status, text[-3000:]
    return text


async def imported(topics: Topics, **fields: object) -> None:
    known = {
        "id": "hukou-1",
        "question": "孩子上户口要带什么",
        "answer": "带出生医学证明。",
        "department": "云江市公安局",
    }
    entry = msgspec.convert({**known, **fields}, FaqEntry)
    delivery: Delivery[FaqEntry] = Delivery()
    delivery.feeds.add("city")
    delivery.mentioned.add(entry.id)
    delivery.entries.append(Entry(key=entry.id, value=entry, feed="city", content_hash=content_hash(entry, "city")))
    await topics.faq.take_in(delivery, Report())


async def test_a_published_answer_is_found_on_another_machine_at_once(editor: Browser, topics: Topics) -> None:
    await publish(editor)

    await told(topics, "医保停了咋办", ID)
    page = await editor.read(f"/faq/{ID}")
    assert "生效中" in page
    assert "已发布，两秒内就会按新内容答复。" in page


async def test_a_draft_is_kept_and_no_citizen_sees_it(editor: Browser, topics: Topics) -> None:
    await editor.post(f"/faq/{ID}/draft", **FIELDS)

    await told(topics, "医保断缴了怎么办", None)
    assert "断缴三个月内补缴" in await editor.read(f"/faq/{ID}")
    assert "草稿：editor" in await editor.read("/faq", state="draft")
    answer = await editor.post(f"/faq/{ID}/discard")
    assert answer.headers["Location"] == "/console/faq"
    assert (await editor.get(f"/faq/{ID}")).status == 404


async def test_every_change_is_a_version_with_its_differences_and_can_be_restored(
    editor: Browser, topics: Topics
) -> None:
    await publish(editor)
    await publish(editor, answer="断缴六个月内补缴，待遇不受影响。", base="1")

    history = await editor.read(f"/faq/{ID}/versions")
    assert "第 2 版 · 发布" in history
    assert "<del>三</del>" in history
    assert "<ins>六</ins>" in history
    assert (await editor.post(f"/faq/{ID}/restore", version="1")).status == 303
    assert (await topics.faq.entry(ID)).answer == FIELDS["answer"]
    assert "第 3 版 · 恢复" in await editor.read(f"/faq/{ID}/versions")


async def test_what_an_import_brought_is_the_first_version_once_it_is_changed(editor: Browser, topics: Topics) -> None:
    await imported(topics)
    await publish(editor, entry_id="hukou-1", question="孩子上户口要带什么", similar="", answer="带出生证。")

    history = await editor.read("/faq/hukou-1/versions")
    assert "第 1 版 · 导入" in history
    await editor.post("/faq/hukou-1/restore", version="1")
    assert (await topics.faq.entry("hukou-1")).answer == "带出生医学证明。"


async def test_a_withdrawn_answer_is_told_no_more_and_no_import_brings_it_back(editor: Browser, topics: Topics) -> None:
    await imported(topics)
    await editor.post("/faq/hukou-1/withdraw")
    await imported(topics)

    await told(topics, "孩子上户口要带什么", None)
    assert "已下架" in await editor.read("/faq", state="withdrawn")
    latest = re.findall(r'name="version" value="(\d+)"', await editor.read("/faq/hukou-1/versions"))
    await editor.post("/faq/hukou-1/restore", version=latest[0])
    await told(topics, "孩子上户口要带什么", "hukou-1")


async def test_who_saves_over_somebody_else_s_publication_is_told_and_loses_nothing(
    editor: Browser, new_browser: NewBrowser
) -> None:
    colleague = await new_browser(Role.APPROVER, login="colleague")
    await publish(editor)
    await publish(colleague, answer="新规定：半年内补缴。", base="1")

    text = await publish(editor, answer="我的修改。", base="1", status=409)

    assert "别人刚刚发布了" in text
    assert "我的修改。" in text


async def test_one_wording_cannot_have_two_answers(editor: Browser, topics: Topics) -> None:
    await imported(topics, similar=["医保停了咋办"])

    text = await publish(editor, status=409)

    assert "同一句话不能有两个答案" in text
    assert "孩子上户口要带什么" in text


async def test_an_editor_of_a_department_changes_only_its_own_entries(
    new_browser: NewBrowser, editor: Browser, topics: Topics
) -> None:
    await imported(topics)
    police = await new_browser(Role.EDITOR, login="police", department="云江市公安局")
    health = await new_browser(Role.EDITOR, login="health", department="云江市卫生健康委员会")
    entry = {**FIELDS, "question": "孩子上户口要带什么", "similar": ""}

    for path in ("publish", "draft", "withdraw"):
        assert (await health.post(f"/faq/hukou-1/{path}", **entry)).status == 403, path
    assert (await police.post("/faq/hukou-1/draft", **entry)).status == 403, "given to another department"
    assert (await police.post("/faq/hukou-1/draft", **{**entry, "department": "云江市公安局"})).status == 303
    assert "保存草稿" not in await health.read("/faq/hukou-1")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"question": ""}, "请填写问题。"),
        ({"answer": " "}, "请填写答案。"),
        ({"similar": "长" * 501}, "第 1 行超过 500 个字。"),
        ({"similar": "\n".join(f"问法{n}" for n in range(201))}, "相似问法最多 200 行，现在有 201 行。"),
        ({"source_url": "javascript:alert(1)"}, "请填写以 http:// 或 https:// 开头的网址。"),
        ({"valid_until": "明天"}, "valid_until-errors"),
        ({"valid_from": "2026-12-02", "valid_until": "2026-12-01"}, "有效期至不能早于生效日期。"),
        ({"owner": "长" * 201}, "负责人最多 200 个字。"),
    ],
)
async def test_a_form_that_cannot_be_used_says_why_and_keeps_what_was_written(
    editor: Browser, fields: dict[str, str], reason: str
) -> None:
    text = await publish(editor, status=422, **fields)

    assert reason in text
    assert FIELDS["source"] in text


async def test_where_a_second_person_is_required_nobody_publishes_what_they_wrote(
    settings: ServicesSettings, sessions: Sessions, clock: FixedClock, topics: Topics
) -> None:
    desk = FaqDesk(sessions=sessions, clock=clock, faq=topics.faq, second_person=True)
    one, other = (Actor(staff_id=None, login=name, address="127.0.0.1") for name in ("one", "other"))
    entry = FaqEntry(id=ID, question="问", answer="答", department="部门")
    with pytest.raises(OwnDraft):
        await desk.publish(one, entry, base=0)
    await desk.save_draft(one, entry)
    with pytest.raises(OwnDraft):
        await desk.publish(one, entry, base=0)
    with pytest.raises(OwnDraft):
        await desk.publish(other, FaqEntry(id=ID, question="问", answer="改过", department="部门"), base=0)

    await desk.publish(other, entry, base=0)
    assert (await topics.faq.entry(ID)).answer == "答"


async def similar(browser: Browser, entry_id: str = ID, **fields: str) -> str:
    """What is shown beside a question that is being written."""
    answer = await browser.post(f"/faq/{entry_id}/similar", **fields)
    assert answer.status == 200
    return await answer.text()


async def test_near_duplicates_are_shown_while_a_question_is_written(editor: Browser, topics: Topics) -> None:
    await imported(topics)

    assert "孩子上户口要带什么" in await similar(editor, question="给孩子上户口带什么")
    assert "hukou-1" not in await similar(editor, "hukou-1", question="给孩子上户口带什么")
    assert "hukou-1" not in await similar(editor, question="")


async def test_what_contradicts_another_answer_is_shown_while_it_is_written(editor: Browser, topics: Topics) -> None:
    await imported(topics, id="fee", question="孩子上户口要交多少钱", answer="每人收工本费10元。")
    asked = {"question": "孩子上户口要多少钱", "department": "云江市公安局"}

    shown = await similar(editor, **asked, answer="每人收工本费20元。")
    assert "和已有的答复对不上" in shown
    assert "数字：这里写的是“20元”，那里是“10元”" in shown
    assert "对不上" not in await similar(editor, **asked, answer="每人收工本费10元。")
    assert "部门：这里写的是“云江市民政局”" in await similar(
        editor, **{**asked, "department": "云江市民政局"}, answer="每人收工本费10元。"
    )


async def test_it_is_shown_how_often_such_a_question_was_asked_lately_without_identifiers(
    editor: Browser, topics: Topics, sessions: Sessions, clock: FixedClock
) -> None:
    await make_events_table(sessions)
    said = ("孩子上户口要带什么", "孩子上户口带什么 MOBILEA7KQ2M3P", "公园几点开门")
    for minutes, question in enumerate(said):
        await talk(sessions, uuid4(), question, "好的。", at=clock.now() - timedelta(minutes=minutes))

    shown = await similar(editor, question="孩子上户口要带什么")

    assert "最近 3 条消息里，有 2 条这样问" in shown
    assert "2026-11-23 10:00" in shown
    assert "〔手机号〕" in shown
    assert "MOBILEA7KQ2M3P" not in shown
    assert "条这样问" not in await similar(editor, question="电动车在哪里上牌")


async def test_the_queue_is_paged_to_its_very_end_and_searched_beyond_what_is_grouped(
    editor: Browser, topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "LOOKED_AT", 70)
    questions = {uuid4().hex for _ in range(160)}
    for question in sorted(questions):
        await topics.faq.record_unanswered(UnansweredQuestion(question=question))

    seen: list[str] = []
    page, pages = await editor.read("/questions"), 1
    while True:
        seen += re.findall(r"/questions/one\?question=(\w+)", page)
        following = re.search(r'rel="next" href="\?after=([^"]+)"', page)
        if following is None:
            break
        page, pages = await editor.read("/questions", after=unquote(following[1])), pages + 1
    assert sorted(seen) == sorted(questions), "each once"
    assert pages == 5
    last = seen[-1]
    assert last in await editor.read("/questions", q=last[:12])
    assert last in await editor.read("/questions/one", question=last)


async def test_the_preview_says_what_the_assistant_will_say(editor: Browser) -> None:
    answer = await editor.post("/faq/preview", **FIELDS, valid_until="2026-12-03")

    text = await answer.text()
    assert "断缴三个月内补缴，待遇不受影响。\n（云江市医疗保障局。依据：云医保〔2025〕3号）" in text
    assert "以上答复有效期至2026年12月03日。" in text


async def test_an_answer_of_the_future_waits_for_its_day(
    editor: Browser, topics: Topics, clock: FixedClock, new_browser: NewBrowser
) -> None:
    await publish(editor, valid_from="2026-11-25", valid_until="2026-12-31", owner="editor")

    await told(topics, "医保断缴了怎么办", None)
    assert "还没生效" in await editor.read(f"/faq/{ID}")
    assert "2026-11-25 起 至 2026-12-31" in await editor.read("/faq", state="upcoming")
    clock.advance(days=2)
    await told(topics, "医保断缴了怎么办", ID)
    later = await new_browser(Role.EDITOR, login="later")
    assert "没有符合条件的内容" in await later.read("/faq", state="upcoming")


async def test_owners_are_told_of_answers_that_end_soon_and_have_ended(
    editor: Browser, new_browser: NewBrowser, topics: Topics, clock: FixedClock
) -> None:
    await imported(topics, id="e-1", question="甲问", valid_until="2026-12-20", owner="editor")
    await imported(topics, id="e-2", question="乙问", valid_until="2026-11-20", owner="别人")
    await imported(topics, id="e-3", question="丙问", valid_until="2027-12-20", owner="editor")

    home = await editor.read("/")
    assert "我负责的答案，到期或快要到期" in home
    assert "答案已到期，不再答复" in home
    assert "答案 30 天内到期" in home
    other = await new_browser(Role.EDITOR, login="other")
    assert "我负责的答案" not in await other.read("/")
    mine = await editor.read("/faq", state="due", owner="me")
    assert "甲问" in mine
    assert "乙问" not in mine
    assert "丙问" not in mine
    clock.advance(days=60)
    later = await new_browser(Role.EDITOR, login="later")
    assert "甲问" in await later.read("/faq", state="expired")


async def test_who_looks_after_an_entry_and_from_when_it_holds_is_in_its_history(editor: Browser) -> None:
    await publish(editor, valid_from="2026-11-01", owner="lisi")
    await publish(editor, valid_from="2026-11-05", owner="wangwu", base="1")

    history = await editor.read(f"/faq/{ID}/versions")
    assert "负责人" in history
    assert "生效日期" in history
    await editor.post(f"/faq/{ID}/restore", version="1")
    assert 'value="lisi"' in await editor.read(f"/faq/{ID}")


async def test_an_entry_may_be_without_an_owner_and_accounts_are_offered(editor: Browser, topics: Topics) -> None:
    await imported(topics)

    assert "孩子上户口要带什么" in await editor.read("/faq", owner="nobody")
    assert '<option value="editor">' in await editor.read("/faq/hukou-1")


async def test_the_list_is_searched_filtered_and_paged(editor: Browser, topics: Topics) -> None:
    for number in range(52):
        await imported(topics, id=f"e-{number:02}", question=f"第{number}问", department="云江市公安局")

    first = await editor.read("/faq")
    assert "第49问" in first
    assert "第51问" not in first
    after = re.search(r"after=([\w=-]+)", first)
    assert after is not None
    assert "第51问" in await editor.read("/faq", after=after[1])
    assert "第7问" in await editor.read("/faq", q="第7问")
    assert "没有符合条件的内容" in await editor.read("/faq", department="别的部门")


async def test_questions_that_nobody_could_answer_become_wordings_entries_or_are_put_aside(
    editor: Browser, topics: Topics
) -> None:
    await imported(topics)
    for question in ("娃落户要啥", "娃落户要啥子", "公园几点开门", "今天股票涨了吗"):
        await topics.faq.record_unanswered(UnansweredQuestion(question=question))
    await topics.faq.record_unanswered(UnansweredQuestion(question="娃落户要啥"))

    page = await editor.read("/questions")
    assert page.index("娃落户要啥") < page.index("公园几点开门"), "the most asked first"
    group = await editor.read("/questions/one", question="娃落户要啥")
    assert "娃落户要啥子" in group, "what asks the same is together"
    added = await editor.post("/questions/wording", question=["娃落户要啥", "娃落户要啥子"], entry="hukou-1")
    assert added.status == 303
    await told(topics, "娃落户要啥", "hukou-1")

    await editor.post("/questions/aside", question="今天股票涨了吗")
    await topics.faq.record_unanswered(UnansweredQuestion(question="今天股票涨了吗"))
    assert "今天股票涨了吗" not in await editor.read("/questions")
    assert "今天股票涨了吗" in await editor.read("/questions/aside")
    await editor.post("/questions/back", question="今天股票涨了吗")
    assert "今天股票涨了吗" in await editor.read("/questions")

    new = await editor.read("/faq/new", question="公园几点开门")
    assert 'value="公园几点开门"' in new
    await publish(editor, question="公园几点开门", similar="", answer="早上六点。", answers="公园几点开门")
    assert "公园几点开门" not in await editor.read("/questions")


async def test_the_queue_says_who_waits_and_a_publication_tells_them_of_the_whole_group(
    editor: Browser, topics: Topics, sessions: Sessions
) -> None:
    questions = ("娃落户要啥", "娃落户要啥子")
    for question in questions:
        await topics.faq.record_unanswered(UnansweredQuestion(question=question))
        await topics.promises.promise(uuid4(), question)
    assert "2 人" in await editor.read("/questions")
    assert "有 2 人在等答案，发布以后会告诉他们" in await editor.read("/questions/one", question=questions[0])

    new = await editor.read("/faq/new", question=questions[0])
    assert re.findall(r'name="answers" value="([^"]+)"', new) == sorted(questions)
    await editor.post(f"/faq/{ID}/draft", **FIELDS, answers=list(questions))
    draft = await editor.read(f"/faq/{ID}")
    assert "1 人在等答案" in draft, "a draft that a second person publishes still knows"
    await publish(editor, answers=list(questions))

    page = await editor.read(f"/faq/{ID}")
    assert "正在告诉 2 位等答案的群众" in page
    assert "正在发送：2 人" in page
    async with sessions.begin() as session:
        failed = "UPDATE faq_promises SET outcome = 'failed', reason = 'window_closed' WHERE question = :question"
        await session.execute(text(failed), {"question": questions[0]})
    page = await editor.read(f"/faq/{ID}")
    assert "没有送达：1 人" in page
    assert "对方 48 小时内没有来过消息" in page
    assert "没有等您处理的问题" in await editor.read("/questions")


async def test_added_wordings_tell_who_waited_for_them(editor: Browser, topics: Topics) -> None:
    await imported(topics)
    await topics.faq.record_unanswered(UnansweredQuestion(question="娃落户要啥"))
    await topics.promises.promise(uuid4(), "娃落户要啥")

    await editor.post("/questions/wording", question="娃落户要啥", entry="hukou-1")

    assert "正在告诉 1 位等答案的群众" in await editor.read("/questions")
    (news,) = await topics.promises.claim_answers(10)
    assert news.answer.answer == "带出生医学证明。"


async def test_a_group_that_somebody_has_dealt_with_is_gone_and_nothing_chosen_is_refused(
    editor: Browser, topics: Topics
) -> None:
    assert (await editor.get("/questions/one", question="没人问过")).status == 404
    assert (await editor.post("/questions/aside")).status == 422
    assert (await editor.post("/questions/aside", question="没人问过")).status == 404


async def test_who_was_told_a_wrong_answer_gets_a_correction_that_a_second_person_approves(
    editor: Browser, new_browser: NewBrowser, topics: Topics, sessions: Sessions, clock: FixedClock
) -> None:
    await publish(editor)
    tellings = Tellings(sessions=sessions, clock=clock, days=180)
    written_at = (await topics.faq.entry(ID)).written_at
    citizens = sorted([uuid4(), uuid4()])
    async with sessions.begin() as session:
        for citizen in citizens:
            await tellings.note(session, message_id=uuid4(), citizen_id=citizen, told=[(ID, written_at)])

    page = await editor.read(f"/faq/{ID}/recall")
    assert "给这 2 人发更正通知" in page
    assert "第 1 版" in page
    assert "断缴三个月内补缴" in page, "what holds now is the first text"
    assert "没有人收到过" in await editor.read(f"/faq/{ID}/recall", since="2026-11-24T00:00")
    sent = await editor.post(
        f"/faq/{ID}/recall", at=f"/faq/{ID}/recall", title="更正", body="是六个月。", due_at="2026-11-23T12:00"
    )
    assert sent.status == 303, await sent.text()

    page = await editor.read(f"/faq/{ID}/recall")
    assert "请另一位有审批权限的同事审核" in page
    assert "第 1 号通知</a>：2 人" in page
    async with sessions() as session:
        found = await session.scalars(text("SELECT citizen_id FROM notice_recipients ORDER BY citizen_id"))
        assert found.all() == citizens
    assert (await topics.notices.get("1")).state == "submitted"
    approver = await new_browser(Role.APPROVER)
    approved = await approver.post("/notices/1/approve", at="/notices/1", version="1")
    assert approved.status == 303


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ({"title": ""}, 422, "请填写标题。"),
        ({"body": "长" * 601}, 422, "正文最多 600 个字。"),
        ({"due_at": "bald"}, 422, "due_at-errors"),
        ({"due_at": "2026-11-22T12:00"}, 409, "已经过去"),
        ({"written_at": "gestern"}, 400, "没有这个版本"),
        ({"since": "2026-12-01T00:00"}, 409, "没有人收到过"),
    ],
)
async def test_a_correction_that_cannot_be_sent_says_why(  # noqa: PLR0917
    editor: Browser,
    topics: Topics,
    sessions: Sessions,
    clock: FixedClock,
    fields: dict[str, str],
    status: int,
    reason: str,
) -> None:
    await publish(editor)
    async with sessions.begin() as session:
        tellings = Tellings(sessions=sessions, clock=clock, days=180)
        await tellings.note(session, message_id=uuid4(), citizen_id=uuid4(), told=[(ID, None)])
    known = {"title": "更正", "body": "是六个月。", "due_at": "2026-11-23T12:00"}

    answer = await editor.post(f"/faq/{ID}/recall", at=f"/faq/{ID}/recall", **{**known, **fields})

    assert (answer.status, reason in await answer.text()) == (status, True), (await answer.text())[-2500:]


async def test_a_correction_is_for_one_s_own_department(
    new_browser: NewBrowser, editor: Browser, topics: Topics
) -> None:
    await publish(editor)
    police = await new_browser(Role.EDITOR, login="police", department="云江市公安局")

    answer = await police.post(f"/faq/{ID}/recall", title="更正", body="六个月。", due_at="2026-11-23T12:00")

    assert answer.status == 403


async def test_the_home_page_says_what_waits(editor: Browser, topics: Topics) -> None:
    await topics.faq.record_unanswered(UnansweredQuestion(question="公园几点开门"))
    await editor.post(f"/faq/{ID}/draft", **FIELDS)

    home = await editor.read("/")
    assert "没有答上的问题" in home
    assert "问答草稿等待发布" in home


async def test_every_change_is_in_the_audit_log_in_words(editor: Browser, administrator: Browser) -> None:
    await editor.post(f"/faq/{ID}/draft", **FIELDS)
    await publish(editor)
    await editor.post(f"/faq/{ID}/withdraw")
    await editor.post(f"/faq/{ID}/restore", version="1")

    log = await administrator.read("/audit", subject_kind="faq", subject_id=ID)
    for words in ("保存问答草稿", "发布问答", "下架问答", "恢复问答"):
        assert words in log


def sheet_of(*entries: FaqEntry) -> FormData:
    form = FormData()
    form.add_field("file", written(entries), filename="问答.xlsx")
    return form


async def upload(browser: Browser, form: FormData, status: int = 200) -> str:
    form.add_field("csrf_token", await browser.token("/faq/import"))
    answer = await browser.client.post("/console/faq/import", data=form, allow_redirects=False)
    if answer.status == 303:
        return await browser.read_when_done(answer.headers["Location"].removeprefix("/console"))
    text = await answer.text()
    assert answer.status == status, text[-2000:]
    return text


async def test_many_answers_go_out_as_a_sheet_and_come_back_changed(editor: Browser, topics: Topics) -> None:
    await imported(topics)
    await imported(topics, id="hukou-2", question="户口迁移要多久")
    exported = await editor.get("/faq/export.xlsx")
    entries = [entry for _, entry in read("问答.xlsx", await exported.read()).entries]
    assert [one.id for one in entries] == ["hukou-1", "hukou-2"]
    changed = msgspec.structs.replace(entries[0], answer="带出生证。")
    new = FaqEntry(id="sheet-1", question="公园几点开门", answer="六点。", department="园林局")

    checked = await upload(editor, sheet_of(changed, entries[1], new))
    assert "还没有写入任何内容" in checked
    assert (await topics.faq.entry("hukou-1")).answer == "带出生医学证明。"

    form = sheet_of(changed, entries[1], new)
    form.add_field("write", "1")
    assert "已写入" in await upload(editor, form)
    assert (await topics.faq.entry("hukou-1")).answer == "带出生证。"
    assert (await topics.faq.entry("sheet-1")).department == "园林局"
    assert "第 2 版" in await editor.read("/faq/hukou-1/versions")


async def test_rows_that_cannot_be_used_are_named_and_the_others_are_written(
    new_browser: NewBrowser, topics: Topics
) -> None:
    await imported(topics, similar=["娃落户"])
    police = await new_browser(Role.EDITOR, login="police", department="云江市公安局")
    good = FaqEntry(id="a", question="身份证几天能拿", answer="十天。", department="云江市公安局")
    foreign = FaqEntry(id="b", question="公园几点开门", answer="六点。", department="园林局")
    double = FaqEntry(id="c", question="娃落户", answer="带证。", department="云江市公安局")
    form = sheet_of(good, foreign, double)
    form.add_field("write", "1")

    text = await upload(police, form)

    assert "第 3 行" in text
    assert "只能修改“云江市公安局”" in text
    assert "已经是另一条问答“孩子上户口要带什么”的问法" in text
    assert (await topics.faq.entry("a")).answer == "十天。"


async def test_a_sheet_of_an_earlier_release_leaves_owner_and_first_day_alone(editor: Browser, topics: Topics) -> None:
    await imported(topics, valid_from="2026-11-01", owner="lisi")
    form = FormData()
    old = "编号,问题,答案,部门\r\nhukou-1,孩子上户口要带什么,带出生证。,云江市公安局\r\n"
    form.add_field("file", old.encode(), filename="old.csv")
    form.add_field("write", "1")

    assert "已写入" in await upload(editor, form)

    entry = await topics.faq.entry("hukou-1")
    assert (entry.answer, entry.owner, str(entry.valid_from)) == ("带出生证。", "lisi", "2026-11-01")


async def test_answers_go_out_as_csv_and_the_file_comes_back_as_it_was(editor: Browser, topics: Topics) -> None:
    await imported(topics, similar=["娃落户", "=1+1"])
    published = await topics.faq_desk.published()
    exported = await (await editor.get("/faq/export.csv")).read()
    assert [entry for _, entry in read("问答.csv", exported).entries] == published

    form = FormData()
    form.add_field("file", exported.replace("带出生医学证明。".encode(), "带出生证。".encode()), filename="问答.csv")
    form.add_field("write", "1")
    assert "已写入" in await upload(editor, form)

    assert (await topics.faq.entry("hukou-1")).answer == "带出生证。"


async def test_the_template_says_what_belongs_where_and_is_filled_in_below(editor: Browser, topics: Topics) -> None:
    content = await (await editor.get("/faq/template.xlsx")).read()
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]][:4] == ["编号", "问题", "相似问法", "答案"]
    assert "必填" in str(sheet.cell(row=2, column=4).value)
    sheet.append([None, "公园几点开门", None, "六点。", "园林局"])
    filled = io.BytesIO()
    book.save(filled)

    form = FormData()
    form.add_field("file", filled.getvalue(), filename="问答.xlsx")
    form.add_field("write", "1")
    text = await upload(editor, form)

    assert "有问题的行（没有写入）" not in text
    assert [entry.question for entry in await topics.faq_desk.published()] == ["公园几点开门"]


async def test_a_file_that_is_no_sheet_and_no_file_are_refused_in_words(editor: Browser) -> None:
    form = FormData()
    form.add_field("file", b"nothing", filename="a.xlsx")
    assert "文件打不开" in await upload(editor, form, 422)
    empty = FormData()
    empty.add_field("file", b"", filename="")
    assert "请先选择文件" in await upload(editor, empty, 422)
