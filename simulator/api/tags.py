"""Calls about tags: making them, putting them on followers, and who has which."""

from __future__ import annotations

import msgspec

from simulator.api.calls import Answer, Call, Operation
from simulator.api.messages import OK
from simulator.errors import ApiError
from simulator.platform import Platform

AT_ONCE = 50


class TagName(msgspec.Struct, frozen=True, kw_only=True):
    name: str = ""
    id: int = 0


class TagRequest(msgspec.Struct, frozen=True, kw_only=True):
    tag: TagName = TagName()


class MembersRequest(msgspec.Struct, frozen=True, kw_only=True):
    openid_list: list[str] = []
    tagid: int = 0


class PageRequest(msgspec.Struct, frozen=True, kw_only=True):
    tagid: int = 0
    next_openid: str = ""


async def create(call: Call) -> Answer:
    body: TagRequest = call.body
    tag = call.platform.tags.create(body.tag.name)
    _changed(call.platform)
    return {"tag": {"id": tag, "name": body.tag.name}}


async def all_tags(call: Call) -> Answer:
    return {"tags": call.platform.tags.all()}


async def delete(call: Call) -> Answer:
    body: TagRequest = call.body
    call.platform.tags.delete(body.tag.id)
    _changed(call.platform)
    return OK


async def put(call: Call) -> Answer:
    """On up to 50 followers at once."""
    body: MembersRequest = call.body
    _check(call.platform, body.openid_list)
    call.platform.tags.put(body.tagid, body.openid_list)
    call.platform.log.append("tags.put", tag=body.tagid, openids=body.openid_list)
    return OK


async def take(call: Call) -> Answer:
    body: MembersRequest = call.body
    _check(call.platform, body.openid_list)
    call.platform.tags.take(body.tagid, body.openid_list)
    call.platform.log.append("tags.taken", tag=body.tagid, openids=body.openid_list)
    return OK


async def members(call: Call) -> Answer:
    """One page of who has a tag; the page after the last one has no `data`."""
    body: PageRequest = call.body
    openids = call.platform.tags.page(body.tagid, body.next_openid)
    answer: dict[str, object] = {"count": len(openids)}
    if openids:
        answer["data"] = {"openid": openids}
    return {**answer, "next_openid": openids[-1] if openids else ""}


def _check(platform: Platform, openids: list[str]) -> None:
    if not 1 <= len(openids) <= AT_ONCE:
        raise ApiError(40032)
    if not all(map(platform.followers.follows, openids)):
        raise ApiError(40003)


def _changed(platform: Platform) -> None:
    platform.log.append("tags.changed", names={str(tag): name for tag, name in platform.tags.names().items()})


OPERATIONS = (
    Operation(method="POST", path="tags/create", handler=create, body=TagRequest),
    Operation(method="GET", path="tags/get", handler=all_tags),
    Operation(method="POST", path="tags/delete", handler=delete, body=TagRequest),
    Operation(method="POST", path="tags/members/batchtagging", handler=put, body=MembersRequest),
    Operation(method="POST", path="tags/members/batchuntagging", handler=take, body=MembersRequest),
    Operation(method="POST", path="user/tag/get", handler=members, body=PageRequest),
)
