"""Is this the password? argon2id in a thread, a few at a time: each takes 64 MiB."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
#: Checked where there is no account, so that the answer takes as long; of a password that nobody has.
NOBODY = "nobody has this password"


class Passwords:
    """Hashes and checks passwords."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._free = asyncio.Semaphore(AT_ONCE)
        self._dummy: str | None = None

    async def hash(self, password: str) -> str:
        async with self._free:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, known: str | None, password: str) -> bool:
        """Takes as long where no hash is known."""
        async with self._free:
            if known is None and self._dummy is None:
                self._dummy = await asyncio.to_thread(self._hasher.hash, NOBODY)
            right = await asyncio.to_thread(self._verify, known or self._dummy or "", password)
        return right and known is not None

    def outdated(self, known: str) -> bool:
        """Was it made with weaker parameters than today's?"""
        return self._hasher.check_needs_rehash(known)

    def _verify(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False
