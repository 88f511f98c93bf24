"""Does the FAQ find what is meant in quite other words, and nothing worse than before when the endpoint fails?"""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from structlog.testing import capture_logs

from services.db import Sessions
from services.dense.held import HeldVectors
from services.faq.types import FaqResult
from services.metrics import Metrics
from tests.fakes.embeddings import EmbeddingsServer
from tests.fakes.waiting import eventually
from tests.integration.dense.conftest import Make, entry, fill, filled

OTHER_WORDS = "想弄个旅行证件"


def found(result: FaqResult) -> tuple[str, list[str]]:
    return result.verdict, [hit.id for hit in result.hits]


async def test_quite_other_words_are_offered_what_they_mean(
    make: Make, sessions: Sessions, endpoint: EmbeddingsServer
) -> None:
    # The other is not running and asks nobody.
    service, by_words = make(), make()
    async with service.running():
        await fill(service)
        await filled(sessions, endpoint, 4)

        assert found(await by_words.search(OTHER_WORDS)) == ("none", [])
        offered = await service.search(OTHER_WORDS)
        assert (offered.verdict, offered.hits[0].id) == ("offer", "passport")


async def test_the_first_question_after_a_start_is_ranked_as_later_ones(
    make: Make, sessions: Sessions, endpoint: EmbeddingsServer
) -> None:
    before = make()
    async with before.running():
        await fill(before)
        await filled(sessions, endpoint, 4)
        usual = await before.search(OTHER_WORDS)
    service = make()

    async def ready() -> bool:
        return service.is_ready

    async with service.running():
        assert not service.is_ready
        await eventually(ready)
        assert found(await service.search(OTHER_WORDS)) == found(usual) != ("none", [])


async def test_vectors_that_would_need_much_room_are_compared_in_the_database(
    make: Make, sessions: Sessions, endpoint: EmbeddingsServer
) -> None:
    at_hand, elsewhere = make(), make()
    held = HeldVectors(room=0)
    elsewhere._index._dense._filler.held = held  # type: ignore[union-attr]
    async with at_hand.running(), elsewhere.running():
        await fill(at_hand)
        await filled(sessions, endpoint, 4)

        async def known() -> bool:
            return elsewhere.has_read_meanings and at_hand.has_read_meanings

        await eventually(known)
        assert await elsewhere.search(OTHER_WORDS) == await at_hand.search(OTHER_WORDS)
        assert (await elsewhere.search(OTHER_WORDS)).hits[0].id == "passport"
        assert held.nearest([1.0] * 16, above=-1.0, limit=1) is None


async def test_an_endpoint_that_is_down_keeps_no_service_from_being_ready(
    make: Make, endpoint: EmbeddingsServer
) -> None:
    endpoint.status = 500
    service = make()
    await fill(service)

    async def ready() -> bool:
        return service.is_ready

    async with service.running():
        await eventually(ready)
        assert (await service.search("居住证丢了怎么补")).verdict == "sure"


async def test_a_service_is_ready_while_an_endpoint_keeps_it_waiting(make: Make, endpoint: EmbeddingsServer) -> None:
    endpoint.seconds = 60.0
    service = make()
    await fill(service)

    async def ready() -> bool:
        return service.is_ready

    async with service.running():
        await eventually(ready, seconds=20.0)
        assert not service.has_read_meanings


async def test_a_question_that_words_answer_is_not_sent_away(
    make: Make, sessions: Sessions, endpoint: EmbeddingsServer
) -> None:
    service = make()
    async with service.running():
        await fill(service)
        await filled(sessions, endpoint, 4)
        before = len(endpoint.asked)

        assert (await service.search("居住证丢了怎么补")).verdict == "sure"
        assert len(endpoint.asked) == before


async def test_nothing_like_the_question_stays_refused(
    make: Make, sessions: Sessions, endpoint: EmbeddingsServer
) -> None:
    service = make()
    async with service.running():
        await fill(service)
        await filled(sessions, endpoint, 4)

        assert found(await service.search("今天股票涨了吗")) == ("none", [])


async def test_what_no_longer_holds_is_not_offered_by_its_meaning(
    make: Make, sessions: Sessions, endpoint: EmbeddingsServer
) -> None:
    service = make()
    async with service.running():
        await service.save(msgspec.structs.replace(entry("passport", "护照怎么办理"), valid_until=date(2020, 1, 1)))
        await filled(sessions, endpoint, 1)

        assert found(await service.search(OTHER_WORDS)) == ("none", [])


@pytest.mark.parametrize(
    "mood",
    [
        ({"key": "another"}, "status 401"),
        ({"status": 429, "headers": {"Retry-After": "120"}}, "status 429"),
        ({"status": 500}, "status 500"),
        ({"status": 302, "headers": {"Location": "/elsewhere"}}, "status 302"),
        ({"seconds": 5.0}, "timeout"),
        ({"dimensions": 9}, "9 dimensions, 16 before"),
        ({"body": b"<html>"}, "answer is no list of embeddings"),
        ({"body": b'{"data": []}'}, "not one vector a text"),
        ({"body": b'{"data": [{"index": 0, "embedding": [0.0, 0.0]}]}'}, "vectors without a direction"),
        ({"body": b'{"data": [{"index": 0, "embedding": []}]}'}, "vectors of unusable length"),
        ({"body": b'{"data": [{"index": 0, "embedding": [1e999]}]}'}, "answer is no list of embeddings"),
    ],
)
async def test_a_failing_endpoint_leaves_the_words_one_log_line_and_a_number(
    make: Make, sessions: Sessions, endpoint: EmbeddingsServer, metrics: Metrics, mood: tuple[dict[str, object], str]
) -> None:
    service, by_words = make(), make()
    changed, reason = mood
    async with service.running():
        await fill(service)
        await filled(sessions, endpoint, 4)
        for name, value in changed.items():
            setattr(endpoint, name, value)
        asked = len(endpoint.asked)
        with capture_logs() as logs:
            for question in (OTHER_WORDS, "护照要准备什么", OTHER_WORDS):
                assert found(await service.search(question)) == found(await by_words.search(question))

    told = [line for line in logs if line["log_level"] in ("warning", "error")]
    assert [(line["event"], line["reason"]) for line in told] == [("dense.endpoint_down", reason)]
    assert len(endpoint.asked) == asked + 1, "a failing endpoint is left alone for a while"
    assert b'zhengqiao_embeddings_requests_total{outcome="failed",purpose="question"} 1.0' in metrics.text()


async def test_an_endpoint_that_nobody_listens_at_leaves_the_words(make: Make, sessions: Sessions) -> None:
    service = make(url="http://127.0.0.1:9/v1")
    with capture_logs() as logs:
        async with service.running():
            await fill(service)

            async def down() -> bool:
                return any(line["event"] == "dense.endpoint_down" for line in logs)

            await eventually(down)
            assert (await service.search("居住证丢了怎么补")).verdict == "sure"
            assert (await service.search(OTHER_WORDS)).verdict == "none"

    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["dense.endpoint_down"]


async def test_no_identifier_is_ever_sent(make: Make, sessions: Sessions, endpoint: EmbeddingsServer) -> None:
    service = make()
    async with service.running():
        await fill(service)
        await filled(sessions, endpoint, 4)
        await service.search(
            "旅行证件 11010519491231002X、IDCARDK3Q7ZP2A、138 1234 5678、YJ20261103000017 482913 一三八一二三四五六七八"
        )

    assert endpoint.asked[-1] == ["旅行证件"]
