"""Which table holds the citizens?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base


class CitizenRow(Base):
    """One person on one account of one platform. Whoever unfollows loses the address; a return is a new citizen."""

    __tablename__ = "citizens"
    __table_args__ = (
        UniqueConstraint("channel", "account", "address", name="uq_citizens_address"),
        Index("ix_citizens_followers", "citizen_id", postgresql_where=text("followed_at IS NOT NULL")),
    )

    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str]
    account: Mapped[str]
    #: WeChat: the openid. None once it is erased.
    address: Mapped[str | None]
    created_at: Mapped[datetime]
    #: None for who does not follow (any more).
    followed_at: Mapped[datetime | None]
    unfollowed_at: Mapped[datetime | None]
    last_message_at: Mapped[datetime | None]


class TagRow(Base):
    """One of the platform's tags, as it was listed last."""

    __tablename__ = "citizen_tags"

    channel: Mapped[str] = mapped_column(primary_key=True)
    #: The platform's id of it.
    tag: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    #: As the platform counts it.
    followers: Mapped[int]
    #: In the platform's order.
    position: Mapped[int]


class TagMemberRow(Base):
    """A citizen who has a tag."""

    __tablename__ = "citizen_tag_members"
    __table_args__ = (Index(None, "tag", "citizen_id"), Index(None, "citizen_id"))

    channel: Mapped[str] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)
    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    #: The last round that saw it.
    round: Mapped[int]


class TagRoundRow(Base):
    """The reading of one channel's tags."""

    __tablename__ = "citizen_tag_rounds"

    channel: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int]
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
