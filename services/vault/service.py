"""How is an identifier exchanged for a token and, for the same citizen only, back?"""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.clock import Clock
from services.crypto import Cipher
from services.db import Sessions
from services.errors import NotFound
from services.vault import repository
from services.vault.types import Identifier, Redeemed, Redemption

#: base32 of five bytes is eight characters without padding.
TOKEN_BYTES = 5
PURGE_STEP = 500


class TokenUnknown(NotFound):
    """There is no such token (any more), or not for this citizen."""

    type = "token-unknown"


class VaultService:
    """Identifiers, sealed and bound to their citizen."""

    def __init__(self, *, sessions: Sessions, clock: Clock, cipher: Cipher, seconds: int) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher
        self._life = timedelta(seconds=seconds)

    async def deposit(self, session: AsyncSession, citizen_id: UUID, identifier: Identifier) -> str:
        """The identifier's token: the same as long as the value is kept, and each mention keeps it anew.

        Works in the caller's transaction, which holds the citizen's row locked.
        """
        now = self._clock.now()
        expires_at = now + self._life
        fingerprint = self._cipher.fingerprint(identifier.value, purpose=f"vault {citizen_id} {identifier.kind}")
        token = await repository.prolong(
            session, citizen_id=citizen_id, fingerprint=fingerprint, now=now, expires_at=expires_at
        )
        while token is None:
            fresh = identifier.kind + base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode()
            kept = await repository.put(
                session,
                token=fresh,
                citizen_id=citizen_id,
                kind=identifier.kind,
                fingerprint=fingerprint,
                sealed=self._cipher.seal(identifier.value, bound_to=_binding(citizen_id, fresh)),
                now=now,
                expires_at=expires_at,
            )
            token = fresh if kept else None
        return token

    async def redeem(self, redemption: Redemption) -> Redeemed:
        """The identifier behind the citizen's token; raises TokenUnknown."""
        async with self._sessions() as session:
            row = await repository.find(
                session, citizen_id=redemption.citizen_id, token=redemption.token, now=self._clock.now()
            )
        if row is None:
            raise TokenUnknown()
        value = self._cipher.open(row.sealed, bound_to=_binding(row.citizen_id, row.token))
        return msgspec.convert({"kind": row.kind, "value": value}, Redeemed)

    async def erase(self, session: AsyncSession, citizen_id: UUID) -> None:
        """Deletes all of a citizen's identifiers in the caller's transaction."""
        await repository.delete_of(session, citizen_id)

    async def purge(self) -> int:
        """Deletes what has expired, in small steps; gives the number."""
        total = 0
        while True:
            async with self._sessions.begin() as session:
                deleted = await repository.delete_expired(session, now=self._clock.now(), limit=PURGE_STEP)
            total += deleted
            if deleted < PURGE_STEP:
                return total


def _binding(citizen_id: UUID, token: str) -> str:
    return f"{citizen_id} {token}"
