"""Is the edge's answer to a callback one that the platform shows to the citizen? Checked strictly."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulator.crypto import CipherError, MessageCipher, same_signature
from simulator.errors import ReplyRefused
from simulator.settings import Format, Mode
from simulator.wire import read_reply_body

TEXT_BYTES = 2048
#: What a media reply must name, by MsgType.
MEDIA = {"image": "Image", "voice": "Voice", "video": "Video"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """A linked card."""

    title: str
    description: str
    picture_url: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PassiveReply:
    """What the citizen gets to see, and the decrypted text it was read from."""

    msg_type: str
    #: The text, or the media id.
    content: str = ""
    articles: tuple[Article, ...] = field(default=())
    raw: str


class ReplyReader:
    """Reads answers for one account. `read` gives None for `success` and for nothing at all."""

    def __init__(self, *, mode: Mode, message_format: Format, token: str, cipher: MessageCipher | None) -> None:
        self._mode = mode
        self._json_allowed = message_format == "json"
        self._token = token
        self._cipher = cipher

    def read(self, body: bytes, *, openid: str, account: str) -> PassiveReply | None:
        """Raises ReplyRefused with the reason."""
        if body in {b"", b"success"}:
            return None
        plain, fields = self._decrypted(body)
        for name, expected in (("ToUserName", openid), ("FromUserName", account)):
            if fields.get(name) != expected:
                raise ReplyRefused(f"wrong {name}")
        if not str(fields.get("CreateTime", "")).isdigit():
            raise ReplyRefused("CreateTime is no number")
        return _checked(fields, plain.decode())

    def _decrypted(self, body: bytes) -> tuple[bytes, dict[str, Any]]:
        fields = read_reply_body(body, json_allowed=self._json_allowed)
        if "Encrypt" not in fields:
            if self._mode == "safe":
                raise ReplyRefused("not encrypted in safe mode")
            return body, fields
        if self._cipher is None or self._mode == "plain":
            raise ReplyRefused("encrypted in plain mode")
        parts = [str(fields.get(name, "")) for name in ("TimeStamp", "Nonce", "Encrypt", "MsgSignature")]
        if not all(parts) or not parts[0].isdigit():
            raise ReplyRefused("needs Encrypt, MsgSignature, TimeStamp and Nonce")
        if not same_signature(parts[3], self._token, *parts[:3]):
            raise ReplyRefused("wrong MsgSignature")
        try:
            plain = self._cipher.decrypt(parts[2])
        except CipherError as error:
            raise ReplyRefused(str(error)) from error
        return plain, read_reply_body(plain, json_allowed=self._json_allowed)


def _checked(fields: dict[str, Any], raw: str) -> PassiveReply:
    kind = fields.get("MsgType")
    if kind == "text":
        content = fields.get("Content")
        if not isinstance(content, str) or not content:
            raise ReplyRefused("a text without Content")
        if len(content.encode()) > TEXT_BYTES:
            raise ReplyRefused(f"Content has {len(content.encode())} bytes, more than {TEXT_BYTES}")
        return PassiveReply(msg_type="text", content=content, raw=raw)
    if kind in MEDIA:
        media_id = _part(fields, MEDIA[kind]).get("MediaId")
        if not isinstance(media_id, str) or not media_id:
            raise ReplyRefused(f"{kind} without MediaId")
        return PassiveReply(msg_type=kind, content=media_id, raw=raw)
    if kind == "music":
        return PassiveReply(msg_type=kind, content=str(_part(fields, "Music").get("Title", "")), raw=raw)
    if kind == "transfer_customer_service":
        return PassiveReply(msg_type=kind, raw=raw)
    if kind == "news":
        return PassiveReply(msg_type=kind, articles=_articles(fields), raw=raw)
    raise ReplyRefused(f"unknown MsgType {kind!r}")


def _part(fields: dict[str, Any], name: str) -> dict[str, Any]:
    part = fields.get(name)
    if not isinstance(part, dict):
        raise ReplyRefused(f"<{name}> is missing")
    return part


def _articles(fields: dict[str, Any]) -> tuple[Article, ...]:
    items = fields.get("Articles")
    if isinstance(items, dict):
        items = items.get("item")
    if isinstance(items, dict):
        items = [items]
    if str(fields.get("ArticleCount")) != "1" or not isinstance(items, list) or len(items) != 1:
        raise ReplyRefused("a user's message is answered with exactly one article")
    article = items[0]
    if not isinstance(article, dict) or not article.get("Title"):
        raise ReplyRefused("an article without Title")
    parts = [str(article.get(name, "")) for name in ("Title", "Description", "PicUrl", "Url")]
    return (Article(title=parts[0], description=parts[1], picture_url=parts[2], url=parts[3]),)
