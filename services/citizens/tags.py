"""Which of the platform's tags has each follower? A copy, brought up to date while the platform keeps its own.

One round: the list of tags, then each tag's openids page by page. What a round has not seen of a tag is taken away at
its end, so a round that breaks off leaves what was there; the next begins anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.citizens.models import CitizenRow, TagMemberRow, TagRoundRow, TagRow
from services.clock import Clock
from services.db import Sessions

#: A round that was begun so long ago and has not ended was lost.
LOST = timedelta(minutes=30)
TAKE_IN = text("""
    INSERT INTO citizen_tag_members (channel, tag, citizen_id, round)
    SELECT channel, CAST(:tag AS text), citizen_id, CAST(:round AS int) FROM citizens
    WHERE channel = CAST(:channel AS text) AND account = ANY(CAST(:accounts AS text[]))
        AND address = ANY(CAST(:addresses AS text[]))
    ON CONFLICT (channel, tag, citizen_id) DO UPDATE SET round = excluded.round
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tag:
    """One of the platform's tags."""

    tag: str
    name: str
    #: As the platform counts it.
    followers: int


class TagService:
    """The copy of one channel's tags; written by whoever claimed a round."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def claim_round(self, channel: str, *, every: timedelta) -> int | None:
        """The number of a new round, where the last began `every` ago (or was lost); None: it is not time yet. Of any
        number who ask at once one gets it."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            new = insert(TagRoundRow).values(channel=channel, round=0, began_at=None, ended_at=None)
            await session.execute(new.on_conflict_do_nothing())
            query = select(TagRoundRow).where(TagRoundRow.channel == channel).with_for_update()
            row = (await session.scalars(query)).one()
            ended = row.ended_at is not None and row.began_at is not None and row.ended_at >= row.began_at
            wait = every if ended else min(every, LOST)
            if row.began_at is not None and now - row.began_at < wait:
                return None
            row.round, row.began_at = row.round + 1, now
            return row.round

    async def accounts(self, channel: str) -> Sequence[str]:
        """Under which accounts this channel's citizens are known."""
        async with self._sessions() as session:
            return (
                await session.scalars(select(CitizenRow.account).where(CitizenRow.channel == channel).distinct())
            ).all()

    async def take_in(
        self, channel: str, tag: str, *, accounts: Sequence[str], addresses: Sequence[str], number: int
    ) -> None:
        """One page of a tag's followers; those whom we do not know yet come with a later round."""
        values = {"channel": channel, "tag": tag, "round": number}
        async with self._sessions.begin() as session:
            await session.execute(TAKE_IN, {**values, "accounts": list(accounts), "addresses": list(addresses)})

    async def list_taken(self, channel: str, tags: Sequence[Tag]) -> None:
        """What the platform's tags are called now; those that are gone lose their followers as well."""
        async with self._sessions.begin() as session:
            kept = [tag.tag for tag in tags]
            for row in (TagMemberRow, TagRow):
                await session.execute(delete(row).where(row.channel == channel, row.tag.not_in(kept)))
            for place, tag in enumerate(tags):
                values = {"name": tag.name, "followers": tag.followers, "position": place}
                new = insert(TagRow).values(channel=channel, tag=tag.tag, **values)
                await session.execute(new.on_conflict_do_update(index_elements=["channel", "tag"], set_=values))

    async def close_tag(self, channel: str, tag: str, *, number: int) -> None:
        """Everybody who has it was taken in: who was not seen has it no more."""
        gone = (TagMemberRow.channel == channel) & (TagMemberRow.tag == tag) & (TagMemberRow.round < number)
        async with self._sessions.begin() as session:
            await session.execute(delete(TagMemberRow).where(gone))

    async def close_round(self, channel: str, *, number: int) -> None:
        """The round came to its end."""
        async with self._sessions.begin() as session:
            row = await session.get_one(TagRoundRow, channel, with_for_update=True)
            if row.round == number:
                row.ended_at = self._clock.now()

    @staticmethod
    async def erase_citizen(session: AsyncSession, citizen_id: UUID) -> None:
        """Forgets which tags a citizen had, in the caller's transaction."""
        await session.execute(delete(TagMemberRow).where(TagMemberRow.citizen_id == citizen_id))


async def known(session: AsyncSession) -> Sequence[tuple[TagRow, int]]:
    """Every tag in the platform's order, with how many followers whom we know have it."""
    count = func.count(TagMemberRow.citizen_id)
    query = (
        select(TagRow, count)
        .outerjoin(TagMemberRow, (TagMemberRow.channel == TagRow.channel) & (TagMemberRow.tag == TagRow.tag))
        .group_by(TagRow.channel, TagRow.tag)
        .order_by(TagRow.channel, TagRow.position)
    )
    return [(row, members) for row, members in (await session.execute(query)).all()]
