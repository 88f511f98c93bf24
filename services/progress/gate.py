"""Who may see a case? Who knows its number and its code; wrong guesses are counted, and a wrong one tells nothing.

Every attempt does the same statements, whether the number is unknown or the code is wrong. Attempts against one case,
and those of one citizen, pass one at a time: guessing in parallel gives no further tries. Whose guesses stop whom is
decided in docs/decisions/0032-wrong-query-codes.md.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.crypto import Cipher
from services.errors import TooManyAttempts
from services.progress import repository
from services.progress.models import CaseRow
from services.progress.rules import (
    CROWD,
    FORGOTTEN_AFTER,
    MISTAKES,
    id_tail,
    most_counted,
    seconds_to_wait,
    typed_code,
)

log = structlog.stdlib.get_logger(__name__)

MARK_BYTES = 32


class Gate:
    """Lets through who knows the code."""

    def __init__(self, *, cipher: Cipher, attempts_per_hour: int) -> None:
        self._cipher = cipher
        self._limit = attempts_per_hour

    async def admit(
        self, session: AsyncSession, project_no: str, query_code: str, citizen_id: UUID, now: datetime
    ) -> CaseRow | None:
        """The case, or None after entering a wrong attempt, which the caller must commit.

        Raises TooManyAttempts, with the seconds to wait, even for the right code: else it would tell which one that is.
        """
        number = typed_code(project_no)
        case, citizen = self._case_subject(number), self._citizen_subject(citizen_id)
        pair = self._pair_subject(number, citizen_id)
        await repository.lock_subjects(session, (case, citizen))
        known = await repository.knows(session, number, citizen_id)
        wait = await self._wait(session, citizen, self._limit, now)
        mistakes = len(await repository.attempts(session, pair, now - FORGOTTEN_AFTER, MISTAKES))
        at_case = await self._wait(session, case, self._limit * (1 if mistakes >= MISTAKES else CROWD), now)
        if not known:
            wait = max(wait, at_case)
        if wait:
            log.warning("case.guessing", retry_after=wait, known=known)
            raise TooManyAttempts(retry_after=wait)
        row = await repository.case(session, number)
        if row is not None and self._opens(row, number, query_code):
            await repository.remember_opening(session, number, citizen_id, now)
            return row
        await repository.add_attempts(session, (case, citizen, pair), now)
        return None

    @staticmethod
    async def _wait(session: AsyncSession, subject: bytes, limit: int, now: datetime) -> int:
        attempts = await repository.attempts(session, subject, now - FORGOTTEN_AFTER, most_counted(limit))
        return seconds_to_wait(attempts, limit, now)

    def code_mark(self, project_no: str, query_code: str) -> bytes:
        """What is kept of a query code, or of an ID number's tail."""
        return self._cipher.fingerprint(f"{project_no}\0{typed_code(query_code)}", purpose="case code")

    def id_mark(self, project_no: str, id_number: str) -> bytes:
        return self.code_mark(project_no, id_tail(id_number))

    def _opens(self, row: CaseRow | None, number: str, query_code: str) -> bool:
        shown = self.code_mark(number, query_code)
        nothing = secrets.token_bytes(MARK_BYTES)
        by_code = hmac.compare_digest(shown, (row.query_code_mark if row else None) or nothing)
        by_id = hmac.compare_digest(shown, (row.id_tail_mark if row else None) or nothing)
        return by_code or by_id

    def _case_subject(self, number: str) -> bytes:
        return self._cipher.fingerprint(number, purpose="case attempt")

    def _citizen_subject(self, citizen_id: UUID) -> bytes:
        return self._cipher.fingerprint(str(citizen_id), purpose="citizen attempt")

    def _pair_subject(self, number: str, citizen_id: UUID) -> bytes:
        return self._cipher.fingerprint(f"{citizen_id}\0{number}", purpose="citizen's attempt at a case")
