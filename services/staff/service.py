"""What can be done with accounts? Create, invite, change, disable; set a password by a link."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.audit.trail import Actor, Subject, record
from services.clock import Clock
from services.db import Sessions
from services.errors import BadRequest
from services.staff import repository, rules
from services.staff.models import InvitationRow, StaffRow
from services.staff.passwords import Passwords
from services.staff.permissions import Role
from services.staff.types import (
    InvitationOver,
    LastAdministrator,
    LoginTaken,
    Person,
    StaffNotFound,
    WeakPassword,
)

log = structlog.stdlib.get_logger(__name__)


class StaffService:
    """The accounts on one database."""

    def __init__(self, *, sessions: Sessions, clock: Clock, passwords: Passwords) -> None:
        self._sessions = sessions
        self._clock = clock
        self._passwords = passwords

    async def create(
        self, actor: Actor, *, login: str, name: str, roles: Collection[Role], department: str = ""
    ) -> tuple[Person, str]:
        """A new account and the secret of the link with which its owner sets a password.

        Raises BadRequest and LoginTaken.
        """
        now = self._clock.now()
        if not rules.LOGIN.fullmatch(login):
            raise BadRequest("login: 2 to 40 of a-z, 0-9, dot, dash and underscore are expected")
        if not name.strip():
            raise BadRequest("name: must not be empty")
        async with self._sessions.begin() as session:
            if await repository.by_login(session, login) is not None:
                raise LoginTaken
            row = StaffRow(
                id=uuid4(),
                login=login,
                name=name.strip(),
                department=department.strip(),
                created_at=now,
                changed_at=now,
                totp_confirmed=False,
                totp_step=0,
                failures=0,
            )
            session.add(row)
            await session.flush()
            await repository.set_roles(session, row.id, roles)
            secret = await self._invite(session, row.id, now)
            record(session, actor, "staff.created", _subject(row), now=now, after=_public(row, roles))
            return person(row, roles), secret

    async def invite(self, actor: Actor, staff_id: UUID) -> str:
        """A new link for somebody who forgot the password or lost the phone; both are forgotten, and sessions end.

        Raises StaffNotFound.
        """
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = await self._row(session, staff_id)
            row.password_hash, row.totp_sealed, row.totp_confirmed = None, None, False
            row.failures, row.locked_until, row.changed_at = 0, None, now
            await repository.replace_recovery_codes(session, row.id, ())
            await repository.end_sessions(session, row.id, now)
            secret = await self._invite(session, row.id, now)
            record(session, actor, "staff.reset", _subject(row), now=now)
        return secret

    async def change(
        self, actor: Actor, staff_id: UUID, *, name: str, roles: Collection[Role], department: str
    ) -> Person:
        """Sets what an administrator may set. Raises StaffNotFound and LastAdministrator."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = await self._row(session, staff_id)
            old = (await repository.roles_of(session, [row.id]))[row.id]
            if Role.ADMINISTRATOR in old and Role.ADMINISTRATOR not in roles:
                await self._keep_one(session, row)
            before = _public(row, old)
            row.name, row.department, row.changed_at = name.strip(), department.strip(), now
            await repository.set_roles(session, row.id, roles)
            record(session, actor, "staff.changed", _subject(row), now=now, before=before, after=_public(row, roles))
            return person(row, roles)

    async def disable(self, actor: Actor, staff_id: UUID) -> None:
        """Ends the account's sessions and lets nobody in with it. Raises StaffNotFound and LastAdministrator."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = await self._row(session, staff_id)
            if row.disabled_at is not None:
                return
            if Role.ADMINISTRATOR in (await repository.roles_of(session, [row.id]))[row.id]:
                await self._keep_one(session, row)
            row.disabled_at = row.changed_at = now
            await repository.end_sessions(session, row.id, now)
            await repository.revoke_invitations(session, row.id, now)
            record(session, actor, "staff.disabled", _subject(row), now=now)

    async def enable(self, actor: Actor, staff_id: UUID) -> None:
        """Undoes `disable`. Raises StaffNotFound."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = await self._row(session, staff_id)
            if row.disabled_at is None:
                return
            row.disabled_at, row.changed_at = None, now
            record(session, actor, "staff.enabled", _subject(row), now=now)

    async def invited(self, secret: str) -> Person:
        """Whose link is this? Raises InvitationOver."""
        async with self._sessions() as session:
            row = await self._invited(session, secret)
            return person(row, (await repository.roles_of(session, [row.id]))[row.id])

    async def accept(self, secret: str, password: str, *, address: str) -> Person:
        """Sets the password by the link, which is of no use afterwards. Raises InvitationOver and WeakPassword."""
        invited = await self.invited(secret)
        _check(password, invited)
        hashed = await self._passwords.hash(password)
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = await self._invited(session, secret, lock=True)
            row.password_hash, row.failures, row.locked_until, row.changed_at = hashed, 0, None, now
            await repository.revoke_invitations(session, row.id, now)
            record(session, _self(row, address), "staff.password_set", _subject(row), now=now)
        return invited

    async def change_password(self, actor: Actor, one: Person, new: str, *, session_id: UUID) -> None:
        """Sets a new password, whose owner has just shown the old one; ends the other sessions. Raises WeakPassword."""
        _check(new, one)
        hashed = await self._passwords.hash(new)
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = await self._row(session, one.id)
            row.password_hash, row.changed_at = hashed, now
            await repository.end_sessions(session, row.id, now, but=session_id)
            record(session, actor, "staff.password_changed", _subject(row), now=now)

    async def person(self, staff_id: UUID) -> Person:
        """One account; raises StaffNotFound."""
        async with self._sessions() as session:
            row = await repository.by_id(session, staff_id)
            if row is None:
                raise StaffNotFound
            return person(row, (await repository.roles_of(session, [row.id]))[row.id])

    async def by_login(self, login: str) -> Person:
        """One account; raises StaffNotFound."""
        async with self._sessions() as session:
            row = await repository.by_login(session, login)
            if row is None:
                raise StaffNotFound(f"there is no account {login}")
            return person(row, (await repository.roles_of(session, [row.id]))[row.id])

    async def page(
        self, *, search: str = "", role: Role | None = None, after: str | None = None, limit: int = 50
    ) -> Sequence[Person]:
        """Accounts by their login, after the given one."""
        async with self._sessions() as session:
            rows = await repository.page(session, search=search, role=role, after=after, limit=limit)
            roles = await repository.roles_of(session, [row.id for row in rows])
            return [person(row, roles[row.id]) for row in rows]

    async def is_empty(self) -> bool:
        """Is there no account yet?"""
        async with self._sessions() as session:
            return await repository.count(session) == 0

    async def _invite(self, session: AsyncSession, staff_id: UUID, now: datetime) -> str:
        await repository.revoke_invitations(session, staff_id, now)
        secret = rules.new_secret()
        session.add(
            InvitationRow(
                token=rules.digest(secret), staff_id=staff_id, expires_at=now + rules.INVITATION, used_at=None
            )
        )
        return secret

    async def _invited(self, session: AsyncSession, secret: str, *, lock: bool = False) -> StaffRow:
        invitation = await repository.invitation(session, rules.digest(secret), lock=lock)
        if invitation is None or invitation.used_at is not None or invitation.expires_at <= self._clock.now():
            raise InvitationOver
        row = await repository.by_id(session, invitation.staff_id, lock=lock)
        if row is None or row.disabled_at is not None:
            raise InvitationOver
        return row

    async def _row(self, session: AsyncSession, staff_id: UUID) -> StaffRow:
        row = await repository.by_id(session, staff_id, lock=True)
        if row is None:
            raise StaffNotFound
        return row

    async def _keep_one(self, session: AsyncSession, row: StaffRow) -> None:
        if await repository.other_administrators(session, row.id) == 0:
            raise LastAdministrator


def person(row: StaffRow, roles: Collection[Role]) -> Person:
    """A row as the rest of the program sees it."""
    return Person(
        id=row.id,
        login=row.login,
        name=row.name,
        roles=frozenset(roles),
        department=row.department,
        second_factor=row.totp_confirmed,
        has_password=row.password_hash is not None,
        disabled_at=row.disabled_at,
        locked_until=row.locked_until,
        created_at=row.created_at,
        changed_at=row.changed_at,
        signed_in_at=row.signed_in_at,
    )


def _check(password: str, one: Person) -> None:
    weakness = rules.weakness(password, login=one.login, name=one.name)
    if weakness is not None:
        raise WeakPassword(weakness)


def _self(row: StaffRow, address: str) -> Actor:
    return Actor(staff_id=row.id, login=row.login, address=address)


def _subject(row: StaffRow) -> Subject:
    return Subject(kind="staff", id=row.login)


def _public(row: StaffRow, roles: Collection[Role]) -> Mapping[str, Any]:
    return {"name": row.name, "department": row.department, "roles": sorted(role.value for role in roles)}
