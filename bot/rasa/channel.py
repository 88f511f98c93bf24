"""How does the edge talk to Rasa? One authenticated route; it fails loudly and answers a repetition the same way."""

from __future__ import annotations

import asyncio
import hmac
import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.core.tracker_store import FailSafeTrackerStore
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.rasa.action_answers import prepare_action_answers
from bot.rasa.sessions import keep_over_sessions
from bot.rasa.tracker_store import PostgresTrackerStore, failures

log = structlog.stdlib.get_logger(__name__)

TEXT_LIMIT = 2000
ID_LIMIT = 200
BODY_LIMIT = 16_384
TOKEN_LENGTH = 16

Message = dict[str, Any]
Handler = Callable[[Agent, Request], Awaitable[HTTPResponse]]


class Refused(Exception):
    """The request is not answered; the text says why, without its content."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Replies(OutputChannel):
    """Collects what the assistant says in one turn, each utterance whole."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        #: Which of the staff's answers were told.
        self.told: list[Message] = []

    @classmethod
    def name(cls) -> str:
        return "edge"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.messages.append(spoken(message))
        self.told += told_by(message)


class EdgeInput(InputChannel):
    """`POST /webhooks/edge/webhook` and `DELETE /webhooks/edge/conversations/<sender>`."""

    def __init__(self, token: str) -> None:
        if len(token) < TOKEN_LENGTH:
            raise ValueError(f"credentials.yml: the edge channel's token needs {TOKEN_LENGTH} characters or more")
        self._token = token

    @classmethod
    def name(cls) -> str:
        return "edge"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> EdgeInput:
        """The token is read from the environment variable that credentials.yml names."""
        variable = (credentials or {}).get("token_variable")
        if not variable:
            raise ValueError("credentials.yml: the edge channel needs token_variable")
        prepare_action_answers()
        keep_over_sessions()
        return cls(os.environ.get(variable, ""))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        blueprint = Blueprint("edge_webhook")

        @blueprint.get("/")
        async def health(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            if agent is None or not agent.is_ready():
                return response.json({"status": "starting"}, status=503)
            # The digest by which the backends know the model: who promotes one sees when it has arrived.
            return response.json({"status": "ok", "model": agent.fingerprint})

        @blueprint.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            return await self._guarded(request, _answer)

        @blueprint.delete("/conversations/<sender:str>")
        async def forget(request: Request, sender: str) -> HTTPResponse:
            async def delete(agent: Agent, _request: Request) -> HTTPResponse:
                await _store(agent).forget(sender)
                return response.empty(status=204)

            return await self._guarded(request, delete)

        return blueprint

    async def _guarded(self, request: Request, handle: Handler) -> HTTPResponse:
        """Lets the edge in, nobody else, and turns every failure into a status that says so."""
        try:
            self._authorise(request)
            agent = request.app.ctx.agent
            if agent is None or not agent.is_ready():
                raise Refused(503, "the model is still being loaded")
            return await handle(agent, request)
        except Refused as refusal:
            log.warning("edge_channel.refused", status=refusal.status, reason=str(refusal))
            return response.json({"error": str(refusal)}, status=refusal.status)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # whatever it was, the edge must learn of it
            log.exception("edge_channel.failed", error=type(error).__name__)
            return response.json({"error": "the assistant failed"}, status=500)

    def _authorise(self, request: Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not hmac.compare_digest(token.encode(), self._token.encode()):
            raise Refused(401, "no or wrong service token")


async def _answer(agent: Agent, request: Request) -> HTTPResponse:
    sender, message_id, text = _read(request)
    store = _store(agent)
    earlier = await store.replies_to(sender, message_id)
    said = [event_message(event) for event in earlier if event["event"] == "bot"]
    messages = merged([spoken(message) for message in said])
    if messages:
        log.info("edge_channel.repeated", messages=len(messages))
        told = [one for message in said for one in told_by(message)]
        return response.json({"messages": messages, "told": told, "intent": _intent(earlier[0]["parse_data"])})
    output = Replies()
    message = UserMessage(
        text, output, sender, input_channel="edge", message_id=message_id, metadata={"message_id": message_id}
    )
    processor = agent.processor
    if processor is None:
        raise Refused(503, "the model is still being loaded")
    message.parse_data = await processor.parse_message(message)
    with failures() as lost:
        await agent.handle_message(message)
    if lost:
        raise lost[0]
    if not output.messages:
        raise Refused(500, "the assistant said nothing")
    answered = {"messages": merged(output.messages), "told": output.told, "intent": _intent(message.parse_data)}
    return response.json(answered)


def _read(request: Request) -> tuple[str, str, str]:
    if len(request.body) > BODY_LIMIT:
        raise Refused(413, "the body is too large")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Refused(400, "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Refused(400, "the body is not an object")
    return _field(body, "sender", ID_LIMIT), _field(body, "message_id", ID_LIMIT), _field(body, "text", TEXT_LIMIT)


def _field(body: dict[str, Any], name: str, limit: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Refused(400, f"{name} must be a text that is not empty")
    if len(value) > limit:
        raise Refused(413, f"{name} is longer than {limit} characters")
    return value


def _store(agent: Agent) -> PostgresTrackerStore:
    """The real store behind Rasa's wrapper; a configuration that fell back to memory is refused."""
    store = agent.tracker_store
    if isinstance(store, FailSafeTrackerStore):
        store = store._tracker_store
    if not isinstance(store, PostgresTrackerStore):
        raise Refused(500, "conversations are not kept in PostgreSQL: check tracker_store in endpoints.yml")
    return store


def spoken(message: dict[str, Any]) -> Message:
    """An utterance as the edge gets it: text, buttons, custom, whatever of them there is."""
    kept: Message = {key: message[key] for key in ("text", "custom") if message.get(key)}
    if message.get("buttons"):
        kept["buttons"] = [{"title": one["title"], "payload": one["payload"]} for one in message["buttons"]]
    return kept


def merged(messages: list[Message]) -> list[Message]:
    """The turn in as few messages as possible: plain text joins what follows it, because a phone shows each apart."""
    joined: list[Message] = []
    for message in messages:
        if joined and set(joined[-1]) == {"text"} and "text" in message:
            joined.append(message | {"text": f"{joined.pop()['text']}\n\n{message['text']}"})
        else:
            joined.append(message)
    return joined


def event_message(event: dict[str, Any]) -> dict[str, Any]:
    """A recorded bot event in the form in which it was said."""
    return {"text": event.get("text"), **(event.get("data") or {}), **(event.get("metadata") or {})}


def told_by(message: dict[str, Any]) -> list[Message]:
    """The staff's answer that an utterance tells (`actions.answering`), for who keeps book of it."""
    told = message.get("told")
    return [told] if isinstance(told, dict) and isinstance(told.get("entry"), str) else []


def _intent(parse_data: Any) -> dict[str, Any] | None:
    intent = (parse_data or {}).get("intent") or {}
    if not intent.get("name"):
        return None
    return {"name": intent["name"], "confidence": float(intent.get("confidence", 0.0))}
