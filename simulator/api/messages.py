"""Calls that write to one citizen in the chat: customer-service messages."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from simulator.api.calls import Answer, Call, Operation
from simulator.api.content import (
    MediaPart,
    MenuPart,
    NewsPart,
    TextPart,
    check_media,
    check_news,
    check_text,
)
from simulator.errors import ApiError
from simulator.platform import Platform

OK: Mapping[str, object] = {"errcode": 0, "errmsg": "ok"}


class CustomRequest(msgspec.Struct, frozen=True, kw_only=True):
    """message/custom/send; the part named by msgtype is read."""

    touser: str = ""
    msgtype: str = ""
    text: TextPart | None = None
    image: MediaPart | None = None
    voice: MediaPart | None = None
    video: MediaPart | None = None
    news: NewsPart | None = None
    msgmenu: MenuPart | None = None


def need_follower(platform: Platform, openid: str) -> None:
    """40003 for nobody's openid, 43004 for somebody who does not follow."""
    if platform.followers.get(openid) is None:
        raise ApiError(40003)
    if not platform.followers.follows(openid):
        raise ApiError(43004)


async def send_custom(call: Call) -> Answer:
    """Writes to a citizen within the window."""
    body: CustomRequest = call.body
    shown = _shown(body, call.platform)
    need_follower(call.platform, body.touser)
    call.platform.windows.take(body.touser)
    call.platform.log.append(
        "push.delivered", openid=body.touser, msg_type=body.msgtype, raw=call.raw.decode(), **shown
    )
    return OK


def _shown(body: CustomRequest, platform: Platform) -> dict[str, object]:
    """What the citizen gets to see; raises the errcode for what cannot be shown."""
    if body.msgtype == "text":
        return {"content": check_text(body.text.content if body.text else "")}
    if body.msgtype in {"image", "voice", "video"}:
        return {"content": check_media(getattr(body, body.msgtype), platform.media)}
    if body.msgtype == "news":
        article = check_news(body.news)
        return {
            "articles": [
                {
                    "title": article.title,
                    "description": article.description,
                    "picture_url": article.picurl,
                    "url": article.url,
                }
            ]
        }
    if body.msgtype == "msgmenu" and body.msgmenu is not None:
        menu = body.msgmenu
        entries = [{"id": str(entry.id), "content": check_text(entry.content)} for entry in menu.entries]
        return {"content": check_text(menu.head_content), "entries": entries, "tail": menu.tail_content}
    raise ApiError(40008)


OPERATIONS = (Operation(method="POST", path="message/custom/send", handler=send_custom, body=CustomRequest),)
