"""Does every follower get an approved notice once, at its time, with counts that close?"""

from __future__ import annotations

from tests.fakes.office import Office


async def test_a_notice_reaches_every_follower_once_and_is_finished(office: Office) -> None:
    citizens = await office.follow(450)
    notice = await office.approved()
    assert notice.counters.audience == 450

    await office.lifecycle.tick()
    await office.send_all()
    assert office.platform.delivered == []  # its time has not come

    office.clock.instant = notice.due_at
    await office.lifecycle.tick()
    await office.send_all()

    after = await office.service.get(str(notice.id))
    assert after.state == "finished"
    assert office.platform.per_address() == {f"openid-{citizen}": 1 for citizen in citizens}
    assert after.counters.accepted == after.counters.audience == 450
    await office.check_counts(notice)
    await office.lifecycle.tick()
    await office.send_all()
    assert len(office.platform.delivered) == 450
