"""Calls that keep pictures for good and put news into the draft box."""

from __future__ import annotations

import hashlib

import msgspec

from simulator.api.calls import Answer, Call, Operation
from simulator.api.messages import OK
from simulator.errors import ApiError
from simulator.rules.drafts import Article, Draft

MOST_LISTED = 20


class MediaIdRequest(msgspec.Struct, frozen=True, kw_only=True):
    media_id: str


class DraftRequest(msgspec.Struct, frozen=True, kw_only=True):
    """draft/add."""

    articles: list[Article] = []


class ListRequest(msgspec.Struct, frozen=True, kw_only=True):
    """draft/batchget."""

    offset: int = 0
    count: int = MOST_LISTED
    no_content: int = 0


async def add_material(call: Call) -> Answer:
    """A picture in the form field `media`; `type` stands in the address."""
    platform = call.platform
    material = platform.materials.add(platform.next_number(), call.query.get("type", ""), call.file)
    platform.log.append(
        "material.added",
        media_id=material.media_id,
        type=material.kind,
        content=material.name,
        bytes=len(material.content),
        sha256=hashlib.sha256(material.content).hexdigest(),
    )
    return {"media_id": material.media_id, "url": f"http://mmbiz.qpic.cn/sim/{material.media_id}", "item": []}


async def delete_material(call: Call) -> Answer:
    body: MediaIdRequest = call.body
    call.platform.materials.remove(body.media_id)
    call.platform.log.append("material.deleted", media_id=body.media_id)
    return OK


async def add_draft(call: Call) -> Answer:
    body: DraftRequest = call.body
    platform = call.platform
    covers = {one.thumb_media_id for one in body.articles if platform.materials.get(one.thumb_media_id) is not None}
    draft = platform.drafts.add(platform.next_number(), body.articles, covers)
    first = draft.articles[0]
    platform.log.append(
        "draft.added", media_id=draft.media_id, content=first.title, articles=msgspec.to_builtins(draft.articles)
    )
    return {"media_id": draft.media_id, "item": []}


async def delete_draft(call: Call) -> Answer:
    body: MediaIdRequest = call.body
    call.platform.drafts.delete(body.media_id)
    call.platform.log.append("draft.deleted", media_id=body.media_id)
    return OK


async def get_draft(call: Call) -> Answer:
    body: MediaIdRequest = call.body
    return {"news_item": msgspec.to_builtins(call.platform.drafts.get(body.media_id).articles)}


async def list_drafts(call: Call) -> Answer:
    """The newest first, twenty at most."""
    body: ListRequest = call.body
    if not (1 <= body.count <= MOST_LISTED and body.offset >= 0):
        raise ApiError(47001, "count must be 1 to 20")
    box = call.platform.drafts.in_box()
    page = box[body.offset : body.offset + body.count]
    return {
        "total_count": len(box),
        "item_count": len(page),
        "item": [_listed(draft, with_content=not body.no_content) for draft in page],
    }


def _listed(draft: Draft, *, with_content: bool) -> dict[str, object]:
    articles = [msgspec.to_builtins(article) for article in draft.articles]
    for article in articles:
        if not with_content:
            del article["content"]
    return {"media_id": draft.media_id, "content": {"news_item": articles}}


OPERATIONS = (
    Operation(method="POST", path="material/add_material", handler=add_material),
    Operation(method="POST", path="material/del_material", handler=delete_material, body=MediaIdRequest),
    Operation(method="POST", path="draft/add", handler=add_draft, body=DraftRequest),
    Operation(method="POST", path="draft/delete", handler=delete_draft, body=MediaIdRequest),
    Operation(method="POST", path="draft/get", handler=get_draft, body=MediaIdRequest),
    Operation(method="POST", path="draft/batchget", handler=list_drafts, body=ListRequest),
)
