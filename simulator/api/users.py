"""Calls about followers: their openids in pages, and what little the platform tells of each."""

from __future__ import annotations

import msgspec

from simulator.api.calls import Answer, Call, Operation
from simulator.errors import ApiError
from simulator.followers import Citizen
from simulator.platform import Platform

BATCH = 100


class WhichUser(msgspec.Struct, frozen=True, kw_only=True):
    openid: str
    lang: str = "zh_CN"


class BatchRequest(msgspec.Struct, frozen=True, kw_only=True):
    user_list: list[WhichUser] = []


async def page(call: Call) -> Answer:
    """One page; `next_openid` is its last openid, and the page after the last one has no `data`."""
    openids = call.platform.followers.page(call.query.get("next_openid", ""))
    answer: dict[str, object] = {"total": len(call.platform.followers), "count": len(openids)}
    if openids:
        answer["data"] = {"openid": openids}
    return {**answer, "next_openid": openids[-1] if openids else ""}


async def info(call: Call) -> Answer:
    return _info(call.platform, _citizen(call.platform, call.query.get("openid", "")))


async def batch(call: Call) -> Answer:
    body: BatchRequest = call.body
    if not 1 <= len(body.user_list) <= BATCH:
        raise ApiError(40032)
    return {"user_info_list": [_info(call.platform, _citizen(call.platform, user.openid)) for user in body.user_list]}


def _citizen(platform: Platform, openid: str) -> Citizen:
    citizen = platform.followers.get(openid)
    if citizen is None:
        raise ApiError(40003)
    return citizen


def _info(platform: Platform, citizen: Citizen) -> dict[str, object]:
    """Since 2021 the platform tells neither name nor picture."""
    if not citizen.subscribed:
        return {"subscribe": 0, "openid": citizen.openid}
    return {
        "subscribe": 1,
        "openid": citizen.openid,
        "language": "zh_CN",
        "subscribe_time": int(citizen.followed_at.timestamp()),
        "remark": "",
        "groupid": 0,
        "tagid_list": platform.tags.of(citizen.openid),
        "subscribe_scene": "ADD_SCENE_QR_CODE" if citizen.scene else "ADD_SCENE_SEARCH",
        "qr_scene": int(citizen.scene) if citizen.scene.isdecimal() else 0,
        "qr_scene_str": citizen.scene,
    }


OPERATIONS = (
    Operation(method="GET", path="user/get", handler=page),
    Operation(method="GET", path="user/info", handler=info),
    Operation(method="POST", path="user/info/batchget", handler=batch, body=BatchRequest),
)
