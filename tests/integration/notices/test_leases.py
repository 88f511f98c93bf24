"""What happens to rows whose worker went away, and to a worker that comes back?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from services.notices.rules import Row
from services.notices.values import Chunk, Outcome
from tests.fakes.office import Office


def accepted(citizens: Sequence[UUID]) -> list[Outcome]:
    return [
        Outcome(citizen_id=citizen, row=Row(state="accepted", attempts=1), msg_id=f"m-{citizen}")
        for citizen in citizens
    ]


async def claimed(office: Office) -> Chunk:
    chunk = await office.dispatch.claim(lease_seconds=30)
    assert chunk is not None
    return chunk


async def test_two_workers_never_hold_the_same_chunk(office: Office) -> None:
    await office.follow(1000)
    await office.sending()
    chunks = await asyncio.gather(*(office.dispatch.claim(lease_seconds=30) for _ in range(8)))
    held = [chunk.key.chunk for chunk in chunks if chunk is not None]
    assert sorted(held) == [0, 1, 2, 3, 4]


async def test_an_expired_lease_is_taken_over_and_its_old_holder_may_attempt_nothing(office: Office) -> None:
    citizens = await office.follow(10)
    notice = await office.sending()
    old = await claimed(office)
    await office.available_now()
    new = await claimed(office)
    assert len(new.recipients) == 10
    advance = await office.dispatch.advance(old, [], citizens, lease_seconds=30)
    assert (advance.going, advance.marked) == (False, frozenset())
    assert await office.states(notice) == {"leased": 10}


async def test_what_was_called_without_an_answer_goes_before_what_was_never_called(office: Office) -> None:
    await office.follow(1000)
    await office.sending()
    lost = [await claimed(office) for _ in range(2)]
    await office.dispatch.advance(lost[1], [], [one.citizen_id for one in lost[1].recipients[:3]], lease_seconds=30)
    await let_go(office, lost)

    again = await claimed(office)
    assert again.key == lost[1].key
    unknown = [
        Outcome(citizen_id=one.citizen_id, row=Row(state="pending", attempts=1, doubts=1, reason="no_answer"))
        for one in again.recipients[3:5]
    ]
    await office.dispatch.advance(again, [], [one.citizen_id for one in unknown], lease_seconds=30)
    await office.dispatch.release(again, unknown, again_in_seconds=0)
    assert (await claimed(office)).key == lost[1].key
    assert (await claimed(office)).key.chunk == 2


async def let_go(office: Office, chunks: Sequence[Chunk]) -> None:
    """As if the leases of these, and nothing else, had ended just now."""
    query = text("UPDATE notice_chunks SET available_at = now() WHERE chunk = ANY(:chunks)")
    async with office.sessions.begin() as session:
        await session.execute(query, {"chunks": [chunk.key.chunk for chunk in chunks]})


async def test_what_an_old_holder_knows_was_accepted_still_counts_and_counts_once(office: Office) -> None:
    citizens = await office.follow(10)
    notice = await office.sending(route="subscription")
    old = await claimed(office)
    await office.dispatch.advance(old, [], citizens[:6], lease_seconds=30)
    await office.available_now()
    new = await claimed(office)
    assert await office.states(notice) == {"in_doubt": 6, "leased": 4}
    await office.dispatch.release(old, accepted(citizens[:6]), again_in_seconds=0)
    await office.dispatch.release(old, accepted(citizens[:6]), again_in_seconds=0)
    assert await office.states(notice) == {"accepted": 6, "leased": 4}
    await office.dispatch.advance(new, [], citizens[6:], lease_seconds=30)
    await office.dispatch.release(new, accepted(citizens[6:]), again_in_seconds=0)
    assert (await office.service.get(str(notice.id))).state == "finished"
    await office.check_counts(notice)


async def test_an_old_holders_refusals_do_not_count(office: Office) -> None:
    citizens = await office.follow(4)
    notice = await office.sending()
    old = await claimed(office)
    await office.dispatch.advance(old, [], citizens, lease_seconds=30)
    await office.available_now()
    await claimed(office)
    refused = [Outcome(citizen_id=citizen, row=Row(state="failed", reason="unreachable")) for citizen in citizens]
    await office.dispatch.release(old, refused, again_in_seconds=0)
    assert await office.states(notice) == {"leased": 4}


async def test_a_pause_returns_only_when_no_new_attempt_can_be_committed(office: Office) -> None:
    citizens = await office.follow(4)
    notice = await office.sending()
    chunk = await claimed(office)
    await office.service.pause(str(notice.id), "王五")
    advance = await office.dispatch.advance(chunk, [], citizens, lease_seconds=30)
    assert (advance.going, advance.marked) == (False, frozenset())
    await office.dispatch.release(chunk, [], again_in_seconds=0)
    assert await office.states(notice) == {"pending": 4}


async def test_the_stop_of_a_run_leaves_an_attempt_in_flight_to_its_answer(office: Office) -> None:
    citizens = await office.follow(10)
    notice = await office.sending()
    chunk = await claimed(office)
    await office.dispatch.advance(chunk, [], citizens[:5], lease_seconds=30)
    await office.service.cancel(str(notice.id), "王五")
    assert await office.states(notice) == {"attempting": 5, "cancelled": 5}
    await office.dispatch.release(chunk, accepted(citizens[:5]), again_in_seconds=0)
    assert await office.states(notice) == {"accepted": 5, "cancelled": 5}
    await office.check_counts(notice)


async def test_the_stop_of_a_run_puts_a_lost_attempt_in_doubt(office: Office) -> None:
    citizens = await office.follow(10)
    notice = await office.sending()
    chunk = await claimed(office)
    await office.dispatch.advance(chunk, [], citizens[:5], lease_seconds=30)
    await office.service.cancel(str(notice.id), "王五")
    await office.available_now()
    await office.lifecycle.sweep_all()
    assert await office.states(notice) == {"in_doubt": 5, "cancelled": 5}
    await office.check_counts(notice)


async def test_two_workers_freezing_at_once_copy_everybody_once(office: Office) -> None:
    await office.follow(25_000)
    notice = await office.draft()
    await office.service.submit(str(notice.id), "张三")
    await office.service.approve(str(notice.id), "李四")
    await asyncio.gather(*(office.lifecycle.freeze_all() for _ in range(3)))
    after = await office.service.get(str(notice.id))
    assert after.counters.audience == 25_000
    await office.check_counts(notice)
