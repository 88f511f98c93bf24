"""Which tables hold what news messages need: covers, and what the platform keeps of ours?

notice_covers     pictures that staff uploaded, each once, under the digest of its bytes
notice_materials  which cover an account has uploaded to the platform, and under which media id
notice_drafts     drafts that we put into an account's draft box, by the chunk that they are for
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base


class CoverRow(Base):
    """One picture; it never changes."""

    __tablename__ = "notice_covers"
    __table_args__ = (
        CheckConstraint("format IN ('jpeg', 'png')", name="format"),
        Index("ix_notice_covers_added_at", "added_at"),
    )

    #: SHA-256 of the content in hexadecimal.
    id: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    format: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    added_by: Mapped[str]
    #: When somebody uploaded it last.
    added_at: Mapped[datetime]


class MaterialRow(Base):
    """One cover as one account has it on the platform."""

    __tablename__ = "notice_materials"

    #: The account's app id.
    account: Mapped[str] = mapped_column(primary_key=True)
    cover: Mapped[str] = mapped_column(ForeignKey("notice_covers.id"), primary_key=True)
    #: None while it is being uploaded.
    media_id: Mapped[str | None]
    #: Until then whoever uploads it is waited for.
    claimed_until: Mapped[datetime]


class DraftRow(Base):
    """One draft that may lie in the draft box. Sent ones leave the box, and their rows go with them."""

    __tablename__ = "notice_drafts"
    __table_args__ = (
        Index("ix_notice_drafts_chunk", "notice_id", "version", "chunk"),
        Index("ix_notice_drafts_made_at", "account", "made_at"),
    )

    account: Mapped[str] = mapped_column(primary_key=True)
    media_id: Mapped[str] = mapped_column(primary_key=True)
    notice_id: Mapped[UUID]
    version: Mapped[int]
    chunk: Mapped[int]
    made_at: Mapped[datetime]
