"""Calls about the account's menu."""

from __future__ import annotations

import msgspec

from simulator.api.calls import Answer, Call, Operation
from simulator.api.messages import OK
from simulator.errors import ApiError
from simulator.rules.menu import Button, check_menu


class MenuRequest(msgspec.Struct, frozen=True, kw_only=True):
    button: list[Button] = []


async def create(call: Call) -> Answer:
    """Replaces the menu."""
    body: MenuRequest = call.body
    check_menu(body.button)
    call.platform.menu = body.button
    call.platform.log.append("sim.menu", buttons=body.button)
    return OK


async def show(call: Call) -> Answer:
    if not call.platform.menu:
        raise ApiError(46003)
    return {"menu": {"button": call.platform.menu}}


async def delete(call: Call) -> Answer:
    call.platform.menu = []
    call.platform.log.append("sim.menu", buttons=[])
    return OK


OPERATIONS = (
    Operation(method="POST", path="menu/create", handler=create, body=MenuRequest),
    Operation(method="GET", path="menu/get", handler=show),
    Operation(method="GET", path="menu/delete", handler=delete),
)
