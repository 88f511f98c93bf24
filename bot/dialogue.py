"""What does the assistant answer? The only caller of Rasa: one turn in, one reply out, or DialogueFailed."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import UUID

import aiohttp
import msgspec

from bot.errors import DialogueFailed
from bot.messages import Reply, Text, ToldAnswer
from bot.texts import options

WEBHOOK = "/webhooks/edge/webhook"


class Button(msgspec.Struct, frozen=True):
    """One of several things to choose from; the citizen answers with its number or its words."""

    title: str


class Said(msgspec.Struct, frozen=True):
    """One utterance of the assistant."""

    text: str = ""
    buttons: list[Button] = []


class Told(msgspec.Struct, frozen=True):
    """Which of the staff's answers was told."""

    entry: str
    written_at: datetime | None = None


class Answer(msgspec.Struct, frozen=True):
    """The assistant's answer to one message."""

    messages: list[Said]
    told: list[Told] = []


class Dialogue:
    """The assistant behind its HTTP channel."""

    def __init__(self, *, session: aiohttp.ClientSession, rasa_url: str, token: str, timeout_seconds: float) -> None:
        self._session = session
        self._url = rasa_url.rstrip("/") + WEBHOOK
        self._token = token
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)

    async def turn(self, *, citizen_id: UUID, message_id: UUID, told: str) -> Reply:
        """The assistant's reply. Asking again with the same message_id is harmless.

        Raises DialogueFailed with one word for the reason.
        """
        body = {"sender": str(citizen_id), "message_id": str(message_id), "text": told}
        try:
            async with self._session.post(
                self._url,
                data=msgspec.json.encode(body),
                headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
                timeout=self._timeout,
            ) as response:
                raw = await response.read()
                if response.status != 200:
                    raise DialogueFailed(f"http_{response.status}")
        except asyncio.TimeoutError as error:
            raise DialogueFailed("timeout") from error
        except aiohttp.ClientError as error:
            raise DialogueFailed("unreachable") from error
        return _reply(raw)


def _reply(raw: bytes) -> Reply:
    try:
        answer = msgspec.json.decode(raw, type=Answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DialogueFailed("nonsense") from error
    parts = tuple(Text(text=text) for text in map(_text, answer.messages) if text)
    if not parts:  # Rasa hides an action's exception behind an empty answer
        raise DialogueFailed("empty")
    told = {one.entry: one for one in answer.told}
    return Reply(
        parts=parts,
        told=tuple(ToldAnswer(entry_id=one.entry, written_at=one.written_at) for one in told.values()),
    )


def _text(said: Said) -> str:
    choices = options([button.title for button in said.buttons])
    return "\n".join(filter(None, (said.text.strip(), choices)))
