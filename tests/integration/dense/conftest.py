"""An FAQ with a dense ranking, its endpoint, and three entries."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from services.db import Sessions
from services.dense.endpoint import EndpointEmbedder
from services.dense.ranking import DenseRanking
from services.dense.settings import EndpointSettings
from services.faq.service import TOPIC, FaqService
from services.faq.types import FaqEntry
from services.metrics import Metrics
from services.search.live import SharedLanguage
from tests.fakes.clock import FixedClock
from tests.fakes.embeddings import EmbeddingsServer
from tests.fakes.waiting import eventually

KEY = "a-key-of-the-endpoint"
#: Makes a service; keywords are those of EndpointSettings.
Make = Callable[..., FaqService]


@pytest.fixture(scope="session")
def language() -> SharedLanguage:
    return SharedLanguage()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def endpoint() -> AsyncIterator[EmbeddingsServer]:
    async with EmbeddingsServer(key=KEY) as server:
        yield server


@pytest.fixture
def make(
    sessions: Sessions, clock: FixedClock, language: SharedLanguage, endpoint: EmbeddingsServer, metrics: Metrics
) -> Make:
    def service(**changed: object) -> FaqService:
        usual = EndpointSettings(url=endpoint.url, model="small", key=KEY, seconds=0.5, near=0.7, sure=0.8)
        embedder = EndpointEmbedder(replace(usual, **changed))
        dense = DenseRanking(topic=TOPIC, sessions=sessions, embedder=embedder, metrics=metrics)
        return FaqService(sessions=sessions, clock=clock, language=language, dense=dense)

    return service


def entry(entry_id: str, question: str, *similar: str) -> FaqEntry:
    return FaqEntry(id=entry_id, question=question, similar=list(similar), answer=f"{question}的回答。", source="示例")


async def fill(service: FaqService) -> None:
    """Three entries with four texts."""
    await service.save(entry("passport", "护照怎么办理", "首次申领护照"))
    await service.save(entry("residence", "居住证丢了怎么补"))
    await service.save(entry("pension", "养老金什么时候发"))


async def vectors(sessions: Sessions, *, model: str = "small") -> dict[str, bool]:
    """The hash of each text at work, and whether it has its vector."""
    async with sessions() as session:
        rows = await session.execute(
            text("SELECT text_hash, vector IS NOT NULL FROM text_vectors WHERE model = :model"), {"model": model}
        )
        return {row[0]: row[1] for row in rows}


async def filled(sessions: Sessions, endpoint: EmbeddingsServer, texts: int) -> None:
    """Waits until so many texts have their vectors."""

    async def done() -> bool:
        async with sessions() as session:
            if not await session.scalar(text("SELECT to_regclass('text_vectors') IS NOT NULL")):
                return False
            found = await session.scalar(text("SELECT count(*) FROM text_vectors WHERE vector IS NOT NULL"))
        return found == texts

    await eventually(done)
