"""Does a trial reach the enrolled few, at once, and nobody else?"""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notices import errors
from services.notices.trial import MOST_TESTERS
from services.notices.types import NewTester
from tests.fakes.office import Office
from tests.integration.notices.conftest import Terminal, call


async def enrol(office: Office, *citizens: UUID) -> None:
    for citizen in citizens:
        await office.trials.enrol(NewTester(staff="李四", citizen_id=citizen, name="王五"))


async def test_a_trial_goes_to_the_testers_at_once_and_the_notice_stays_a_draft(office: Office) -> None:
    tester, *_ = await office.follow(5)
    await enrol(office, tester)
    notice = await office.draft()
    trial = await office.trials.send(str(notice.id), "张三")
    await office.lifecycle.tick()
    await office.send_all()
    (message,) = office.platform.delivered
    assert (message.address, message.title) == (f"openid-{tester}", f"【试发】{notice.title}")
    assert (await office.service.get(str(trial.id))).state == "finished"
    assert (await office.service.get(str(notice.id))).state == "draft"
    (change, *_) = await office.service.changes(str(trial.id))
    assert (change.action, change.by, change.detail) == ("trial", "张三", f"第 {notice.number} 号第 1 版")


async def test_a_trial_shows_what_is_written_now(office: Office) -> None:
    (tester,) = await office.follow(1)
    await enrol(office, tester)
    notice = await office.approved()
    await office.trials.send(str(notice.id), "张三")
    await office.lifecycle.tick()
    await office.send_all()
    assert len(office.platform.delivered) == 1
    office.clock.instant = notice.due_at
    await office.lifecycle.tick()
    await office.send_all()
    assert [message.title for message in office.platform.delivered][1:] == [notice.title]


async def test_without_testers_there_is_no_trial(office: Office) -> None:
    await office.follow(1)
    notice = await office.draft()
    with pytest.raises(errors.EmptyAudience, match="还没有试发人员"):
        await office.trials.send(str(notice.id), "张三")


async def test_who_does_not_follow_cannot_be_a_tester(office: Office) -> None:
    with pytest.raises(errors.BadNotice, match="没有关注"):
        await enrol(office, uuid4())


async def test_there_are_twenty_testers_at_most_even_when_all_come_at_once(office: Office) -> None:
    citizens = await office.follow(MOST_TESTERS + 5)
    answers = await asyncio.gather(*(enrol(office, citizen) for citizen in citizens), return_exceptions=True)
    assert sum(isinstance(answer, errors.TooManyTesters) for answer in answers) == 5
    assert len(await office.trials.testers()) == MOST_TESTERS


async def test_enrolling_twice_changes_the_name_and_removing_twice_nothing(office: Office) -> None:
    (citizen,) = await office.follow(1)
    await enrol(office, citizen, citizen)
    assert len(await office.trials.testers()) == 1
    await office.trials.remove(citizen)
    assert await office.trials.remove(citizen) == []


async def test_a_trial_cannot_be_tried_and_confirms_nothing(office: Office) -> None:
    (tester,) = await office.follow(1)
    await enrol(office, tester)
    notice = await office.draft()
    trial = await office.trials.send(str(notice.id), "张三")
    await office.lifecycle.tick()
    await office.send_all()
    with pytest.raises(errors.BadNotice, match="试发"):
        await office.trials.send(str(trial.id), "张三")
    assert (await office.verification.verify(notice.body)).verdict == "unknown"


async def test_testers_are_kept_by_the_api(client: Any, office: Office) -> None:
    (citizen,) = await office.follow(1)
    added = await call(client, "POST", "/testers", 200, staff="李四", citizen_id=str(citizen), name="王五")
    assert [one["name"] for one in added] == ["王五"]
    notice = await office.draft()
    trial = await call(client, "POST", f"/notices/{notice.number}/trial", 200, staff="张三")
    assert (trial["state"], trial["trial_of"]) == ("approved", str(notice.id))
    assert await call(client, "DELETE", f"/testers/{citizen}", 200) == []
    await call(client, "DELETE", "/testers/nobody", 400)


async def test_testers_are_kept_at_the_command_line(terminal: Terminal, office: Office) -> None:
    (citizen,) = await office.follow(1)
    told = await terminal.run("testers", "--add", str(citizen), "--name", "王五", "--by", "李四")
    assert str(citizen) in told
    notice = await office.draft()
    assert "已试发" in await terminal.run("trial", str(notice.number), "--by", "张三")
    assert str(citizen) not in await terminal.run("testers", "--remove", str(citizen))
