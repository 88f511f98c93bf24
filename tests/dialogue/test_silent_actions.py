"""Rasa hides that its action server is gone; the edge must learn of it, and the message must be answerable later."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.embedded import EmbeddedPostgres
from tests.dialogue.assistant import Assistant, running_assistant


@pytest.fixture(scope="module")
def lonely(postgres: EmbeddedPostgres, model: Path, tmp_path_factory: pytest.TempPathFactory) -> object:
    """An assistant whose Rasa looks for actions where nobody listens."""
    url = postgres.ensure_database("lonely")
    settings = {"ZQ_ACTIONS_URL": "http://127.0.0.1:1/webhook"}
    with running_assistant(url, model, tmp_path_factory.mktemp("lonely"), settings) as assistant:
        yield assistant


async def test_a_silent_assistant_is_a_failure_and_never_an_empty_answer(lonely: Assistant, citizen: str) -> None:
    reply = await lonely.say(citizen, "居住证要带什么", message_id="m1")

    assert reply.status == 500
    assert reply.body["error"]


async def test_a_message_that_got_no_answer_is_handled_again_and_not_remembered_as_answered(
    lonely: Assistant, citizen: str
) -> None:
    first = await lonely.say(citizen, "居住证要带什么", message_id="m1")
    again = await lonely.say(citizen, "居住证要带什么", message_id="m1")

    assert (first.status, again.status) == (500, 500)


async def test_what_needs_no_action_is_still_answered(lonely: Assistant, citizen: str) -> None:
    assert "您好" in (await lonely.say(citizen, "你好")).text
