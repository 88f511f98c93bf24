"""Which tables hold what citizens follow?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base


class SubjectRow(Base):
    """A topic of everyday matters or a district of the city: what can be followed."""

    __tablename__ = "subscription_subjects"
    __table_args__ = (CheckConstraint("kind IN ('topic', 'district')", name="kind"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    #: What citizens call it besides.
    aliases: Mapped[list[str]] = mapped_column(JSONB)
    #: Its place in the city's file, and so in every list.
    position: Mapped[int]
    #: False once the city's file has lost it: nobody new can follow it, who does can leave.
    offered: Mapped[bool]


class SubscriptionRow(Base):
    """A citizen who follows a subject."""

    __tablename__ = "subscriptions"
    __table_args__ = (Index(None, "code", "citizen_id"),)

    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("subscription_subjects.code"), primary_key=True)
    created_at: Mapped[datetime]


class LeaverRow(Base):
    """A citizen who wants no notices any more; emergencies still reach them."""

    __tablename__ = "subscription_leavers"

    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    left_at: Mapped[datetime]
