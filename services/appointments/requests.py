"""How is a repeated request answered without doing its work twice? By the Idempotency-Key that came with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointments import repository
from services.appointments.errors import KeyReused
from services.appointments.models import RequestRow
from services.appointments.types import Appointment
from services.errors import Unavailable


async def recorded(session: AsyncSession, citizen_id: UUID, key: str, mark: bytes) -> Appointment | None:
    """The answer that this request got before, None when it is new; raises KeyReused when the key was another's."""
    row = await repository.request_of(session, citizen_id, key)
    return None if row is None else _answer(row, mark)


async def once(
    session: AsyncSession,
    citizen_id: UUID,
    *,
    key: str,
    mark: bytes,
    now: datetime,
    act: Callable[[], Awaitable[Appointment]],
) -> Appointment:
    """Does `act` and records its answer in the same transaction; what failed is not recorded and may be tried again."""
    if not await repository.claim_request(session, citizen_id, key, mark, now):
        row = await repository.request_of(session, citizen_id, key)
        if row is None:
            raise Unavailable("this request's record has just been removed; try again with a new Idempotency-Key")
        return _answer(row, mark)
    answer = await act()
    await repository.answer_request(session, citizen_id, key, msgspec.to_builtins(answer))
    return answer


def _answer(row: RequestRow, mark: bytes) -> Appointment:
    if row.request_mark != mark:
        raise KeyReused()
    return msgspec.convert(row.answer, Appointment)
