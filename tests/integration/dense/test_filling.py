"""Does every text get its vector once, whatever happens meanwhile, and lose it when it is no longer said?"""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from services.db import Sessions, make_engine, make_sessions
from services.dense.store import NoVectors, prepare
from services.dense.types import hash_of
from services.faq.beyond import load_beyond
from services.metrics import Metrics
from tests.fakes.embeddings import EmbeddingsServer
from tests.fakes.processes import Process, free_port, killed_at_the_end
from tests.fakes.waiting import eventually
from tests.integration.dense.conftest import KEY, Make, entry, fill, filled, vectors

QUESTIONS = ("护照怎么办理", "首次申领护照", "居住证丢了怎么补", "养老金什么时候发")
ALL = {hash_of(question): True for question in QUESTIONS}


async def test_every_wording_gets_its_vector_once(
    make: Make, sessions: Sessions, endpoint: EmbeddingsServer, metrics: Metrics
) -> None:
    first, second = make(), make()
    async with first.running(), second.running():
        await fill(first)
        await filled(sessions, endpoint, 4)
        await asyncio.sleep(1.5)  # both have looked again

    assert sorted(endpoint.texts) == sorted(QUESTIONS)
    assert b'zhengqiao_embeddings_waiting{topic="faq"} 0.0' in metrics.text()


async def test_only_what_was_changed_is_asked_again_and_old_vectors_go(
    make: Make, sessions: Sessions, endpoint: EmbeddingsServer
) -> None:
    service = make()
    async with service.running():
        await fill(service)
        await filled(sessions, endpoint, 4)
        endpoint.asked.clear()
        await service.save(entry("passport", "护照怎么办理", "出国要什么本子"))

        async def settled() -> bool:
            kept = await vectors(sessions)
            return endpoint.texts == ["出国要什么本子"] and hash_of("首次申领护照") not in kept and len(kept) == 4

        await eventually(settled)


async def test_another_model_gets_vectors_of_its_own(
    make: Make, sessions: Sessions, endpoint: EmbeddingsServer
) -> None:
    async with make().running():
        await fill(make())
        await filled(sessions, endpoint, 4)
    endpoint.dimensions = 30
    async with make(model="large").running():

        async def replaced() -> bool:
            return await vectors(sessions, model="large") == ALL and not await vectors(sessions)

        await eventually(replaced)


async def test_a_text_that_the_endpoint_refuses_keeps_no_other_back(
    make: Make, sessions: Sessions, endpoint: EmbeddingsServer
) -> None:
    endpoint.refused = ("居住证",)
    service = make()
    with capture_logs() as logs:
        async with service.running():
            await fill(service)

            async def set_aside() -> bool:
                return any(line["event"] == "dense.text_refused" for line in logs)

            await eventually(set_aside)
            await filled(sessions, endpoint, 3)
            asked = len(endpoint.asked)
            await asyncio.sleep(1.5)

    assert len(endpoint.asked) == asked, "it is not tried for ever"
    assert [line["text"] for line in logs if line["event"] == "dense.text_refused"] == ["居住证丢了怎么补"]


async def test_texts_wait_while_the_endpoint_is_busy_and_come_then(
    make: Make, sessions: Sessions, endpoint: EmbeddingsServer
) -> None:
    endpoint.status, endpoint.headers = 429, {"Retry-After": "1"}
    service = make()
    await fill(service)
    async with service.running():

        async def refused() -> bool:
            return len(endpoint.asked) == 1

        await eventually(refused)
        endpoint.status = 200
        await filled(sessions, endpoint, 4)

    assert len(endpoint.asked) == 2


async def test_a_process_killed_in_the_middle_of_a_batch_loses_nothing(
    make: Make, sessions: Sessions, endpoint: EmbeddingsServer, database_url: str, tmp_path: Path
) -> None:
    await fill(make())
    port = free_port()
    process = Process(
        arguments=("services", "serve"),
        environment={
            "DATABASE_URL": database_url,
            "ZQ_DATA_DIR": str(tmp_path),
            "ZQ_SERVICE_TOKEN": "a-service-token-of-the-tests",
            "ZQ_SERVICES_PORT": str(port),
            "ZQ_EMBEDDINGS_URL": endpoint.url,
            "ZQ_EMBEDDINGS_MODEL": "small",
            "ZQ_EMBEDDINGS_KEY": KEY,
        },
        health_url=f"http://127.0.0.1:{port}/healthz",
        log=tmp_path / "services.log",
    )
    endpoint.seconds = 20.0
    async with killed_at_the_end(process):
        await process.start()

        async def asking() -> bool:
            return bool(endpoint.asked)

        await eventually(asking, seconds=30.0)
        await process.kill()
        claimed = await vectors(sessions)
        assert claimed
        assert not any(claimed.values())

        endpoint.seconds = 0.0
        async with sessions.begin() as session:  # a minute later
            await session.execute(
                text("UPDATE text_vectors SET claimed_until = claimed_until - make_interval(mins => 1)")
            )
        await process.start()
        # A process of its own also reads what nobody answers.
        await filled(sessions, endpoint, len(QUESTIONS) + len(load_beyond()))
        assert ALL.items() <= (await vectors(sessions)).items()


@pytest.fixture
def without_pgvector(database_url: str) -> None:
    """Hides the extension: a view of ours stands before the catalogue's list of what is available."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE VIEW public.pg_available_extensions AS SELECT ''::name AS name WHERE false")
        name = connection.info.dbname
        connection.execute(f'ALTER DATABASE "{name}" SET search_path = public, pg_catalog')


@pytest.mark.usefixtures("without_pgvector")
async def test_a_server_without_pgvector_is_told_to_the_operator_and_words_go_on(
    make: Make, sessions: Sessions, endpoint: EmbeddingsServer
) -> None:
    service = make()
    with capture_logs() as logs:
        async with service.running():
            await fill(service)

            async def told_so() -> bool:
                return any(line["event"] == "dense.no_pgvector" for line in logs)

            await eventually(told_so)
            assert (await service.search("居住证丢了怎么补")).verdict == "sure"
            assert (await service.search("旅行证件")).verdict == "none"

    told = [line for line in logs if line["log_level"] == "error"]
    assert [line["event"] for line in told] == ["dense.no_pgvector"]
    assert "has no pgvector: install it" in told[0]["reason"]
    assert endpoint.asked == []


async def test_a_user_who_may_not_make_the_extension_is_told_what_to_do(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS zq_plain")
        connection.execute("CREATE ROLE zq_plain")
    engine = make_engine(database_url + ("&" if "?" in database_url else "?") + "options=-c%20role%3Dzq_plain")
    try:
        with pytest.raises(NoVectors, match="run CREATE EXTENSION vector as admin"):
            await prepare(make_sessions(engine))
    finally:
        await engine.dispose()
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("DROP ROLE zq_plain")
