"""May staff do what they may, and only that; is all of it written down?"""

from __future__ import annotations

import asyncio
from datetime import datetime, time, timedelta, timezone
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.errors import ServiceError
from services.notices import errors
from services.notices.types import FailuresQuery, ListQuery, NoticeEdit
from tests.fakes.office import Office


async def test_who_submits_cannot_approve_however_the_name_is_spelled(office: Office) -> None:
    await office.follow(1)
    notice = await office.draft()
    await office.service.submit(str(notice.id), "Zhang San")
    for name in ("Zhang San", " zhang san ", "ZhangSan"):
        with pytest.raises(errors.SamePerson, match="另一位同事"):
            await office.service.approve(str(notice.id), name)
    assert (await office.service.approve(str(notice.id), "李四")).state == "approved"


@pytest.mark.parametrize("emergency", [False, True])
async def test_an_emergency_needs_two_people_and_no_more(office: Office, emergency: bool) -> None:
    await office.follow(1)
    notice = await office.draft(emergency=emergency, due_at=office.clock.now())
    with pytest.raises(errors.WrongState):
        await office.service.approve(str(notice.id), "李四")
    await office.service.submit(str(notice.id), "张三")
    with pytest.raises(errors.SamePerson):
        await office.service.approve(str(notice.id), "张三")
    await office.lifecycle.tick()
    await office.send_all()
    assert office.platform.delivered == []
    await office.service.approve(str(notice.id), "李四")
    await office.lifecycle.tick()
    await office.send_all()
    assert len(office.platform.delivered) == 1


async def test_what_becomes_an_emergency_after_approval_asks_again(office: Office) -> None:
    await office.follow(1)
    notice = await office.approved()
    edited = await office.service.edit(str(notice.id), NoticeEdit(staff="张三", emergency=True))
    assert (edited.state, edited.approved_version) == ("draft", None)


async def test_of_two_approvals_at_once_one_is_taken(office: Office) -> None:
    await office.follow(1)
    notice = await office.draft()
    await office.service.submit(str(notice.id), "张三")
    answers = await asyncio.gather(
        *(office.service.approve(str(notice.id), name) for name in ("李四", "王五", "赵六")), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Notice", "WrongState", "WrongState"]


async def test_the_programs_own_name_cannot_be_used(office: Office) -> None:
    with pytest.raises(errors.BadNotice, match="系统保留"):
        await office.draft(author="System")


async def test_an_edit_after_approval_withdraws_it_makes_a_version_and_asks_again(office: Office) -> None:
    citizens = await office.follow(30)
    notice = await office.approved()
    edited = await office.service.edit(str(notice.id), NoticeEdit(staff="王五", title="改期通知"))
    assert (edited.state, edited.version, edited.approved_by, edited.submitted_by) == ("draft", 2, "", "")

    office.clock.instant = notice.due_at
    await office.lifecycle.tick()
    await office.send_all()
    assert office.platform.delivered == []

    edited = await office.service.edit(
        str(notice.id), NoticeEdit(staff="王五", due_at=office.clock.now() + timedelta(hours=1))
    )
    assert edited.version == 2  # nobody has read the second version yet
    await office.service.submit(str(notice.id), "王五")
    with pytest.raises(errors.StaleVersion, match="第 2 版"):
        await office.service.approve(str(notice.id), "李四", version=1)
    await office.service.approve(str(notice.id), "李四", version=2)
    office.clock.instant = edited.due_at
    await office.lifecycle.tick()
    await office.send_all()
    assert office.platform.per_address() == {f"openid-{citizen}": 1 for citizen in citizens}
    assert {message.title for message in office.platform.delivered} == {"改期通知"}
    async with office.sessions() as session:
        runs = (await session.execute(text("SELECT * FROM notice_runs ORDER BY version"))).all()
    assert [(run.audience, run.accepted, run.cancelled) for run in runs] == [(30, 0, 30), (30, 30, 0)]
    assert all(run.closed_at for run in runs)


async def test_an_approved_version_cannot_be_changed_by_anybody(office: Office) -> None:
    await office.follow(1)
    await office.approved()
    with pytest.raises(DBAPIError, match="cannot be changed"):
        async with office.sessions.begin() as session:
            await session.execute(text("UPDATE notice_versions SET title = '别的'"))


async def test_every_change_is_written_down_with_who_and_what(office: Office) -> None:
    await office.follow(1)
    notice = await office.sending()
    await office.service.pause(str(notice.number), "王五")
    await office.service.cancel(str(notice.number), "赵六")
    trail = await office.service.changes(str(notice.id))
    assert [(change.by, change.action, change.to_state) for change in trail] == [
        ("张三", "create", "draft"),
        ("张三", "submit", "submitted"),
        ("李四", "approve", "approved"),
        ("system", "start", "sending"),
        ("王五", "pause", "paused"),
        ("赵六", "cancel", "cancelled"),
    ]
    assert [change.seq for change in trail] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("fields", "error", "sentence"),
    [
        ({"title": "长" * 65}, errors.BadNotice, "标题最多 64 个字，现在有 65 个字"),
        ({"title": "长" * 21, "route": "subscription"}, errors.BadNotice, "标题最多 20 个字"),
        ({"title": "   "}, errors.BadNotice, "标题不能为空"),
        ({"body": "长" * 601}, errors.BadNotice, "正文最多 600 个字"),
        ({"url": "javascript:alert(1)"}, errors.BadNotice, "链接要以"),
        ({"author": "  "}, errors.BadNotice, "经办人不能为空"),
        ({"quiet_from": time(22)}, errors.BadNotice, "免打扰时段"),
        ({"title": "两\n行"}, errors.BadNotice, "标题里有不能显示的字符"),
        ({"body": "空\x00字符"}, errors.BadNotice, "正文里有不能显示的字符"),
        ({"author": "张\x00三"}, errors.BadNotice, "经办人里有"),
        ({"due_at": datetime(9999, 12, 31, 23, tzinfo=timezone.utc)}, errors.BadNotice, "检查年份"),
        ({"due_at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))}, errors.PastDue, "已经过去"),
    ],
)
async def test_a_draft_that_cannot_be_sent_is_refused_with_a_sentence(
    office: Office, fields: dict[str, object], error: type[ServiceError], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        await office.draft(**fields)


async def test_a_time_that_is_over_is_refused(office: Office) -> None:
    now = office.clock.now()
    with pytest.raises(errors.PastDue, match="已经过去"):
        await office.draft(due_at=now - timedelta(minutes=2))
    with pytest.raises(errors.BadNotice, match="有效期"):
        await office.draft(due_at=now + timedelta(hours=2), expires_at=now + timedelta(hours=1))
    await office.follow(1)
    notice = await office.draft()
    office.clock.advance(hours=2)
    with pytest.raises(errors.PastDue, match="已经过去"):
        await office.service.submit(str(notice.id), "张三")


async def test_a_notice_for_nobody_cannot_be_submitted(office: Office) -> None:
    notice = await office.draft()
    with pytest.raises(errors.EmptyAudience, match="没有收件人"):
        await office.service.submit(str(notice.id), "张三")
    listed = await office.draft(citizens=[])
    await office.follow(3)
    with pytest.raises(errors.EmptyAudience):
        await office.service.submit(str(listed.id), "张三")


async def test_a_listed_notice_goes_to_the_list_only_and_names_whom_it_cannot_reach(office: Office) -> None:
    citizens = await office.follow(5)
    stranger = uuid4()
    notice = await office.sending(citizens=[citizens[0], citizens[3], stranger, citizens[0]])
    await office.send_all()
    assert set(office.platform.per_address()) == {f"openid-{citizens[0]}", f"openid-{citizens[3]}"}
    page = await office.service.failures(str(notice.id), FailuresQuery())
    assert [(row.citizen_id, row.reason, row.attempts) for row in page.failures] == [(stranger, "no_address", 0)]
    assert page.csv.splitlines()[0].startswith("citizen_id,channel,state,reason")
    assert "已取消关注" in page.csv
    await office.check_counts(notice)


@pytest.mark.parametrize("action", ["approve", "pause", "resume", "release", "retry_failed"])
async def test_an_action_out_of_turn_is_refused_in_words(office: Office, action: str) -> None:
    notice = await office.draft()
    with pytest.raises(errors.WrongState, match="草稿"):
        await getattr(office.service, action)(str(notice.id), "李四")


async def test_a_notice_is_found_by_number_or_id_and_else_not(office: Office) -> None:
    notice = await office.draft()
    assert (await office.service.get(str(notice.number))).id == notice.id
    for reference in ("999", str(uuid4()), "第一号", "1 OR 1=1", "", "9" * 40):
        with pytest.raises(errors.NoticeNotFound):
            await office.service.get(reference)


async def test_notices_are_listed_newest_first_and_by_state(office: Office) -> None:
    first, second = await office.draft(), await office.draft()
    await office.service.cancel(str(first.id), "张三")
    assert [notice.number for notice in await office.service.list(ListQuery())] == [second.number, first.number]
    assert [notice.number for notice in await office.service.list(ListQuery(state="cancelled"))] == [first.number]
    assert [n.number for n in await office.service.list(ListQuery(before=second.number))] == [first.number]
