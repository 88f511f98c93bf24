"""What must a messaging platform's adapter be able to do? Verify, parse, render, send: the Channel protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.messages import InboundMessage, News, Rendered, Reply


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookRequest:
    """A platform's HTTP request, free of the web framework."""

    query: Mapping[str, str]
    body: bytes
    content_type: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """A verified and parsed request: the message, and what the channel needs to answer in the same way
    (encrypted or plain, XML or JSON, with which of two keys)."""

    message: InboundMessage
    #: Opaque to everyone but the channel.
    answer_context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookAnswer:
    """What goes back in the HTTP response."""

    body: bytes
    content_type: str


class Channel(Protocol):
    """One platform account. `verify`, `parse` and `render` are pure and quick; only `push` talks to the network."""

    name: str

    def verify_endpoint(self, request: WebhookRequest) -> WebhookAnswer:
        """Answers the platform's check of our address; raises WrongSignature or StaleRequest."""
        ...

    def parse(self, request: WebhookRequest) -> Envelope:
        """Verifies, decrypts and reads a callback; raises RequestRefused."""
        ...

    def render(self, reply: Reply) -> Rendered:
        """The reply in the platform's terms, split to its limits."""
        ...

    def render_news(self, news: News, *, key: str) -> Mapping[str, object] | None:
        """The news as a message for `push` that arrives also when the citizen has not written for long; None where
        the account has no template for it. A repeated key is not sent twice."""
        ...

    def passive_answer(
        self, envelope: Envelope, passive: Mapping[str, object], *, answered_at: datetime
    ) -> WebhookAnswer:
        """The rendered passive part as the HTTP answer to `envelope`."""
        ...

    def acknowledgement(self) -> WebhookAnswer:
        """The answer that says: received, nothing more to come in this response."""
        ...

    async def push(self, address: str, message: Mapping[str, object]) -> str:
        """Sends one rendered message outside of a request and gives the platform's id of it ("" where it has none).
        Raises PlatformError when it surely did not arrive, DeliveryInDoubt when nobody can tell."""
        ...
