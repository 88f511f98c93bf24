"""What is promised to whom: only what is still to be answered, once, within limits, and not for ever."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.audit.trail import Actor
from services.db import Sessions
from services.faq.editing import FaqDesk
from services.faq.promises import LASTS, MOST_OPEN, PromiseService
from services.faq.queue import QuestionQueue
from services.faq.service import FaqService
from services.faq.types import FaqEntry
from tests.fakes.clock import FixedClock
from tests.integration.faq.conftest import Client
from tests.integration.faq.test_api import call

EDITOR = Actor(staff_id=None, login="editor", address="127.0.0.1")
ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
def desk(sessions: Sessions, clock: FixedClock, service: FaqService) -> FaqDesk:
    return FaqDesk(sessions=sessions, clock=clock, faq=service, second_person=False)


@pytest.fixture
def queue(sessions: Sessions, clock: FixedClock, desk: FaqDesk) -> QuestionQueue:
    return QuestionQueue(sessions=sessions, clock=clock, desk=desk)


async def ask(client: Client, question: str) -> bool:
    recorded = await call(client, "POST", "/unanswered", json={"question": question})
    return bool(recorded["may_wait"])


async def test_who_waits_is_counted_once_for_a_question_in_any_spelling(client: Client, queue: QuestionQueue) -> None:
    assert await ask(client, "公园几点开门")
    for citizen, question in ((ONE, "公园几点开门"), (ONE, "公園幾點開門？"), (OTHER, "公园几点开门")):
        await call(client, "PUT", f"/promises/{citizen}", status=204, json={"question": question})

    assert [one["waiting"] for one in await call(client, "GET", "/unanswered")] == [2]
    assert [group.waiting for group in await queue.groups()] == [2]


async def test_nothing_is_promised_of_what_nobody_is_going_to_answer(
    client: Client, queue: QuestionQueue, desk: FaqDesk
) -> None:
    promise = {"question": "公园几点开门"}
    problem = await call(client, "PUT", f"/promises/{ONE}", status=404, json=promise)
    assert problem["type"] == "urn:zhengqiao:problem:question-settled"
    await ask(client, "公园几点开门")
    await queue.put_aside(EDITOR, ["公园几点开门"])

    assert not await ask(client, "公园几点开门")
    await call(client, "PUT", f"/promises/{ONE}", status=404, json=promise)
    await queue.take_back(EDITOR, ["公园几点开门"])
    await call(client, "PUT", f"/promises/{ONE}", status=204, json=promise)
    entry = FaqEntry(id="park", question="公园几点开门", answer="六点。", department="园林局")
    assert await desk.publish(EDITOR, entry, base=0, answers=["公园几点开门"]) == 1
    await call(client, "PUT", f"/promises/{ONE}", status=404, json=promise)


async def test_a_citizen_waits_for_so_many_answers_and_no_more(client: Client) -> None:
    for number in range(MOST_OPEN + 1):
        await ask(client, f"第{number}个公园几点开门")
        status = 204 if number < MOST_OPEN else 409
        told = await call(
            client, "PUT", f"/promises/{ONE}", status=status, json={"question": f"第{number}个公园几点开门"}
        )
    assert told["type"] == "urn:zhengqiao:problem:too-many-promises"
    await call(client, "PUT", f"/promises/{ONE}", status=204, json={"question": "第0个公园几点开门"})


@pytest.mark.parametrize(
    ("citizen", "body"), [("nobody", {"question": "问"}), (str(ONE), {"question": "问" * 501}), (str(ONE), {})]
)
async def test_a_promise_that_makes_no_sense_is_a_400_problem(
    client: Client, citizen: str, body: dict[str, str]
) -> None:
    await call(client, "PUT", f"/promises/{citizen}", status=400, json=body)


async def test_a_claimed_answer_is_nobody_elses_until_its_lease_ends(
    client: Client, desk: FaqDesk, promises: PromiseService, clock: FixedClock
) -> None:
    await ask(client, "公园几点开门")
    await call(client, "PUT", f"/promises/{ONE}", status=204, json={"question": "公园几点开门"})
    assert await promises.claim_answers(10) == []
    entry = FaqEntry(id="park", question="公园几点开门", answer="六点。", department="园林局")
    await desk.publish(EDITOR, entry, base=0, answers=["公园几点开门"])

    (news,) = await promises.claim_answers(10)
    assert (news.citizen_id, news.asked, news.answer) == (ONE, "公园几点开门", entry)
    assert await promises.claim_answers(10) == []
    clock.advance(minutes=6)
    assert [one.news_id for one in await promises.claim_answers(10)] == [news.news_id]
    await promises.mark_delivered(news)
    clock.advance(minutes=6)
    assert await promises.claim_answers(10) == []


async def test_a_promise_is_forgotten_after_half_a_year(
    client: Client, promises: PromiseService, clock: FixedClock
) -> None:
    await ask(client, "公园几点开门")
    await call(client, "PUT", f"/promises/{ONE}", status=204, json={"question": "公园几点开门"})
    clock.advance(days=LASTS.days - 1)
    assert await promises.purge() == 0
    clock.advance(days=2)
    assert await promises.purge() == 1
