"""A draft box in the same process: keeps what it is given, and sends through a FakePlatform."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.channels.wechat.client import SentNews
from bot.errors import ContentRejected
from tests.fakes.notice_sender import FakePlatform


@dataclass(slots=True)
class FakeArticles:
    """As the real one: a draft that was sent leaves the box. `faults` are raised by the next calls, in their order;
    `("after", exception)` once the call was carried out."""

    platform: FakePlatform
    pictures: dict[str, bytes] = field(default_factory=dict)
    box: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    #: Every draft that was ever made.
    made: list[str] = field(default_factory=list)
    faults: dict[str, deque[object]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def add_picture(self, *, name: str, content: bytes, content_type: str) -> str:
        after = self._fault("add_picture")
        media_id = f"M{next(self._numbers)}"
        self.pictures[media_id] = content
        _raise(after)
        return media_id

    async def add_draft(self, article: Mapping[str, object]) -> str:
        after = self._fault("add_draft")
        if article["thumb_media_id"] not in self.pictures:
            raise ContentRejected(errcode=40007)
        media_id = f"D{next(self._numbers)}"
        self.box[media_id] = article
        self.made.append(media_id)
        _raise(after)
        return media_id

    async def delete_draft(self, media_id: str) -> None:
        self._fault("delete_draft")
        self.box.pop(media_id, None)

    async def send_news(self, *, openids: Sequence[str], media_id: str, clientmsgid: str) -> SentNews:
        after = self._fault("send_news")
        article = self.box.get(media_id)
        if article is None:
            raise ContentRejected(errcode=40007)
        before = len(self.platform.delivered)
        msg_id = self.platform.take(addresses=openids, title=str(article["title"]), key=clientmsgid, route="mass")
        repeated = len(self.platform.delivered) == before
        if not repeated:
            del self.box[media_id]
        _raise(after)
        return SentNews(msg_id=msg_id, repeated=repeated)

    async def preview_mass(self, *, openid: str, message: Mapping[str, Any]) -> str:
        self._fault("preview_mass")
        article = self.box.get(message["mpnews"]["media_id"])
        if article is None:
            raise ContentRejected(errcode=40007)
        return self.platform.take(addresses=[openid], title=str(article["title"]), key="", route="preview")

    def _fault(self, call: str) -> Exception | None:
        """Raises what stands at the head of the queue; what is to be raised afterwards is given."""
        waiting = self.faults.get(call)
        fault = waiting.popleft() if waiting else None
        if isinstance(fault, Exception):
            raise fault
        return fault[1] if isinstance(fault, tuple) else None


def _raise(error: Exception | None) -> None:
    if error is not None:
        raise error
