"""Which tables hold the staff's accounts, and who is signed in?"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base
from services.staff.permissions import Role


class StaffRow(Base):
    """One account. It is disabled rather than deleted: the audit log names it."""

    __tablename__ = "staff"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    #: What is typed to sign in; lower case.
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    #: Limits an editor to the entries of this department; empty: all departments.
    department: Mapped[str]
    #: argon2id; None until the invitation was taken up.
    password_hash: Mapped[str | None]
    totp_sealed: Mapped[bytes | None]
    #: False while the QR code is shown and no code has been typed yet.
    totp_confirmed: Mapped[bool] = mapped_column(default=False)
    #: The step of 30 seconds whose code was used last: none is taken twice.
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0)
    #: Wrong passwords and codes since the last right one.
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]


class StaffRoleRow(Base):
    """One role of one account."""

    __tablename__ = "staff_roles"
    __table_args__ = (CheckConstraint(f"role IN ({', '.join(repr(role.value) for role in Role)})", name="role"),)

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class RecoveryCodeRow(Base):
    """A code that stands in for the phone, once."""

    __tablename__ = "staff_recovery_codes"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    #: Keyed fingerprint of the code.
    code: Mapped[bytes] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]


class InvitationRow(Base):
    """A link with which a password is set, once."""

    __tablename__ = "staff_invitations"
    __table_args__ = (Index("ix_staff_invitations_staff_id", "staff_id"),)

    #: SHA-256 of the link's secret.
    token: Mapped[bytes] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SessionRow(Base):
    """Somebody who has signed in, in one browser."""

    __tablename__ = "staff_sessions"
    __table_args__ = (Index("ix_staff_sessions_staff_id", "staff_id"), Index("ix_staff_sessions_ends_at", "ends_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    #: SHA-256 of the cookie's secret.
    token: Mapped[bytes] = mapped_column(unique=True)
    #: False between the password and the second factor.
    confirmed: Mapped[bool]
    address: Mapped[str]
    agent: Mapped[str]
    #: What the next page has to say: `{"kind": ..., "text": ...}`.
    flash: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    #: Whatever happens, it is over then.
    ends_at: Mapped[datetime]
    #: When it was ended by hand.
    ended_at: Mapped[datetime | None]


class RateRow(Base):
    """A token bucket that all machines share."""

    __tablename__ = "staff_rates"
    __table_args__ = (Index("ix_staff_rates_refilled_at", "refilled_at"),)

    #: What is limited: `sign-in from <address>`.
    name: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float]
    refilled_at: Mapped[datetime]


class StaffFileRow(Base):
    """A file that somebody is at work with; nobody else sees it, and it goes after a day."""

    __tablename__ = "staff_files"
    __table_args__ = (
        Index("ix_staff_files_staff_id", "staff_id", "kept_at"),
        Index("ix_staff_files_kept_at", "kept_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str]
    content_type: Mapped[str]
    content: Mapped[bytes]
    kept_at: Mapped[datetime]


class StaffWorkRow(Base):
    """A long work that goes on while its page is left; nobody else sees it, and it goes after a day."""

    __tablename__ = "staff_works"
    __table_args__ = (
        Index("ix_staff_works_staff_id", "staff_id", "begun_at"),
        Index("ix_staff_works_begun_at", "begun_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    #: What is done: `faq.import`.
    kind: Mapped[str]
    #: The file that it is done with, in `staff_files`.
    file_id: Mapped[UUID]
    done: Mapped[int]
    total: Mapped[int]
    #: What came of it; None until it is over.
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    begun_at: Mapped[datetime]
    #: The latest sign of life.
    seen_at: Mapped[datetime]
