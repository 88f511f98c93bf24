"""How does a notice go out as news? Its cover uploaded once, a draft for each call, and no draft sent twice.

cover -> permanent material (once an account) -> draft (one a chunk, kept before it is used) -> mass send, which takes
the draft out of the box. Neither upload nor draft has a key: what is made twice after a kill is harmless, since the
send has one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.channels.wechat.client import SentNews, news_message
from bot.channels.wechat.codes import INVALID_MEDIA
from bot.errors import BotError, ContentRejected, PlatformBusy, PlatformError
from bot.faults import Fault, FaultPoint, no_fault
from services.notices.article import article_of
from services.notices.article_store import ArticleStore
from services.notices.values import ChunkKey, Content

log = structlog.stdlib.get_logger(__name__)

#: Drafts of one chunk that may be gone when it is sent: one of each worker that was lost, and a fresh one.
MOST_DRAFTS = 4


class ArticleClient(Protocol):
    """What we use of the platform's client."""

    async def add_picture(self, *, name: str, content: bytes, content_type: str) -> str: ...

    async def add_draft(self, article: Mapping[str, object]) -> str: ...

    async def delete_draft(self, media_id: str) -> None: ...

    async def send_news(self, *, openids: Sequence[str], media_id: str, clientmsgid: str) -> SentNews: ...

    async def preview_mass(self, *, openid: str, message: Mapping[str, object]) -> str: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleDesk:
    """News messages of one account. Raises as a NoticeSender does."""

    store: ArticleStore
    client: ArticleClient
    fault: Fault = no_fault

    async def draft(self, content: Content, key: ChunkKey) -> str:
        """The media id of this chunk's draft; made, and the cover uploaded, where that is not done yet. Nothing is
        sent: PlatformBusy is raised for whatever may be tried again."""
        known = await self.store.draft(key)
        if known is not None:
            return known
        cover = content.cover
        if cover is None:
            raise ContentRejected("a news message has no cover")
        material, fresh = await self._material(cover)
        try:
            media_id = await self._add(content, material)
        except ContentRejected as error:
            if error.errcode != INVALID_MEDIA or fresh:
                raise
            # Somebody took the cover out of the account's library.
            await self.store.lose_material(cover, material)
            material, _ = await self._material(cover)
            media_id = await self._add(content, material)
        await self.store.keep_draft(key, media_id)
        self.fault(FaultPoint.DRAFT_KEPT)
        return media_id

    async def send(
        self, content: Content, key: ChunkKey, media_id: str, *, addresses: Sequence[str], clientmsgid: str
    ) -> str:
        """One call for all these addresses; gives the platform's id of the message.

        A draft that is not there any more went out in an attempt whose answer was lost, or was deleted by hand. The key
        tells: with another draft and the same key the platform sends it now or says that it did.
        """
        for _ in range(MOST_DRAFTS):
            sent = await self._send(media_id, addresses, clientmsgid)
            if sent is not None:
                if not sent.repeated:
                    await self._forget(media_id)
                return sent.msg_id
            await self._drop(media_id)
            media_id = await self.draft(content, key)
        raise ContentRejected("the platform knows none of our drafts", errcode=INVALID_MEDIA)

    async def _send(self, media_id: str, addresses: Sequence[str], clientmsgid: str) -> SentNews | None:
        """None: there is no such draft in the box."""
        try:
            return await self.client.send_news(openids=addresses, media_id=media_id, clientmsgid=clientmsgid)
        except ContentRejected as error:
            if error.errcode == INVALID_MEDIA:
                return None
            raise

    async def preview(self, media_id: str, *, address: str) -> str:
        """Shows the draft to one tester; it stays in its box."""
        try:
            return await self.client.preview_mass(openid=address, message=news_message(media_id))
        except ContentRejected as error:
            if error.errcode != INVALID_MEDIA:
                raise
            await self._drop(media_id)
            raise PlatformBusy("the draft is gone: the next attempt makes another") from error

    async def tidy(self) -> None:
        """Takes drafts of more than a day ago out of the box, if they are still there."""
        try:
            while drafts := await self.store.old_drafts():
                for media_id in drafts:
                    await self._drop(media_id)
        except BotError as error:
            # The next tick goes on from here.
            log.warning("notice.draft_stays", error=type(error).__name__)

    async def _drop(self, media_id: str) -> None:
        """A draft that cannot be sent does not stay, should the platform have it after all."""
        await self.client.delete_draft(media_id)
        await self.store.forget_draft(media_id)

    async def _material(self, cover: str) -> tuple[str, bool]:
        """The cover's media id, and whether it was uploaded just now."""
        found = await self.store.material(cover)
        if found.state == "there":
            return found.media_id, False
        if found.state == "busy":
            raise PlatformBusy("another worker is uploading the cover")
        picture = await self.store.cover(cover)
        name = f"{cover[:32]}.{'jpg' if picture.format == 'jpeg' else 'png'}"
        try:
            media_id = await self.client.add_picture(
                name=name, content=picture.content, content_type=f"image/{picture.format}"
            )
        except PlatformError:
            await self.store.give_up(cover)
            raise
        self.fault(FaultPoint.COVER_UPLOADED)
        await self.store.keep_material(cover, media_id)
        return media_id, True

    async def _add(self, content: Content, material: str) -> str:
        media_id = await self.client.add_draft(article_of(content, material))
        self.fault(FaultPoint.DRAFT_MADE)
        return media_id

    async def _forget(self, media_id: str) -> None:
        """What was sent is a fact, whether or not we can write down now that its draft is gone; `tidy` finds it."""
        try:
            await self.store.forget_draft(media_id)
        except (OperationalError, InterfaceError) as error:
            log.warning("notice.draft_not_forgotten", error=type(error).__name__)
