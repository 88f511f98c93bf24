"""Does the vault give an identifier back to its own citizen only, and only while it lives?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from sqlalchemy import text

from services.crypto import Cipher
from services.db import Sessions
from services.vault.api import make_api
from services.vault.service import TokenUnknown, VaultService
from services.vault.types import Identifier, Redemption
from services.web import mount, problems
from tests.fakes.clock import FixedClock

TOKEN = "service-token-of-the-tests"
MOBILE = Identifier(kind="MOBILE", value="13800138000")
ID_CARD = Identifier(kind="IDCARD", value="11010519491231002X")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def vault(sessions: Sessions, clock: FixedClock) -> VaultService:
    return VaultService(sessions=sessions, clock=clock, cipher=Cipher(b"k" * 32), seconds=3600)


async def deposit(vault: VaultService, sessions: Sessions, citizen_id: UUID, identifier: Identifier) -> str:
    async with sessions.begin() as session:
        return await vault.deposit(session, citizen_id, identifier)


async def test_a_token_brings_the_value_back(vault: VaultService, sessions: Sessions) -> None:
    citizen = uuid4()
    token = await deposit(vault, sessions, citizen, ID_CARD)
    assert token.startswith("IDCARD")
    redeemed = await vault.redeem(Redemption(citizen_id=citizen, token=token))
    assert (redeemed.kind, redeemed.value) == ("IDCARD", "11010519491231002X")


async def test_the_same_value_keeps_its_token_while_it_lives(
    vault: VaultService, sessions: Sessions, clock: FixedClock
) -> None:
    citizen = uuid4()
    first = await deposit(vault, sessions, citizen, MOBILE)
    clock.advance(minutes=50)
    assert await deposit(vault, sessions, citizen, MOBILE) == first
    clock.advance(minutes=50)  # the second mention has kept it
    assert (await vault.redeem(Redemption(citizen_id=citizen, token=first))).value == MOBILE.value
    clock.advance(minutes=11)
    with pytest.raises(TokenUnknown):
        await vault.redeem(Redemption(citizen_id=citizen, token=first))
    assert await deposit(vault, sessions, citizen, MOBILE) != first


async def test_another_citizen_gets_another_token_and_cannot_use_this_one(
    vault: VaultService, sessions: Sessions
) -> None:
    owner, stranger = uuid4(), uuid4()
    token = await deposit(vault, sessions, owner, MOBILE)
    assert await deposit(vault, sessions, stranger, MOBILE) != token
    with pytest.raises(TokenUnknown):
        await vault.redeem(Redemption(citizen_id=stranger, token=token))


async def test_the_database_holds_no_value_in_the_clear(vault: VaultService, sessions: Sessions) -> None:
    await deposit(vault, sessions, uuid4(), ID_CARD)
    async with sessions() as session:
        row = (await session.execute(text("SELECT CAST(v AS text), sealed, fingerprint FROM vault_entries v"))).one()
    assert ID_CARD.value not in row[0]
    assert ID_CARD.value.encode() not in row[1] + row[2]


async def test_a_swapped_row_cannot_be_opened(vault: VaultService, sessions: Sessions) -> None:
    victim, thief = uuid4(), uuid4()
    await deposit(vault, sessions, victim, ID_CARD)
    token = await deposit(vault, sessions, thief, MOBILE)
    async with sessions.begin() as session:
        await session.execute(
            text("UPDATE vault_entries SET sealed = (SELECT sealed FROM vault_entries WHERE kind = 'IDCARD')")
        )
    with pytest.raises(Exception, match="sealed"):
        await vault.redeem(Redemption(citizen_id=thief, token=token))


async def test_expired_entries_are_purged_and_living_ones_stay(
    vault: VaultService, sessions: Sessions, clock: FixedClock
) -> None:
    citizen = uuid4()
    await deposit(vault, sessions, citizen, MOBILE)
    clock.advance(minutes=30)
    kept = await deposit(vault, sessions, citizen, ID_CARD)
    clock.advance(minutes=31)
    assert await vault.purge() == 1
    assert (await vault.redeem(Redemption(citizen_id=citizen, token=kept))).value == ID_CARD.value


async def test_erasing_a_citizen_leaves_the_others(vault: VaultService, sessions: Sessions) -> None:
    gone, other = uuid4(), uuid4()
    await deposit(vault, sessions, gone, MOBILE)
    kept = await deposit(vault, sessions, other, MOBILE)
    async with sessions.begin() as session:
        await vault.erase(session, gone)
    async with sessions() as session:
        assert (await session.scalars(text("SELECT token FROM vault_entries"))).all() == [kept]


async def test_the_api_redeems_for_a_caller_with_the_service_token(
    vault: VaultService,
    sessions: Sessions,
    aiohttp_client: Callable[[web.Application], Awaitable[TestClient[web.Request, web.Application]]],
) -> None:
    app = web.Application(middlewares=[problems])
    mount(app, [make_api(vault)], service_token=TOKEN)
    client = await aiohttp_client(app)
    citizen = uuid4()
    token = await deposit(vault, sessions, citizen, MOBILE)
    allowed = {"Authorization": f"Bearer {TOKEN}"}

    async def redeem(headers: dict[str, str], **body: object) -> tuple[int, dict[str, object]]:
        async with client.post("/vault/v1/redeem", json=body, headers=headers) as response:
            return response.status, await response.json()

    status, body = await redeem(allowed, citizen_id=str(citizen), token=token)
    assert (status, body) == (200, {"kind": "MOBILE", "value": "13800138000"})
    status, body = await redeem(allowed, citizen_id=str(uuid4()), token=token)
    assert (status, body["type"]) == (404, "urn:zhengqiao:problem:token-unknown")
    assert (await redeem({}, citizen_id=str(citizen), token=token))[0] == 401
    assert (await redeem(allowed, citizen_id=str(citizen), token="13800138000"))[0] == 400
