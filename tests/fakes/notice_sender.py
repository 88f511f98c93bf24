"""A platform for notices: keeps an append-only list of what people received, and enforces the platform's rules."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.broadcast.sender import template_data, text_message
from bot.errors import ContentRejected, RecipientUnreachable
from services.notices.rules import RouteName
from services.notices.values import Content


@dataclass(frozen=True, slots=True)
class Delivered:
    """One message on one citizen's phone."""

    address: str
    title: str
    key: str
    msg_id: str
    route: str = ""
    body: str = ""


@dataclass(slots=True)
class FakePlatform:
    """Takes messages as the real one does. `faults` holds what happens to the next calls: an exception is raised
    instead of delivering; `("after", exception)` is raised after delivering."""

    delivered: list[Delivered] = field(default_factory=list)
    calls: int = 0
    faults: deque[object] = field(default_factory=deque)
    #: address -> what every call to it raises.
    broken: dict[str, Exception] = field(default_factory=dict)
    #: (route, address) -> what every call by this route raises; an empty address: whoever is called.
    refused: dict[tuple[str, str], Exception] = field(default_factory=dict)
    on_call: Callable[[str], None] = lambda address: None
    _known: dict[str, str] = field(default_factory=dict)

    def take(self, *, addresses: Sequence[str], title: str, key: str, route: str = "", body: str = "") -> str:
        """Delivers once for each key and gives the message's id; the same id for a repeated key."""
        self.calls += 1
        fault = self.faults.popleft() if self.faults else None
        if isinstance(fault, Exception):
            raise fault
        guard = f"{key}/{addresses[0]}" if len(addresses) == 1 else key
        if key and guard in self._known:
            return self._known[guard]
        for address in addresses:
            refusal = self.broken.get(address) or self.refused.get((route, address)) or self.refused.get((route, ""))
            if refusal:
                raise refusal
        msg_id = str(1_000_000 + self.calls)
        if key:
            self._known[guard] = msg_id
        self.delivered.extend(Delivered(address, title, key, msg_id, route, body) for address in addresses)
        if isinstance(fault, tuple):
            raise fault[1]
        return msg_id

    def per_address(self) -> Counter[str]:
        return Counter(message.address for message in self.delivered)


@dataclass(slots=True)
class FakeSender:
    """The engine's sender on a FakePlatform in the same process."""

    platform: FakePlatform
    seconds: float = 0.0

    async def send_one(self, content: Content, *, route: RouteName, address: str, key: str) -> str:
        self.platform.on_call(address)
        await asyncio.sleep(self.seconds)
        if not template_data(content):
            raise ContentRejected(errcode=47003)
        if not address:
            raise RecipientUnreachable(errcode=40003)
        guarded = key if route == "template" else ""
        return self.platform.take(addresses=[address], title=content.title, key=guarded, route=route, body=content.body)

    async def send_many(self, content: Content, *, addresses: Sequence[str], key: str) -> str:
        await asyncio.sleep(self.seconds)
        if not 2 <= len(addresses) <= 10_000 or not text_message(content):
            raise ContentRejected(errcode=40130)
        return self.platform.take(addresses=addresses, title=content.title, key=key, route="mass")
