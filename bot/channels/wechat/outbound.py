"""How does a reply look to WeChat? Its parts -> a passive message and customer-service messages within the limits."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bot.channels.wechat.wire import clean
from bot.messages import Card, News, Rendered, Reply, ReplyPart, Text

#: Bytes of UTF-8 in one text; the platform gives no figure, testers found this one.
TEXT_LIMIT = 2048
#: After what a long text is cut, the best place first. Signs that also stand within addresses and numbers count only
#: before a blank.
BREAKS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"[。！？…]+[”’」』）》]*|[.!?][\"')]*(?=\s)"),
    re.compile(r"[；，、]|[;,](?=\s)|\s"),
)
#: Joins the characters around it to one sign, such as a family of emoji.
JOINER = "\u200d"


def render(reply: Reply) -> Rendered:
    """What comes first is the passive part, text or card; the rest is pushed. Neighbouring texts become one message: a
    citizen's window holds five pushes only."""
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
    """Pieces of at most `limit` bytes of UTF-8, cut after a line or a sentence where there is one. A limit below 4
    may be too small for a character."""
    pieces: list[str] = []
    rest = clean(text).strip()
    while len(rest.encode("utf-8")) > limit:
        most = len(rest.encode("utf-8")[:limit].decode("utf-8", "ignore"))
        cut = _best_cut(rest, most)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _best_cut(text: str, most: int) -> int:
    """The last good break in the second half of the first `most` characters, or their end."""
    # One more to look at: whether a blank follows.
    head = text[: most + 1]
    for sign in BREAKS:
        ends = [match.end() for match in sign.finditer(head) if match.end() <= most]
        if ends and ends[-1] > most // 2:
            return ends[-1]
    return _between_signs(text, most)


def _between_signs(text: str, most: int) -> int:
    """Not within what a reader sees as one sign, unless it is endless."""
    cut = most
    while cut > most // 2 and (_joins(text[cut]) or text[cut - 1] == JOINER):
        cut -= 1
    return cut if cut > most // 2 else most


def _joins(character: str) -> bool:
    """Accents, variation selectors and skin tones belong to the character before."""
    return character == JOINER or unicodedata.category(character) in {"Mn", "Me", "Sk"}


def _passive(message: ReplyPart) -> dict[str, Any]:
    if isinstance(message, Card):
        article = {
            "Title": clean(message.title),
            "Description": clean(message.description),
            "PicUrl": clean(message.picture_url),
            "Url": clean(message.url),
        }
        return {"MsgType": "news", "ArticleCount": 1, "Articles": [article]}
    return {"MsgType": "text", "Content": message.text}


def _push(message: ReplyPart) -> dict[str, Any]:
    if isinstance(message, Card):
        article = {
            "title": clean(message.title),
            "description": clean(message.description),
            "url": clean(message.url),
            "picurl": clean(message.picture_url),
        }
        return {"msgtype": "news", "news": {"articles": [article]}}
    return {"msgtype": "text", "text": {"content": message.text}}


class TemplateMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message by template, as `push` sends it."""

    template_id: str
    client_msg_id: str
    data: dict[str, dict[str, str]]
    url: str = ""


def render_news(news: News, *, template_id: str, key: str) -> dict[str, Any]:
    """The news in the fields of the reminder template."""
    values = {"first": news.title, "keyword1": news.subject, "keyword2": news.when, "remark": news.remark}
    message = TemplateMessage(
        template_id=template_id,
        # The platform takes 32 characters.
        client_msg_id=hashlib.sha256(key.encode()).hexdigest()[:32],
        data={name: {"value": clean(value)} for name, value in values.items()},
    )
    return {"template": msgspec.to_builtins(message)}


def thing(value: str, limit: int = 20) -> str:
    """A subscription message's value of type `thing`, shortened to what the platform takes."""
    return value if len(value) <= limit else value[: limit - 1] + "…"


def passive_fields(passive: Mapping[str, Any], *, sender: str, account: str, created_at: int) -> dict[str, Any]:
    """The whole passive message: what was rendered, addressed from the account to the citizen."""
    return {"ToUserName": sender, "FromUserName": account, "CreateTime": created_at, **passive}
