"""Which HTTP operation does the vault offer? One: an action redeems a token before it calls a backend."""

from __future__ import annotations

from services.vault.service import TokenUnknown, VaultService
from services.vault.types import Redeemed, Redemption
from services.web import Api, Call, Route


def make_api(service: VaultService) -> Api:
    async def redeem(call: Call) -> Redeemed:
        return await service.redeem(call.body)

    return Api(
        name="vault",
        title="Identifier vault",
        prefix="/vault/v1",
        routes=(
            Route(
                method="POST",
                path="/redeem",
                handler=redeem,
                summary="Exchange a citizen's token for the identifier behind it",
                body=Redemption,
                response=Redeemed,
                errors=(TokenUnknown,),
            ),
        ),
    )
