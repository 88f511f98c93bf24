"""Calls about the account: access tokens, addresses, quotas."""

from __future__ import annotations

import msgspec

from simulator.api.calls import Answer, Call, Operation
from simulator.errors import ApiError


class StableTokenRequest(msgspec.Struct, frozen=True, kw_only=True):
    grant_type: str = ""
    appid: str = ""
    secret: str = ""
    force_refresh: bool = False


class ClearQuotaRequest(msgspec.Struct, frozen=True, kw_only=True):
    appid: str = ""
    appsecret: str = ""


def _check_grant(grant_type: str) -> None:
    if grant_type != "client_credential":
        raise ApiError(40002)


async def token(call: Call) -> Answer:
    """The older way: a new token every time."""
    _check_grant(call.query.get("grant_type", ""))
    tokens = call.platform.tokens
    tokens.check_credentials(call.query.get("appid", ""), call.query.get("secret", ""))
    given = tokens.plain()
    return {"access_token": given.value, "expires_in": given.seconds_left(call.platform.clock.now())}


async def stable_token(call: Call) -> Answer:
    body: StableTokenRequest = call.body
    _check_grant(body.grant_type)
    tokens = call.platform.tokens
    tokens.check_credentials(body.appid, body.secret)
    given = tokens.stable(force=body.force_refresh)
    return {"access_token": given.value, "expires_in": given.seconds_left(call.platform.clock.now())}


async def callback_addresses(call: Call) -> Answer:
    return {"ip_list": ["127.0.0.1"]}


async def clear_quota(call: Call) -> Answer:
    """The second form, which shows the secret instead of a token."""
    body: ClearQuotaRequest = call.body
    call.platform.tokens.check_credentials(body.appid, body.appsecret)
    call.platform.quotas.clear()
    return {"errcode": 0, "errmsg": "ok"}


OPERATIONS = (
    Operation(method="GET", path="token", handler=token, needs_token=False),
    Operation(method="POST", path="stable_token", handler=stable_token, body=StableTokenRequest, needs_token=False),
    Operation(method="GET", path="getcallbackip", handler=callback_addresses),
    Operation(
        method="POST",
        path="clear_quota/v2",
        handler=clear_quota,
        body=ClearQuotaRequest,
        needs_token=False,
        counted=False,
    ),
)
