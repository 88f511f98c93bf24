"""What becomes of a message as time passes? The rows alone, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from bot.faults import no_fault
from bot.inbox import Accepted, Expected, Inbox
from bot.messages import EventKind, InboundMessage, MessageKind, Rendered
from bot.outbox import Offer, Outbox, Verdict
from bot.pushes import Attempt, Pushes, Settled
from bot.queue import LeaseLost, Queue, Turn
from services.citizens.service import CitizenService
from services.crypto import Cipher
from services.db import Sessions
from services.vault.service import VaultService
from tests.fakes.clock import FixedClock
from tests.integration.bot.conftest import Rows

PARTS: list[Mapping[str, object]] = [{"text": "一"}, {"text": "二"}, {"text": "三"}]
REPLY = Rendered(passive={"passive": "一"}, pushes=tuple(PARTS[1:]), all_pushes=tuple(PARTS))
SHORT = Rendered(passive={"passive": "一"}, pushes=(), all_pushes=(PARTS[0],))


class Desk:
    """One process's inbox and outbox, and the moves of a test."""

    def __init__(self, sessions: Sessions, clock: FixedClock) -> None:
        self.sessions, self.clock = sessions, clock
        citizens = CitizenService(sessions=sessions, clock=clock)
        vault = VaultService(sessions=sessions, clock=clock, cipher=Cipher(b"k" * 32), seconds=3600)
        self.inbox = Inbox(sessions=sessions, clock=clock, citizens=citizens, vault=vault, handlers=(), fault=no_fault)
        self.queue = Queue(sessions=sessions, clock=clock)
        self.outbox = Outbox(sessions=sessions, clock=clock, fault=no_fault)
        self.pushes = Pushes(sessions=sessions, clock=clock, citizens=citizens, fault=no_fault)
        self.pushes.listen()

    async def arrive(self, key: str, sender: str = "o1", event: EventKind | None = None) -> Accepted:
        message = InboundMessage(
            channel="wechat",
            account="gh_city",
            sender=sender,
            dedup_key=f"m:{sender}:{key}",
            kind=MessageKind.EVENT if event else MessageKind.TEXT,
            text=None if event else key,
            event=event,
            sent_at=self.clock.now(),
        )
        return await self.inbox.accept(message)

    async def expect(self, key: str, sender: str = "o1") -> Expected:
        expected = (await self.arrive(key, sender)).expected
        assert expected is not None
        return expected

    async def reply(self, turn: Turn, rendered: Rendered = REPLY) -> Turn | None:
        async with self.sessions.begin() as session:
            answered = await self.queue.settle(session, turn, None)
            await self.outbox.put_reply(session, answered, rendered)
            return await self.queue.next(session, turn.citizen_id)

    async def answer(self, key: str, rendered: Rendered = REPLY) -> Expected:
        """Arrives and is replied to."""
        expected = await self.expect(key)
        await self.reply(await self.turn(expected.citizen_id), rendered)
        return expected

    async def turn(self, citizen_id: UUID) -> Turn:
        turn = await self.queue.take(citizen_id)
        assert turn is not None
        return turn

    async def offer(self, expected: Expected) -> Offer | Verdict:
        return await self.outbox.offer(expected)

    async def offered(self, expected: Expected) -> Offer:
        offer = await self.offer(expected)
        assert isinstance(offer, Offer)
        return offer

    async def attempt(self, citizen_id: UUID) -> Attempt:
        attempt = await self.pushes.advance(citizen_id)
        assert isinstance(attempt, Attempt)
        return attempt


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def desk(sessions: Sessions, clock: FixedClock) -> Desk:
    return Desk(sessions, clock)


@pytest.fixture
def other(sessions: Sessions, clock: FixedClock) -> Desk:
    """Another process on the same database."""
    return Desk(sessions, clock)


async def states(rows: Rows) -> list[tuple[str, str]]:
    return [(row.route, row.state) for row in await rows("SELECT route, state FROM outbox ORDER BY seq, position")]


async def test_a_conversation_is_with_one_process_until_it_is_done(desk: Desk, other: Desk) -> None:
    first = await desk.expect("一")
    await desk.expect("二")
    turn = await desk.turn(first.citizen_id)
    assert await other.queue.take(first.citizen_id) is None
    second = await desk.reply(turn)
    assert second is not None
    assert second.told == "二"
    assert await other.queue.take(first.citizen_id) is None
    assert await desk.reply(second) is None
    await desk.expect("三")
    assert (await other.turn(first.citizen_id)).told == "三"


async def test_a_process_that_says_nothing_loses_its_conversation_and_cannot_answer_any_more(
    desk: Desk, other: Desk, clock: FixedClock
) -> None:
    expected = await desk.expect("一")
    lost = await desk.turn(expected.citizen_id)
    clock.advance(seconds=5)
    await desk.queue.renew([expected.citizen_id])
    clock.advance(seconds=5)
    assert await other.queue.take(expected.citizen_id) is None
    clock.advance(seconds=2)
    taken = await other.turn(expected.citizen_id)
    assert (taken.message_id, taken.tries) == (lost.message_id, 2)
    with pytest.raises(LeaseLost):
        await desk.reply(lost)
    await other.reply(taken)


async def test_a_message_without_a_worker_is_found_once_it_has_lain_about(desk: Desk, clock: FixedClock) -> None:
    expected = await desk.expect("一")
    assert await desk.queue.unattended(since=timedelta(seconds=1), limit=10) == []
    clock.advance(seconds=1)
    assert await desk.queue.unattended(since=timedelta(seconds=1), limit=10) == [expected.citizen_id]
    await desk.turn(expected.citizen_id)
    assert await desk.queue.unattended(since=timedelta(seconds=1), limit=10) == []
    await desk.queue.free_all()
    assert await desk.queue.unattended(since=timedelta(seconds=1), limit=10) == [expected.citizen_id]


async def test_a_written_passive_answer_lets_the_rest_go_after_a_moment(
    desk: Desk, clock: FixedClock, rows: Rows
) -> None:
    expected = await desk.answer("一")
    offer = await desk.offered(expected)
    assert offer.content == {"passive": "一"}
    assert await desk.pushes.advance(expected.citizen_id) is None
    assert await desk.outbox.written(offer)
    assert await desk.pushes.advance(expected.citizen_id) is None
    clock.advance(seconds=0.3)
    for part in PARTS[1:]:
        attempt = await desk.attempt(expected.citizen_id)
        assert attempt.content == part
        await desk.pushes.settle(attempt, "sent", None)
    assert await states(rows) == [("passive", "sent"), ("push", "sent"), ("push", "sent")]


async def test_a_reply_that_the_platform_does_not_ask_for_any_more_is_pushed(
    desk: Desk, clock: FixedClock, rows: Rows
) -> None:
    expected = await desk.answer("一")
    clock.advance(seconds=14)
    assert await desk.pushes.advance(expected.citizen_id) is None
    clock.advance(seconds=1)
    assert await desk.outbox.due(10) == [expected.citizen_id]
    assert isinstance(await desk.pushes.advance(expected.citizen_id), Settled)
    assert [(await desk.attempt(expected.citizen_id)).content] == [PARTS[0]]
    assert await states(rows) == [("push", "attempting"), ("push", "pending"), ("push", "pending")]
    assert await desk.offer(await desk.expect("一")) is Verdict.ACKNOWLEDGE


async def test_a_reply_that_is_ready_after_the_last_try_is_pushed_at_once(desk: Desk, rows: Rows) -> None:
    expected = await desk.expect("一")
    turn = await desk.turn(expected.citizen_id)
    await desk.outbox.acknowledge(expected.message_id)
    await desk.reply(turn)
    assert (await desk.attempt(expected.citizen_id)).content == PARTS[0]
    assert await desk.offer(expected) is Verdict.ACKNOWLEDGE


async def test_only_the_platforms_latest_request_gets_the_answer(desk: Desk) -> None:
    first = await desk.answer("一")
    second = await desk.expect("一")
    assert await desk.offer(first) is Verdict.SUPERSEDED
    assert (await desk.offered(second)).content == {"passive": "一"}


async def test_an_offer_that_the_platform_does_not_ask_for_again_has_arrived(
    desk: Desk, clock: FixedClock, rows: Rows
) -> None:
    expected = await desk.answer("一", SHORT)
    await desk.offered(expected)
    clock.advance(seconds=15)
    assert await desk.pushes.advance(expected.citizen_id) == Settled(
        route="passive", state="sent", reason="not_asked_again"
    )
    assert await states(rows) == [("passive", "sent")]


async def test_an_offer_is_in_doubt_when_nobody_would_have_heard_the_platform_ask_again(
    desk: Desk, other: Desk, clock: FixedClock, rows: Rows
) -> None:
    expected = await desk.answer("一", SHORT)
    await desk.offered(expected)
    clock.advance(seconds=6)
    other.pushes.listen()  # too late for the next try
    clock.advance(seconds=9)
    assert await other.pushes.advance(expected.citizen_id) is None
    clock.advance(seconds=15)
    assert await other.pushes.advance(expected.citizen_id) == Settled(
        route="passive", state="in_doubt", reason="nobody_listened"
    )
    assert (await desk.outbox.depths())["in_doubt"] == 1


async def test_an_offer_on_the_last_try_that_was_not_seen_to_be_written_is_in_doubt_and_the_rest_goes_on(
    desk: Desk, clock: FixedClock, rows: Rows
) -> None:
    expected = await desk.answer("一")
    for _ in range(2):
        clock.advance(seconds=5)
        expected = await desk.expect("一")
    assert expected.platform_try == 3
    await desk.offered(expected)
    clock.advance(seconds=15)
    assert isinstance(await desk.pushes.advance(expected.citizen_id), Settled)
    assert await states(rows) == [("passive", "in_doubt"), ("push", "pending"), ("push", "pending")]


async def test_a_fourth_try_settles_the_doubt(desk: Desk, clock: FixedClock, rows: Rows) -> None:
    expected = await desk.answer("一", SHORT)
    for _ in range(2):
        clock.advance(seconds=5)
        expected = await desk.expect("一")
    await desk.offered(expected)
    clock.advance(seconds=15)
    await desk.pushes.advance(expected.citizen_id)
    offer = await desk.offered(await desk.expect("一"))
    await desk.outbox.written(offer)
    assert await states(rows) == [("passive", "sent")]


async def test_a_reply_waits_until_the_one_before_it_has_left(desk: Desk, clock: FixedClock) -> None:
    first, second = await desk.answer("一", SHORT), await desk.answer("二", SHORT)
    assert await desk.offer(second) is Verdict.NOT_YET
    offer = await desk.offered(first)
    assert await desk.offer(second) is Verdict.NOT_YET
    await desk.outbox.written(offer)
    assert isinstance(await desk.offer(second), Offer)


async def test_a_reply_turned_into_pushes_keeps_its_place(desk: Desk, clock: FixedClock) -> None:
    first, second = await desk.answer("一", SHORT), await desk.answer("二", SHORT)
    await desk.outbox.acknowledge(second.message_id)
    assert await desk.pushes.advance(first.citizen_id) is None
    await desk.outbox.acknowledge(first.message_id)
    attempt = await desk.attempt(first.citizen_id)
    assert await desk.pushes.advance(first.citizen_id) is None
    await desk.pushes.settle(attempt, "sent", None)
    assert isinstance(await desk.pushes.advance(first.citizen_id), Attempt)


async def test_news_do_not_keep_a_reply_waiting(desk: Desk) -> None:
    citizen_id = (await desk.answer("一", SHORT)).citizen_id
    await desk.outbox.acknowledge((await desk.expect("一")).message_id)
    await desk.pushes.settle(await desk.attempt(citizen_id), "sent", None)
    assert await desk.outbox.put_unasked(citizen_id, SHORT, cause="reminder:1")
    await desk.pushes.settle(await desk.attempt(citizen_id), "busy", "busy")
    assert isinstance(await desk.offer(await desk.answer("二", SHORT)), Offer)


async def test_a_push_whose_end_nobody_saw_is_in_doubt(desk: Desk, clock: FixedClock) -> None:
    citizen_id = (await desk.answer("一", SHORT)).citizen_id
    await desk.outbox.put_unasked(citizen_id, SHORT, cause="reminder:1")
    await desk.outbox.acknowledge((await desk.expect("一")).message_id)
    attempt = await desk.attempt(citizen_id)
    clock.advance(seconds=29)
    assert await desk.pushes.advance(citizen_id) is None
    clock.advance(seconds=1)
    assert await desk.pushes.advance(citizen_id) == Settled(route="push", state="in_doubt", reason="not_seen_to_end")
    assert await desk.pushes.settle(attempt, "sent", None) == "sent"  # too late: it stays in doubt
    assert (await desk.outbox.depths())["in_doubt"] == 1
    assert isinstance(await desk.pushes.advance(citizen_id), Attempt)


async def test_a_busy_platform_is_asked_more_and_more_rarely_and_given_up_in_the_end(
    desk: Desk, clock: FixedClock, rows: Rows
) -> None:
    citizen_id = (await desk.answer("一", SHORT)).citizen_id
    await desk.outbox.acknowledge((await desk.expect("一")).message_id)
    waits = []
    while True:
        ending = await desk.pushes.settle(await desk.attempt(citizen_id), "busy", "busy")
        if ending == "failed":
            break
        ((due_at,),) = await rows("SELECT due_at FROM outbox")
        waits.append((due_at - clock.now()).total_seconds())
        clock.instant = due_at
    assert waits == [2, 4, 8, 16, 32, 64, 120, 120, 120, 120, 120]
    assert await states(rows) == [("push", "failed")]


async def test_a_refused_part_ends_its_reply_and_leaves_others_alone(desk: Desk, rows: Rows) -> None:
    first = await desk.answer("一")
    second = await desk.answer("二")
    for expected in (first, second):
        await desk.outbox.acknowledge(expected.message_id)
    await desk.pushes.settle(await desk.attempt(first.citizen_id), "failed", "window_closed")
    assert await states(rows) == [("push", "failed")] * 3 + [("push", "pending")] * 3


async def test_two_processes_never_push_the_same_part(desk: Desk, other: Desk) -> None:
    expected = await desk.answer("一")
    await desk.outbox.acknowledge(expected.message_id)
    await desk.attempt(expected.citizen_id)
    assert await other.pushes.advance(expected.citizen_id) is None


async def test_the_same_cause_is_told_once(desk: Desk, rows: Rows) -> None:
    citizen_id = uuid4()
    assert await desk.outbox.put_unasked(citizen_id, REPLY, cause="case:1")
    assert not await desk.outbox.put_unasked(citizen_id, REPLY, cause="case:1")
    assert len(await states(rows)) == 3


async def test_what_was_settled_long_ago_is_deleted_and_the_rest_stays(
    desk: Desk, clock: FixedClock, rows: Rows
) -> None:
    offer = await desk.offered(await desk.answer("一", SHORT))
    await desk.outbox.written(offer)
    clock.advance(days=31)
    await desk.answer("二", SHORT)
    before = clock.now() - timedelta(days=30)
    assert (await desk.inbox.purge(before), await desk.outbox.purge(before)) == (1, 1)
    assert (await desk.inbox.purge(before), await desk.outbox.purge(before)) == (0, 0)
    assert await rows("SELECT told FROM inbox") == [("二",)]
    assert await states(rows) == [("passive", "pending")]


async def test_what_is_sent_after_an_unfollow_belongs_to_somebody_new(desk: Desk, rows: Rows) -> None:
    before = await desk.expect("一")
    leaving = await desk.arrive("再见", event=EventKind.UNFOLLOW)
    assert leaving.waiting == before.citizen_id
    assert leaving.expected is None
    after = await desk.expect("二")
    assert after.citizen_id != before.citizen_id
    farewell = await desk.reply(await desk.turn(before.citizen_id))
    assert farewell is not None
    assert farewell.told is None
    async with desk.sessions.begin() as session:
        await desk.queue.hold(session, farewell)
        await desk.inbox.erase(session, farewell.citizen_id, up_to=farewell.seq)
        await desk.outbox.erase(session, farewell.citizen_id)
    assert await desk.offer(before) is Verdict.ACKNOWLEDGE
    assert await rows("SELECT told FROM inbox WHERE state = 'waiting'") == [("二",)]
