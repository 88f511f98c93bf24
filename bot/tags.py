"""How do we know which tags the platform's followers have? One round over its lists, begun by one worker at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from bot.channels.wechat.client import TagEntry
from services.citizens.tags import Tag, TagService

log = structlog.stdlib.get_logger(__name__)

#: A tag that staff put on somebody counts for audiences after this at the latest.
EVERY = timedelta(hours=1)
NOW = timedelta(0)


class TagClient(Protocol):
    """What we ask of the platform."""

    async def tags(self) -> Sequence[TagEntry]: ...

    def tagged(self, tag: int) -> AsyncIterator[list[str]]: ...


async def read_tags(client: TagClient, tags: TagService, channel: str, *, every: timedelta = EVERY) -> int | None:
    """Reads all tags and who has them; how many tags, or None where a round is under way or was a short time ago.
    Repeatable: a round that breaks off leaves what was known."""
    number = await tags.claim_round(channel, every=every)
    if number is None:
        return None
    listed = await client.tags()
    accounts = await tags.accounts(channel)
    await tags.list_taken(channel, [Tag(tag=str(one.id), name=one.name, followers=one.count) for one in listed])
    for one in listed:
        async for page in client.tagged(one.id):
            await tags.take_in(channel, str(one.id), accounts=accounts, addresses=page, number=number)
        await tags.close_tag(channel, str(one.id), number=number)
    await tags.close_round(channel, number=number)
    log.info("tags.read", tags=len(listed))
    return len(listed)
