"""How does somebody set up the second factor? A secret for the phone, a first code, recovery codes on paper."""

from __future__ import annotations

from dataclasses import dataclass

import pyotp

from services.audit.trail import Actor, Subject, record
from services.clock import Clock
from services.crypto import Cipher
from services.db import Sessions
from services.staff import repository, rules
from services.staff.signing import RECOVERY_PURPOSE, matching_step, totp_binding
from services.staff.types import Person, SecondFactorThere, StaffNotFound, WrongCode

ISSUER = "政桥"


@dataclass(frozen=True, kw_only=True, slots=True)
class SetUp:
    """What the phone has to learn."""

    #: In base32, for typing.
    secret: str
    #: `otpauth://...`, for a QR code.
    address: str


class SecondFactors:
    """Second factors on one database."""

    def __init__(self, *, sessions: Sessions, clock: Clock, cipher: Cipher) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher

    async def begin(self, one: Person) -> SetUp:
        """The secret to be set up, the same until the first code was typed. Raises SecondFactorThere."""
        async with self._sessions.begin() as session:
            row = await repository.by_id(session, one.id, lock=True)
            if row is None:
                raise StaffNotFound
            if row.totp_confirmed:
                raise SecondFactorThere
            if row.totp_sealed is None:
                row.totp_sealed = self._cipher.seal(pyotp.random_base32(), bound_to=totp_binding(row.id))
            secret = self._cipher.open(row.totp_sealed, bound_to=totp_binding(row.id))
        address = pyotp.TOTP(secret).provisioning_uri(name=one.login, issuer_name=ISSUER)
        return SetUp(secret=secret, address=address)

    async def finish(self, actor: Actor, one: Person, code: str) -> list[str]:
        """Takes the first code; gives the recovery codes, which are shown this once.

        Raises SecondFactorThere and WrongCode.
        """
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = await repository.by_id(session, one.id, lock=True)
            if row is None or row.totp_sealed is None:
                raise WrongCode
            if row.totp_confirmed:
                raise SecondFactorThere
            secret = self._cipher.open(row.totp_sealed, bound_to=totp_binding(row.id))
            step = matching_step(secret, "".join(code.split()), now)
            if step is None:
                raise WrongCode
            row.totp_confirmed, row.totp_step, row.changed_at = True, step, now
            codes = [rules.new_recovery_code() for _ in range(rules.RECOVERY_CODES)]
            await repository.replace_recovery_codes(session, row.id, [self._mark(code) for code in codes])
            record(session, actor, "staff.second_factor_set", Subject(kind="staff", id=row.login), now=now)
        return codes

    async def new_recovery_codes(self, actor: Actor, one: Person) -> list[str]:
        """Fresh recovery codes; the old ones are of no use any more."""
        now = self._clock.now()
        codes = [rules.new_recovery_code() for _ in range(rules.RECOVERY_CODES)]
        async with self._sessions.begin() as session:
            await repository.replace_recovery_codes(session, one.id, [self._mark(code) for code in codes])
            record(session, actor, "staff.recovery_codes_made", Subject(kind="staff", id=one.login), now=now)
        return codes

    async def recovery_codes_left(self, one: Person) -> int:
        async with self._sessions() as session:
            return await repository.recovery_codes_left(session, one.id)

    async def remove(self, actor: Actor, one: Person) -> None:
        """Removes the second factor, whose owner has just shown the password."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = await repository.by_id(session, one.id, lock=True)
            if row is None:
                raise StaffNotFound
            row.totp_sealed, row.totp_confirmed, row.changed_at = None, False, now
            await repository.replace_recovery_codes(session, row.id, ())
            record(session, actor, "staff.second_factor_removed", Subject(kind="staff", id=row.login), now=now)

    def _mark(self, code: str) -> bytes:
        return self._cipher.fingerprint(rules.plain_recovery_code(code), purpose=RECOVERY_PURPOSE)
