"""Which tables hold the figures of each hour?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Integer
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base


class HourRow(Base):
    """One hour."""

    __tablename__ = "figure_hours"

    #: Its beginning.
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    #: What citizens said that was for the assistant, by when it was settled.
    messages: Mapped[int]
    #: Of these, answered by an apology.
    failed: Mapped[int]
    #: What the assistant has understood or not, by when it was said.
    turns: Mapped[int]
    #: Of these, answered by a question which of several was meant.
    unsure: Mapped[int]
    #: Of these, answered by saying that there is no answer.
    unknown: Mapped[int]
    #: How many answers took how long: one number for each of `rules.STEPS`, and one for what took longer.
    latencies: Mapped[list[int]] = mapped_column(ARRAY(Integer))


class TopicRow(Base):
    """How often something was asked for in one hour."""

    __tablename__ = "figure_topics"
    __table_args__ = (CheckConstraint("kind IN ('intent', 'item', 'question')", name="kind"),)

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class ProgressRow(Base):
    """Until when everything is rolled up."""

    __tablename__ = "figure_progress"

    name: Mapped[str] = mapped_column(primary_key=True)
    through: Mapped[datetime]
