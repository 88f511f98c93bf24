"""Which tables hold training data, model versions, what was found out about them, and which version is live?"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base
from services.importing.table import ImportedColumns

VERSION = "model_versions.version"
#: States in which somebody is, or should be, at work on a version.
OPEN = "state IN ('waiting', 'training', 'evaluating')"


class ExampleRow(ImportedColumns, Base):
    """One sentence that the assistant learns from. Fields are described in `services.training.types.Example`."""

    __tablename__ = "training_examples"
    __table_args__ = (Index("ix_training_examples_intent", "intent"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    topic: Mapped[str]
    intent: Mapped[str]
    text: Mapped[str]
    source: Mapped[str]
    changed_by: Mapped[str]


class HeldOutRow(Base):
    """A question whose right intent an editor knows, kept out of the training data to judge models by."""

    __tablename__ = "training_held_out"

    question: Mapped[str] = mapped_column(primary_key=True)
    intent: Mapped[str]
    added_by: Mapped[str]
    added_at: Mapped[datetime]


class VersionRow(Base):
    """One model, wanted or made.

    waiting -> training -> evaluating -> ready | failed; begun again when who worked on it is gone; cancelled on demand.
    """

    __tablename__ = "model_versions"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'training', 'evaluating', 'ready', 'failed', 'cancelled')", name="state"),
        Index("ix_model_versions_open", "version", postgresql_where=text(OPEN)),
    )

    version: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    state: Mapped[str]
    #: Who asked for it, and what for.
    requested_by: Mapped[str]
    note: Mapped[str]
    requested_at: Mapped[datetime]
    #: Digest of everything but the examples that it is made from: it fits only a program with the same.
    release: Mapped[str]
    #: Digest and size of the examples that it was made from.
    data_digest: Mapped[str]
    examples: Mapped[int]
    intents: Mapped[int]
    #: How often somebody began to make it.
    tries: Mapped[int] = mapped_column(default=0)
    #: Who works on it, and until when that holds without a sign of life.
    owner: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    failure: Mapped[str]
    #: `services.training.types.Evaluation`; None until it is judged.
    evaluation: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class FileRow(Base):
    """A version's trained model as Rasa loads it, and the training data that it was made from."""

    __tablename__ = "model_files"

    version: Mapped[int] = mapped_column(ForeignKey(VERSION, ondelete="CASCADE"), primary_key=True)
    model: Mapped[bytes]
    #: Hex SHA-256 of `model`; Rasa's processes ask by it whether they are up to date.
    digest: Mapped[str]
    #: A zip of Rasa's YAML files.
    data: Mapped[bytes]


class LogRow(Base):
    """One line of what happened while a version was made."""

    __tablename__ = "model_log"
    __table_args__ = (Index("ix_model_log_version", "version", "seq"),)

    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey(VERSION, ondelete="CASCADE"))
    at: Mapped[datetime]
    line: Mapped[str]


class ChangeRow(Base):
    """A real question, masked, that a version takes otherwise than the version that was live."""

    __tablename__ = "model_changes"
    __table_args__ = (CheckConstraint("verdict IN ('accepted', 'rejected')", name="verdict"),)

    version: Mapped[int] = mapped_column(ForeignKey(VERSION, ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    #: How often it was asked.
    asked: Mapped[int]
    old_intent: Mapped[str]
    old_confidence: Mapped[float]
    new_intent: Mapped[str]
    new_confidence: Mapped[float]
    #: What staff say about it; None until they have.
    verdict: Mapped[str | None]
    verdict_by: Mapped[str]
    verdict_at: Mapped[datetime | None]


class PromotionRow(Base):
    """A version became the live one; the latest row says which is."""

    __tablename__ = "model_promotions"
    __table_args__ = (CheckConstraint("kind IN ('released', 'promoted', 'rolled_back', 'withdrawn')", name="kind"),)

    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey(VERSION))
    #: The version that was live before; None for the first.
    replaced: Mapped[int | None] = mapped_column(ForeignKey(VERSION))
    #: released: with a new release of the program; promoted, rolled_back: by staff; withdrawn: by itself.
    kind: Mapped[str]
    by: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]
