"""The edge's way into Rasa: authentication, limits, the same answer to the same message, and failures that are told."""

from __future__ import annotations

import json
import uuid
from typing import Any

import aiohttp
import psycopg
import pytest

from tests.dialogue.assistant import Assistant
from tests.fakes.backend_data import WRITTEN_AT
from tests.fakes.backends import TOKEN

Body = dict[str, Any]


async def post(assistant: Assistant, body: bytes, token: str | None = TOKEN, path: str = "webhook") -> tuple[int, Body]:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    url = f"{assistant.rasa_url}/webhooks/edge/{path}"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


def message(**fields: object) -> bytes:
    return json.dumps({"sender": str(uuid.uuid4()), "message_id": "m-1", "text": "你好"} | fields).encode()


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN[:-1], "口令口令口令口令口令口令"])
async def test_nobody_without_the_service_token_is_let_in(assistant: Assistant, token: str | None) -> None:
    header = None if token is None else token.encode().decode("latin-1")
    status, body = await post(assistant, message(), token=header)

    assert status == 401
    assert "messages" not in body


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"not json", 400),
        (b"\xff\xfe", 400),
        (b"[]", 400),
        (b"[" * 5000, 400),
        (message(text=""), 400),
        (message(text="  "), 400),
        (message(text=7), 400),
        (message(sender=None), 400),
        (message(message_id=""), 400),
        (message(text="好" * 2001), 413),
        (message(sender="x" * 201), 413),
        (message(padding="x" * 20_000), 413),
    ],
)
async def test_a_body_that_cannot_be_used_is_refused(assistant: Assistant, body: bytes, status: int) -> None:
    answer, told = await post(assistant, body)

    assert answer == status
    assert told["error"]


async def test_a_message_of_the_greatest_length_is_answered(assistant: Assistant) -> None:
    status, body = await post(assistant, message(text="居住证" + "好" * 1997))

    assert status == 200
    assert body["messages"]


async def test_a_message_is_answered_with_its_intent(assistant: Assistant, citizen: str) -> None:
    reply = await assistant.say(citizen, "你好")

    assert reply.status == 200
    assert reply.body["intent"]["name"] == "greet"
    assert 0.5 < reply.body["intent"]["confidence"] <= 1
    assert [set(one) for one in reply.messages] == [{"text"}]


async def test_a_turn_is_one_message_with_its_buttons(assistant: Assistant, citizen: str) -> None:
    await assistant.say(citizen, "预约护照")
    reply = await assistant.say(citizen, "江北")

    assert len(reply.messages) == 1
    assert all(set(button) == {"title", "payload"} for button in reply.messages[0]["buttons"])


async def test_a_repeated_message_is_answered_the_same_and_handled_once(assistant: Assistant, citizen: str) -> None:
    await assistant.say(citizen, "后天下午三点去江北办居住证，帮我约一下")
    await assistant.say(citizen, "我叫张伟 IDCARDK3Q7ZP2A MOBILEA7KQ2M3P")
    first = await assistant.say(citizen, "确认", message_id="confirm-1")
    again = await assistant.say(citizen, "确认", message_id="confirm-1")

    assert "预约成功" in first.text
    assert again.body == first.body
    assert len(assistant.backends.appointments) == 1


async def test_an_earlier_message_is_answered_as_it_was_even_later(assistant: Assistant, citizen: str) -> None:
    first = await assistant.say(citizen, "居住证多少钱", message_id="early")
    await assistant.say(citizen, "谢谢")
    again = await assistant.say(citizen, "居住证多少钱", message_id="early")

    assert again.body == first.body


async def test_the_idempotency_key_of_a_booking_comes_from_the_message(assistant: Assistant, citizen: str) -> None:
    await assistant.say(citizen, "后天下午三点去江北办居住证，帮我约一下")
    await assistant.say(citizen, "我叫张伟 IDCARDK3Q7ZP2A MOBILEA7KQ2M3P")
    await assistant.say(citizen, "确认", message_id="the-message")

    assert [key for key in assistant.backends.keys if "the-message" in key]


async def test_events_land_in_postgresql_with_tokens_only(assistant: Assistant, citizen: str) -> None:
    await assistant.say(citizen, "后天下午三点去江北办居住证，帮我约一下")
    await assistant.say(citizen, "我叫张伟 IDCARDK3Q7ZP2A MOBILEA7KQ2M3P")
    await assistant.say(citizen, "确认")

    assert assistant.backends.redeemed == ["IDCARDK3Q7ZP2A", "MOBILEA7KQ2M3P"]
    events = rows(assistant, citizen)
    assert [kind for kind, _, _ in events].count("user") == 3
    assert [kind for kind, _, _ in events].count("bot") >= 3
    everything = "".join(data for _, _, data in events)
    assert "IDCARDK3Q7ZP2A" in everything
    for secret in ("110101199003070038", "13800138000"):
        assert secret not in everything
        assert all(secret not in log.read_text(errors="replace") for log in assistant.logs)


async def test_two_conversations_do_not_mix(assistant: Assistant) -> None:
    one, other = str(uuid.uuid4()), str(uuid.uuid4())
    await assistant.say(one, "居住证多少钱")

    assert "哪件事" in (await assistant.say(other, "在哪办")).text
    assert "派出所" in (await assistant.say(one, "在哪办")).text


async def test_a_conversation_is_forgotten_on_request(assistant: Assistant, citizen: str) -> None:
    await assistant.say(citizen, "居住证多少钱")
    url = f"{assistant.rasa_url}/webhooks/edge/conversations/{citizen}"
    async with aiohttp.ClientSession() as session:
        async with session.delete(url) as answer:
            assert answer.status == 401
        assert rows(assistant, citizen)
        async with session.delete(url, headers={"Authorization": f"Bearer {TOKEN}"}) as answer:
            assert answer.status == 204

    assert rows(assistant, citizen) == []
    assert "哪件事" in (await assistant.say(citizen, "在哪办")).text


async def test_a_broken_tracker_store_is_a_failure_and_no_empty_memory(assistant: Assistant, citizen: str) -> None:
    await assistant.say(citizen, "居住证多少钱")
    execute(assistant, "ALTER TABLE rasa_events RENAME TO rasa_events_away")
    try:
        reply = await assistant.say(citizen, "在哪办")
        assert reply.status == 500
        assert reply.body["error"]
    finally:
        execute(assistant, "ALTER TABLE rasa_events_away RENAME TO rasa_events")

    assert "派出所" in (await assistant.say(citizen, "在哪办")).text


def rows(assistant: Assistant, citizen: str) -> list[tuple[str, str | None, str]]:
    with psycopg.connect(plain_url(assistant)) as connection:
        query = "SELECT type_name, message_id, data FROM rasa_events WHERE sender_id = %s ORDER BY id"
        return list(connection.execute(query, (citizen,)).fetchall())


def execute(assistant: Assistant, statement: str) -> None:
    with psycopg.connect(plain_url(assistant), autocommit=True) as connection:
        connection.execute(statement)


def plain_url(assistant: Assistant) -> str:
    return assistant.tracker_url.replace("postgresql+psycopg://", "postgresql://", 1)


async def test_which_answers_were_told_is_said_again_with_a_repetition(assistant: Assistant, citizen: str) -> None:
    first = await assistant.say(citizen, "产假有多少天", message_id="m-told")
    again = await assistant.say(citizen, "产假有多少天", message_id="m-told")

    assert first.body["told"] == again.body["told"] == [{"entry": "leave-01", "written_at": WRITTEN_AT}]
