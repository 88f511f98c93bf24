"""How does a reply look to WeChat? Its parts -> a passive message and customer-service messages within the limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.messages import Card, Rendered, Reply, ReplyPart, Text

#: Bytes of UTF-8 in one text; the platform gives no figure, testers found this one.
TEXT_LIMIT = 2048
#: Where a long text is cut, the best place first.
BREAKS = ("\n", "。！？!?", "；;，,")


def render(reply: Reply) -> Rendered:
    """Neighbouring texts become one message: a citizen's window holds five pushes only."""
    messages = [message for part in _merged(reply.parts) for message in _messages(part)]
    first = messages[0] if messages else None
    pushes = tuple(_push(message) for message in messages)
    return Rendered(
        passive=_passive(first) if first is not None else None,
        pushes=pushes[1:],
        all_pushes=pushes,
    )


def _merged(parts: Sequence[ReplyPart]) -> list[ReplyPart]:
    merged: list[ReplyPart] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, Text) and isinstance(last, Text):
            merged[-1] = Text(text=f"{last.text}\n\n{part.text}")
        else:
            merged.append(part)
    return merged


def _messages(part: ReplyPart) -> list[ReplyPart]:
    if isinstance(part, Card):
        return [part]
    return [Text(text=piece) for piece in split_text(part.text)]


def split_text(text: str, limit: int = TEXT_LIMIT) -> list[str]:
    """Pieces of at most `limit` bytes of UTF-8, cut after a line or a sentence where there is one."""
    pieces: list[str] = []
    rest = text.strip()
    while len(rest.encode("utf-8")) > limit:
        head = rest.encode("utf-8")[:limit].decode("utf-8", "ignore")
        cut = _best_cut(head)
        pieces.append(head[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _best_cut(head: str) -> int:
    """The last good break in the second half of `head`, or its end."""
    for signs in BREAKS:
        place = max(head.rfind(sign) for sign in signs)
        if place >= len(head) // 2:
            return place + 1
    return len(head)


def _passive(message: ReplyPart) -> dict[str, Any]:
    if isinstance(message, Card):
        article = {
            "Title": message.title,
            "Description": message.description,
            "PicUrl": message.picture_url,
            "Url": message.url,
        }
        return {"MsgType": "news", "ArticleCount": 1, "Articles": [article]}
    return {"MsgType": "text", "Content": message.text}


def _push(message: ReplyPart) -> dict[str, Any]:
    if isinstance(message, Card):
        article = {
            "title": message.title,
            "description": message.description,
            "url": message.url,
            "picurl": message.picture_url,
        }
        return {"msgtype": "news", "news": {"articles": [article]}}
    return {"msgtype": "text", "text": {"content": message.text}}


def thing(value: str, limit: int = 20) -> str:
    """A subscription message's value of type `thing`, shortened to what the platform takes."""
    return value if len(value) <= limit else value[: limit - 1] + "…"


def passive_fields(passive: Mapping[str, Any], *, sender: str, account: str, created_at: int) -> dict[str, Any]:
    """The whole passive message: what was rendered, addressed from the account to the citizen."""
    return {"ToUserName": sender, "FromUserName": account, "CreateTime": created_at, **passive}
