"""How is one question put to the running program? A turn with the assistant, and both searches, as a new citizen."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

import aiohttp
import msgspec

from bot.dialogue import WEBHOOK, Said
from bot.texts import options
from bot.turns import plain_words, shortened
from services.privacy import tokenise
from services.settings import Seconds, Secret, environment_name
from services.vault.types import Identifier

#: What the two search routes take at most.
ITEM_LETTERS, FAQ_LETTERS = 200, 500
HITS = 10
TOKEN_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
T = TypeVar("T")


class AskSettings(msgspec.Struct, frozen=True, kw_only=True, rename=environment_name):
    """Where the program runs, and how one is let in."""

    service_token: Secret
    rasa_url: str = "http://127.0.0.1:5005"
    services_url: str = "http://127.0.0.1:8020"
    dialogue_timeout_seconds: Seconds = 30.0


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """What Rasa took the question for."""

    name: str
    confidence: float


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What Rasa's channel gives for one message."""

    messages: list[Said]
    intent: Intent | None = None


class ItemHit(msgspec.Struct, frozen=True, kw_only=True):
    """An item that the question may mean."""

    task_code: str
    score: float
    task_name: str = ""


class FaqHit(msgspec.Struct, frozen=True, kw_only=True):
    """An FAQ entry that may answer."""

    id: str
    score: float
    question: str = ""


class Items(msgspec.Struct, frozen=True, kw_only=True):
    """The catalogue's answer."""

    verdict: str
    hits: list[ItemHit]


class Entries(msgspec.Struct, frozen=True, kw_only=True):
    """The FAQ's answer."""

    verdict: str
    hits: list[FaqHit]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the answers, each with every field. `error` says why there is no answer; hits are best first."""

    #: Where the question stands in its file, from 1.
    line: int
    q: str
    replies: list[str] = []
    items: list[ItemHit] = []
    items_verdict: str = ""
    faq: list[FaqHit] = []
    faq_verdict: str = ""
    intent: Intent | None = None
    #: Of the assistant's reply alone.
    ms: float = 0.0
    error: str = ""


class Unanswered(Exception):
    """The program gave no answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbered:
    """A question and its line."""

    line: int
    q: str


class Asker:
    """Puts questions to one running program."""

    def __init__(self, session: aiohttp.ClientSession, settings: AskSettings) -> None:
        self._session = session
        self._rasa = settings.rasa_url.rstrip("/")
        self._services = settings.services_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {settings.service_token}"}
        self._timeout = aiohttp.ClientTimeout(total=settings.dialogue_timeout_seconds)

    async def ask(self, question: Numbered) -> Answer:
        """The answer, or one that says why there is none."""
        try:
            return await self._ask(question)
        except (aiohttp.ClientError, asyncio.TimeoutError, msgspec.DecodeError, Unanswered) as error:
            return Answer(line=question.line, q=question.q, error=f"{type(error).__name__}: {error}".rstrip(": "))

    async def _ask(self, question: Numbered) -> Answer:
        told, milliseconds = await self._turn(question.q)
        items, entries = await asyncio.gather(
            self._search("/catalogue/v1/items", question.q[:ITEM_LETTERS], Items),
            self._search("/faq/v1/search", question.q[:FAQ_LETTERS], Entries),
        )
        return Answer(
            line=question.line,
            q=question.q,
            replies=[_text(said) for said in told.messages],
            items=items.hits,
            items_verdict=items.verdict,
            faq=entries.hits,
            faq_verdict=entries.verdict,
            intent=told.intent,
            ms=round(milliseconds, 1),
        )

    async def _turn(self, words: str) -> tuple[Told, float]:
        """The assistant's answer to a citizen whom it never met, and who is forgotten afterwards."""
        citizen = str(uuid4())
        # As at the edge: Rasa never sees an identifier, and no command that somebody typed.
        text = shortened(await tokenise(plain_words(words), _stand_in))
        body = {"sender": citizen, "message_id": str(uuid4()), "text": text}
        started = time.perf_counter()
        try:
            told = await self._call("POST", self._rasa + WEBHOOK, Told, json=body)
            return told, (time.perf_counter() - started) * 1000
        finally:
            url = f"{self._rasa}/webhooks/edge/conversations/{citizen}"
            async with self._session.delete(url, headers=self._headers, timeout=self._timeout):
                pass

    async def _search(self, path: str, words: str, kind: type[T]) -> T:
        return await self._call("GET", self._services + path, kind, params={"q": words, "limit": str(HITS)})

    async def _call(self, method: str, url: str, kind: type[T], **sent: Any) -> T:
        async with self._session.request(method, url, headers=self._headers, timeout=self._timeout, **sent) as answer:
            raw = await answer.read()
            if answer.status != 200:
                raise Unanswered(f"HTTP {answer.status} from {url}")
        return msgspec.json.decode(raw, type=kind)


async def _stand_in(identifier: Identifier) -> str:
    """A token that nobody can exchange back."""
    return identifier.kind + "".join(secrets.choice(TOKEN_LETTERS) for _ in range(8))


def _text(said: Said) -> str:
    """What the citizen would read."""
    return "\n".join(filter(None, (said.text.strip(), options([button.title for button in said.buttons]))))
