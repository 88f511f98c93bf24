"""Who is at the other end? Sign in with password and second factor, sessions that end, sign out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pyotp
import structlog
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.audit.trail import Actor, Subject, record
from services.clock import Clock
from services.crypto import Cipher
from services.db import Sessions
from services.staff import repository, rules
from services.staff.models import SessionRow, StaffRow
from services.staff.passwords import Passwords
from services.staff.service import person
from services.staff.types import Locked, Person, SessionView, SignedIn, WrongCode, WrongPassword

log = structlog.stdlib.get_logger(__name__)

#: Tries to sign in from one address: 20 at once, then one in 15 seconds.
TRIES, TRIES_PER_SECOND = 20, 1 / 15
RECOVERY_PURPOSE = "staff recovery code"


def totp_binding(staff_id: UUID) -> str:
    """What a sealed TOTP secret is bound to."""
    return f"staff totp {staff_id}"


class Signing:
    """Sessions on one database."""

    def __init__(self, *, sessions: Sessions, clock: Clock, passwords: Passwords, cipher: Cipher) -> None:
        self._sessions = sessions
        self._clock = clock
        self._passwords = passwords
        self._cipher = cipher

    async def sign_in(self, login: str, password: str, *, address: str, agent: str) -> tuple[str, Person]:
        """The secret of a new session, which is half signed in where a second factor is set up.

        Raises WrongPassword, and Locked with the time to wait.
        """
        await self._limit(f"sign-in from {address}")
        login = login.strip().lower()
        async with self._sessions() as session:
            row = await repository.by_login(session, login)
        if row is not None:
            self._refuse_locked(row)
        known = row.password_hash if row is not None and row.disabled_at is None else None
        right = await self._passwords.verify(known, password)
        if row is None or not right:
            await self._failed(login, address, "staff.password_wrong")
            raise WrongPassword
        rehashed = await self._passwords.hash(password) if self._passwords.outdated(known or "") else None
        return await self._open(row.id, rehashed, address=address, agent=agent)

    async def check_password(self, one: Person, password: str, *, address: str) -> None:
        """Is it really the person whose session this is? Raises WrongPassword and Locked."""
        async with self._sessions() as session:
            row = await repository.by_id(session, one.id)
        if row is None:
            raise WrongPassword
        self._refuse_locked(row)
        if not await self._passwords.verify(row.password_hash, password):
            await self._failed(one.login, address, "staff.password_wrong")
            raise WrongPassword

    async def confirm(self, secret: str, code: str, *, address: str) -> str:
        """Takes the second factor, a code of the phone or a recovery code; gives the session's new secret.

        Raises WrongCode and Locked.
        """
        now = self._clock.now()
        async with self._sessions.begin() as session:
            found = await repository.session_of(session, rules.digest(secret))
            if found is None:
                raise WrongCode
            held, row = found[0], await repository.by_id(session, found[1].id, lock=True)
            if row is None:
                raise WrongCode
            self._refuse_locked(row)
            if await self._code_fits(session, row, code, now):
                fresh = rules.new_secret()
                held.token, held.confirmed, held.ends_at = rules.digest(fresh), True, now + rules.SESSION
                row.failures, row.locked_until, row.signed_in_at = 0, None, now
                record(session, _actor(row, address), "staff.signed_in", _subject(row), now=now)
                return fresh
        await self._failed(row.login, address, "staff.code_wrong")
        raise WrongCode

    async def _code_fits(self, session: AsyncSession, row: StaffRow, code: str, now: datetime) -> bool:
        typed = "".join(code.split())
        if row.totp_sealed is not None and row.totp_confirmed and typed.isascii() and typed.isdigit():
            secret = self._cipher.open(row.totp_sealed, bound_to=totp_binding(row.id))
            step = matching_step(secret, typed, now)
            if step is not None and step > row.totp_step:
                row.totp_step = step
                return True
        mark = self._cipher.fingerprint(rules.plain_recovery_code(code), purpose=RECOVERY_PURPOSE)
        return await repository.use_recovery_code(session, row.id, mark, now)

    async def session(self, secret: str, *, passive: bool = False) -> SignedIn | None:
        """Whose session has this secret, where it still holds? `passive` does not count as being there."""
        now = self._clock.now()
        async with self._sessions() as session:
            found = await repository.session_of(session, rules.digest(secret))
            if found is None:
                return None
            held, row = found
            gone = held.ended_at is not None or row.disabled_at is not None
            if gone or rules.is_over(now=now, seen_at=held.seen_at, ends_at=held.ends_at):
                return None
            roles = await repository.roles_of(session, [row.id])
            if not passive and now - held.seen_at >= rules.SEEN_EVERY:
                await session.execute(update(SessionRow).where(SessionRow.id == held.id).values(seen_at=now))
                await session.commit()
        return SignedIn(
            session_id=held.id,
            person=person(row, roles[row.id]),
            confirmed=held.confirmed,
            created_at=held.created_at,
            seen_at=held.seen_at,
            ends_at=held.ends_at,
            flash=held.flash,
        )

    async def say_next(self, session_id: UUID, notes: list[dict[str, Any]]) -> None:
        """What the session's next page has to say, in the place of what was there."""
        async with self._sessions.begin() as session:
            await session.execute(update(SessionRow).where(SessionRow.id == session_id).values(flash=notes))

    async def sign_out(self, actor: Actor, one: SignedIn) -> None:
        """Ends the session."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            await repository.end_sessions(session, one.person.id, now, only=one.session_id)
            record(session, actor, "staff.signed_out", Subject(kind="staff", id=one.person.login), now=now)

    async def open_sessions(self, staff_id: UUID, *, limit: int = 50) -> Sequence[SessionView]:
        """Where this account is signed in now."""
        async with self._sessions() as session:
            rows = await repository.open_sessions(session, staff_id, self._clock.now(), limit=limit)
        return [
            SessionView(id=r.id, address=r.address, agent=r.agent, created_at=r.created_at, seen_at=r.seen_at)
            for r in rows
        ]

    async def end_sessions(
        self, actor: Actor, one: Person, *, only: UUID | None = None, but: UUID | None = None
    ) -> int:
        """Ends sessions of the account: one, or all but one, or all; tells how many that were."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            ended = await repository.end_sessions(session, one.id, now, only=only, but=but)
            if ended:
                subject = Subject(kind="staff", id=one.login)
                record(session, actor, "staff.sessions_ended", subject, now=now, after={"sessions": ended})
        return ended

    async def sweep(self) -> None:
        """Removes what ended long ago."""
        async with self._sessions.begin() as session:
            await repository.sweep(session, before=self._clock.now() - 7 * rules.SESSION)

    async def _open(self, staff_id: UUID, rehashed: str | None, *, address: str, agent: str) -> tuple[str, Person]:
        now = self._clock.now()
        secret = rules.new_secret()
        async with self._sessions.begin() as session:
            row = await repository.by_id(session, staff_id, lock=True)
            if row is None or row.disabled_at is not None:
                raise WrongPassword
            if rehashed is not None:
                row.password_hash = rehashed
            if not row.totp_confirmed:
                row.failures, row.locked_until, row.signed_in_at = 0, None, now
                record(session, _actor(row, address), "staff.signed_in", _subject(row), now=now)
            lasts = rules.HALF_SIGNED_IN if row.totp_confirmed else rules.SESSION
            session.add(
                SessionRow(
                    id=uuid4(),
                    staff_id=row.id,
                    token=rules.digest(secret),
                    confirmed=not row.totp_confirmed,
                    address=address,
                    agent=agent[:300],
                    flash=[],
                    created_at=now,
                    seen_at=now,
                    ends_at=now + lasts,
                    ended_at=None,
                )
            )
            roles = await repository.roles_of(session, [row.id])
            return secret, person(row, roles[row.id])

    async def _failed(self, login: str, address: str, action: str) -> None:
        """Counts a wrong try and writes it down; an account that has had too many waits."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = await repository.by_login(session, login, lock=True)
            if row is None:
                log.info("staff.unknown_login", address=address)
                return
            row.failures += 1
            wait = rules.wait_after(row.failures)
            if wait is not None:
                row.locked_until = now + wait
            after = {"failures": row.failures, "seconds": int(wait.total_seconds()) if wait else 0}
            record(session, _actor(row, address), action, _subject(row), now=now, after=after)

    def _refuse_locked(self, row: StaffRow) -> None:
        if row.locked_until is not None and row.locked_until > self._clock.now():
            raise Locked(retry_after=math.ceil((row.locked_until - self._clock.now()).total_seconds()))

    async def _limit(self, name: str) -> None:
        async with self._sessions.begin() as session:
            wait = await repository.take_token(
                session, name, self._clock.now(), size=TRIES, per_second=TRIES_PER_SECOND
            )
        if wait > 0:
            raise Locked(retry_after=math.ceil(wait))


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Which step of 30 seconds has this code, of now and its neighbours? Clocks of phones are not exact (RFC 6238)."""
    totp = pyotp.TOTP(secret)
    current = int(now.timestamp()) // rules.TOTP_SECONDS
    for step in (current, current - 1, current + 1):
        if pyotp.utils.strings_equal(code, totp.generate_otp(step)):
            return step
    return None


def _actor(row: StaffRow, address: str) -> Actor:
    return Actor(staff_id=row.id, login=row.login, address=address)


def _subject(row: StaffRow) -> Subject:
    return Subject(kind="staff", id=row.login)
