"""Accounts that are ready to work, without the minute that a person needs to set one up."""

from __future__ import annotations

from collections.abc import Collection
from uuid import uuid4

import pyotp
from argon2 import PasswordHasher
from sqlalchemy import select

from services.audit.trail import COMMAND_LINE, Actor
from services.clock import Clock
from services.crypto import load_cipher
from services.db import Sessions
from services.settings import ServicesSettings
from services.staff import rules
from services.staff.models import SessionRow, StaffRow
from services.staff.passwords import Passwords
from services.staff.permissions import Role
from services.staff.service import StaffService
from services.staff.signing import totp_binding

PASSWORD = "a quiet river in autumn"
TOTP_SECRET = pyotp.random_base32()


async def make_account(
    sessions: Sessions,
    settings: ServicesSettings,
    clock: Clock,
    *,
    login: str,
    roles: Collection[Role],
    department: str = "",
) -> StaffRow:
    """An account with PASSWORD and a second factor with TOTP_SECRET; the one that is there where there is one."""
    async with sessions() as session:
        known = await session.scalar(select(StaffRow).where(StaffRow.login == login))
    if known is not None:
        return known
    # The cheapest parameters: what is tried here is never how long guessing takes.
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    service = StaffService(sessions=sessions, clock=clock, passwords=passwords)
    actor = Actor(staff_id=None, login="", address=COMMAND_LINE)
    made, _ = await service.create(actor, login=login, name=f"员工{login}", roles=roles, department=department)
    cipher = load_cipher(settings.vault_key, settings.data_path)
    async with sessions.begin() as session:
        row = await session.get_one(StaffRow, made.id)
        row.password_hash = await passwords.hash(PASSWORD)
        row.totp_sealed = cipher.seal(TOTP_SECRET, bound_to=totp_binding(row.id))
        row.totp_confirmed = True
        return row


async def sign_in_as(
    sessions: Sessions,
    settings: ServicesSettings,
    clock: Clock,
    *,
    login: str,
    roles: Collection[Role],
    department: str = "",
) -> str:
    """The secret for the cookie of somebody who has signed in, second factor and all."""
    row = await make_account(sessions, settings, clock, login=login, roles=roles, department=department)
    now = clock.now()
    secret = rules.new_secret()
    async with sessions.begin() as session:
        session.add(
            SessionRow(
                id=uuid4(),
                staff_id=row.id,
                token=rules.digest(secret),
                confirmed=True,
                address="127.0.0.1",
                agent="test",
                flash=[],
                created_at=now,
                seen_at=now,
                ends_at=now + rules.SESSION,
                ended_at=None,
            )
        )
    return secret
