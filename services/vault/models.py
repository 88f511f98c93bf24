"""Which table holds the sealed identifiers?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base


class VaultRow(Base):
    """One identifier of one citizen, sealed; the token alone is what the assistant sees."""

    __tablename__ = "vault_entries"
    __table_args__ = (
        UniqueConstraint("citizen_id", "fingerprint", name="uq_vault_entries_value"),
        CheckConstraint("kind IN ('IDCARD', 'IDWRONG', 'MOBILE', 'BANKCARD')", name="kind"),
        Index("ix_vault_entries_expires_at", "expires_at"),
    )

    #: Kind and 8 characters, such as IDCARDK3Q7ZP2A.
    token: Mapped[str] = mapped_column(primary_key=True)
    citizen_id: Mapped[UUID]
    kind: Mapped[str]
    #: The same for the same value of the same citizen; of no use without the key.
    fingerprint: Mapped[bytes]
    sealed: Mapped[bytes]
    expires_at: Mapped[datetime]
