"""What is a member of the staff, somebody signed in, and what can go wrong with either?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.errors import BadRequest, Conflict, NotFound, TooManyAttempts, Unauthorized
from services.staff.permissions import Permission, Role, granted


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """One member of the staff."""

    id: UUID
    login: str
    name: str
    roles: frozenset[Role]
    #: Limits an editor to the entries of this department; empty: all departments.
    department: str
    #: Is a second factor set up?
    second_factor: bool
    #: Was the invitation taken up?
    has_password: bool
    disabled_at: datetime | None
    locked_until: datetime | None
    created_at: datetime
    changed_at: datetime
    signed_in_at: datetime | None

    @property
    def permissions(self) -> frozenset[Permission]:
        return granted(self.roles)

    def may(self, permission: Permission) -> bool:
        """Has one of the roles this permission?"""
        return permission in self.permissions

    def may_touch(self, department: str) -> bool:
        """Are entries of this department this person's to change? Administrators are not limited."""
        return Role.ADMINISTRATOR in self.roles or self.department in ("", department)


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """A session that holds, and whose it is."""

    session_id: UUID
    person: Person
    #: False between the password and the second factor.
    confirmed: bool
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    #: What the next page has to say: `{"kind": ..., "text": ...}`.
    flash: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionView:
    """A session as its owner sees it in a list."""

    id: UUID
    address: str
    agent: str
    created_at: datetime
    seen_at: datetime


class WrongPassword(Unauthorized):
    """The account or the password is wrong, or the account is disabled: which, is not told."""

    type = "wrong-password"


class WrongCode(Unauthorized):
    """The code is wrong or was used before."""

    type = "wrong-code"


class Locked(TooManyAttempts):
    """Too many wrong passwords or codes; the account waits."""

    type = "account-locked"


class WeakPassword(BadRequest):
    """The password is too short, too common or says who it belongs to."""

    type = "weak-password"


class LoginTaken(Conflict):
    """There is an account of that name."""

    type = "login-taken"


class LastAdministrator(Conflict):
    """Somebody has to be able to administer."""

    type = "last-administrator"


class InvitationOver(NotFound):
    """The link was used before, has run out, or never was."""

    type = "invitation-over"


class StaffNotFound(NotFound):
    """There is no such account."""

    type = "staff-not-found"


class SecondFactorThere(Conflict):
    """A second factor is set up; it has to be removed first."""

    type = "second-factor-there"
