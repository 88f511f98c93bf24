"""How are sealed identifiers read and written?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.vault.models import VaultRow
from services.vault.types import Kind


async def prolong(
    session: AsyncSession, *, citizen_id: UUID, fingerprint: bytes, now: datetime, expires_at: datetime
) -> str | None:
    """The token of a value that is still kept, which from now lives until `expires_at`; else None."""
    query = (
        update(VaultRow)
        .filter_by(citizen_id=citizen_id, fingerprint=fingerprint)
        .where(VaultRow.expires_at > now)
        .values(expires_at=expires_at)
        .returning(VaultRow.token)
    )
    return (await session.scalars(query)).one_or_none()


async def put(
    session: AsyncSession,
    *,
    token: str,
    citizen_id: UUID,
    kind: Kind,
    fingerprint: bytes,
    sealed: bytes,
    now: datetime,
    expires_at: datetime,
) -> bool:
    """Keeps a value under a fresh token in place of an expired one; False where the token is taken."""
    await session.execute(
        delete(VaultRow).filter_by(citizen_id=citizen_id, fingerprint=fingerprint).where(VaultRow.expires_at <= now)
    )
    query = insert(VaultRow).values(
        token=token, citizen_id=citizen_id, kind=kind, fingerprint=fingerprint, sealed=sealed, expires_at=expires_at
    )
    return (
        await session.scalars(query.on_conflict_do_nothing(index_elements=[VaultRow.token]).returning(VaultRow.token))
    ).one_or_none() is not None


async def find(session: AsyncSession, *, citizen_id: UUID, token: str, now: datetime) -> VaultRow | None:
    query = select(VaultRow).filter_by(token=token, citizen_id=citizen_id).where(VaultRow.expires_at > now)
    return (await session.scalars(query)).one_or_none()


async def delete_of(session: AsyncSession, citizen_id: UUID) -> None:
    await session.execute(delete(VaultRow).filter_by(citizen_id=citizen_id))


async def delete_expired(session: AsyncSession, *, now: datetime, limit: int) -> int:
    expired = select(VaultRow.token).where(VaultRow.expires_at <= now).limit(limit).with_for_update(skip_locked=True)
    deleted = await session.scalars(delete(VaultRow).where(VaultRow.token.in_(expired)).returning(VaultRow.token))
    return len(deleted.all())
