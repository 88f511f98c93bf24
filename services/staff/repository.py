"""How are accounts and sessions read and written? SQL only; the caller commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.staff.models import InvitationRow, RateRow, RecoveryCodeRow, SessionRow, StaffRoleRow, StaffRow
from services.staff.permissions import Role
from services.staff.rules import IDLE


async def by_login(session: AsyncSession, login: str, *, lock: bool = False) -> StaffRow | None:
    query = select(StaffRow).where(StaffRow.login == login)
    return (await session.scalars(query.with_for_update() if lock else query)).one_or_none()


async def by_id(session: AsyncSession, staff_id: UUID, *, lock: bool = False) -> StaffRow | None:
    query = select(StaffRow).where(StaffRow.id == staff_id)
    return (await session.scalars(query.with_for_update() if lock else query)).one_or_none()


async def roles_of(session: AsyncSession, staff_ids: Collection[UUID]) -> dict[UUID, frozenset[Role]]:
    """Every given account with its roles."""
    rows = await session.execute(
        select(StaffRoleRow.staff_id, StaffRoleRow.role).where(StaffRoleRow.staff_id.in_(staff_ids))
    )
    found: dict[UUID, set[Role]] = {staff_id: set() for staff_id in staff_ids}
    for staff_id, role in rows:
        found[staff_id].add(Role(role))
    return {staff_id: frozenset(roles) for staff_id, roles in found.items()}


async def set_roles(session: AsyncSession, staff_id: UUID, roles: Collection[Role]) -> None:
    await session.execute(delete(StaffRoleRow).where(StaffRoleRow.staff_id == staff_id))
    session.add_all(StaffRoleRow(staff_id=staff_id, role=role.value) for role in roles)


async def page(
    session: AsyncSession, *, search: str, role: Role | None, after: str | None, limit: int
) -> Sequence[StaffRow]:
    """Accounts by their login, after the given one."""
    query = select(StaffRow).order_by(StaffRow.login).limit(limit)
    if search:
        wanted = f"%{search.translate(_LIKE)}%"
        query = query.where(
            or_(StaffRow.login.ilike(wanted), StaffRow.name.ilike(wanted), StaffRow.department.ilike(wanted))
        )
    if role is not None:
        query = query.where(
            select(StaffRoleRow).where(StaffRoleRow.staff_id == StaffRow.id, StaffRoleRow.role == role.value).exists()
        )
    if after is not None:
        query = query.where(StaffRow.login > after)
    return (await session.scalars(query)).all()


#: A search for `50%` means the sign.
_LIKE = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


async def other_administrators(session: AsyncSession, staff_id: UUID) -> int:
    """How many others can administer; their rows are locked, so that two cannot leave at once."""
    query = (
        select(StaffRow.id)
        .join(StaffRoleRow, StaffRoleRow.staff_id == StaffRow.id)
        .where(StaffRoleRow.role == Role.ADMINISTRATOR.value, StaffRow.disabled_at.is_(None), StaffRow.id != staff_id)
        .order_by(StaffRow.id)
        .with_for_update(of=StaffRow)
    )
    return len((await session.scalars(query)).all())


async def count(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(StaffRow)) or 0


async def revoke_invitations(session: AsyncSession, staff_id: UUID, now: datetime) -> None:
    await session.execute(
        update(InvitationRow)
        .where(InvitationRow.staff_id == staff_id, InvitationRow.used_at.is_(None))
        .values(used_at=now)
    )


async def invitation(session: AsyncSession, token: bytes, *, lock: bool = False) -> InvitationRow | None:
    query = select(InvitationRow).where(InvitationRow.token == token)
    return (await session.scalars(query.with_for_update() if lock else query)).one_or_none()


async def session_of(session: AsyncSession, token: bytes) -> tuple[SessionRow, StaffRow] | None:
    """The session with this token and its account, ended or not."""
    row = (
        await session.execute(
            select(SessionRow, StaffRow)
            .join(StaffRow, StaffRow.id == SessionRow.staff_id)
            .where(SessionRow.token == token)
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


async def open_sessions(
    session: AsyncSession, staff_id: UUID, now: datetime, *, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> Sequence[SessionRow]:
    """The account's sessions that hold, the one seen last first."""
    query = (
        select(SessionRow)
        .where(
            SessionRow.staff_id == staff_id,
            SessionRow.ended_at.is_(None),
            SessionRow.ends_at > now,
            SessionRow.seen_at > now - IDLE,
        )
        .order_by(SessionRow.seen_at.desc(), SessionRow.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(SessionRow.seen_at, SessionRow.id) < after)
    return (await session.scalars(query)).all()


async def end_sessions(
    session: AsyncSession, staff_id: UUID, now: datetime, *, but: UUID | None = None, only: UUID | None = None
) -> int:
    """Ends the account's sessions; tells how many that were."""
    query = update(SessionRow).where(SessionRow.staff_id == staff_id, SessionRow.ended_at.is_(None))
    if but is not None:
        query = query.where(SessionRow.id != but)
    if only is not None:
        query = query.where(SessionRow.id == only)
    ended = await session.scalars(query.values(ended_at=now).returning(SessionRow.id))
    return len(ended.all())


async def use_recovery_code(session: AsyncSession, staff_id: UUID, code: bytes, now: datetime) -> bool:
    """Takes the code; False where it is wrong or was taken before."""
    used = await session.scalar(
        update(RecoveryCodeRow)
        .where(RecoveryCodeRow.staff_id == staff_id, RecoveryCodeRow.code == code, RecoveryCodeRow.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCodeRow.code)
    )
    return used is not None


async def recovery_codes_left(session: AsyncSession, staff_id: UUID) -> int:
    query = select(func.count()).select_from(RecoveryCodeRow)
    left = query.where(RecoveryCodeRow.staff_id == staff_id, RecoveryCodeRow.used_at.is_(None))
    return await session.scalar(left) or 0


async def replace_recovery_codes(session: AsyncSession, staff_id: UUID, codes: Collection[bytes]) -> None:
    await session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.staff_id == staff_id))
    session.add_all(RecoveryCodeRow(staff_id=staff_id, code=code) for code in codes)


async def take_token(session: AsyncSession, name: str, now: datetime, *, size: int, per_second: float) -> float:
    """Takes one token of the named bucket; gives the seconds until there is one, 0.0 where it was taken."""
    await session.execute(
        insert(RateRow).values(name=name, tokens=float(size), refilled_at=now).on_conflict_do_nothing()
    )
    row = await session.scalar(select(RateRow).where(RateRow.name == name).with_for_update())
    assert row is not None  # noqa: S101 - inserted above, in the same transaction
    passed = max((now - row.refilled_at).total_seconds(), 0.0)
    tokens = min(row.tokens + passed * per_second, float(size))
    row.refilled_at = now
    row.tokens = tokens - 1 if tokens >= 1 else tokens
    return 0.0 if tokens >= 1 else (1 - tokens) / per_second


async def sweep(session: AsyncSession, *, before: datetime) -> None:
    """Removes sessions, invitations and buckets that nobody has needed since then."""
    await session.execute(delete(SessionRow).where(SessionRow.ends_at < before))
    await session.execute(delete(InvitationRow).where(InvitationRow.expires_at < before))
    await session.execute(delete(RateRow).where(RateRow.refilled_at < before))
