"""Which news does the account's draft box hold? Articles within the platform's limits; what is sent leaves the box.

Limits: title 32 characters, author 16, digest 128, content under 20 000 characters and 1 MB, link to the original 1 KB,
the cover a permanent material. A draft that went out in a mass message is not in the box any more: its media id cannot
be sent again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence

import msgspec

from simulator.errors import ApiError

TITLE, AUTHOR, DIGEST, CONTENT = 32, 16, 128, 20_000
CONTENT_BYTES, LINK_BYTES = 1024 * 1024, 1024
MOST_ARTICLES = 8
#: Without a digest the platform takes the beginning of the text.
OWN_DIGEST = 54
#: The real platform takes these out of a text without a word; here they are refused, so that nobody relies on them.
FORBIDDEN = re.compile(
    r"<\s*(script|iframe|object|embed|form|style|link|meta)\b|<[^>]*\son\w+\s*=|<[^>]*javascript:", re.IGNORECASE
)
#: Pictures of other sites are filtered; those of the platform's own come from uploads.
PICTURE = re.compile(r"<img\b[^>]*\bsrc\s*=\s*[\"']?(?!https?://mmbiz\.qpic\.cn/)", re.IGNORECASE)
TAG = re.compile(r"<[^>]*>")


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One article of a news message."""

    title: str = ""
    author: str = ""
    digest: str = ""
    content: str = ""
    content_source_url: str = ""
    thumb_media_id: str = ""
    article_type: str = "news"
    need_open_comment: int = 0
    only_fans_can_comment: int = 0


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in the box under one media id."""

    media_id: str
    articles: list[Article]


class Drafts:
    """The draft box. Sent articles stay readable, as on the real platform, but cannot be sent again."""

    def __init__(self) -> None:
        self._box: dict[str, Draft] = {}
        self._sent: dict[str, Draft] = {}

    def forget(self) -> None:
        self._box.clear()
        self._sent.clear()

    def add(self, number: int, articles: Sequence[Article], covers: Collection[str]) -> Draft:
        """Puts news into the box; `covers`: media ids of the articles' covers that are permanent material."""
        if not articles:
            raise ApiError(44003)
        if len(articles) > MOST_ARTICLES:
            raise ApiError(45008)
        for article in articles:
            _check(article, covers)
        media_id = "D" + hashlib.sha256(f"draft{number}".encode()).hexdigest()[:42]
        self._box[media_id] = Draft(media_id=media_id, articles=list(articles))
        return self._box[media_id]

    def get(self, media_id: str) -> Draft:
        """40007 for what is not in the box (any more)."""
        draft = self._box.get(media_id)
        if draft is None:
            raise ApiError(40007)
        return draft

    def send(self, media_id: str) -> None:
        """It went out: it leaves the box."""
        self._sent[media_id] = self._box.pop(media_id)

    def delete(self, media_id: str) -> None:
        """40007 for what is not in the box."""
        self.get(media_id)
        del self._box[media_id]

    def in_box(self) -> list[Draft]:
        """All that wait there, the newest first."""
        return list(reversed(self._box.values()))

    def readable(self, media_id: str) -> Draft | None:
        """As the phone opens it, before and after it was sent."""
        return self._box.get(media_id) or self._sent.get(media_id)


def digest_of(article: Article) -> str:
    """What the card says below the title."""
    return article.digest or " ".join(TAG.sub(" ", article.content).split())[:OWN_DIGEST]


def _check(article: Article, covers: Collection[str]) -> None:
    if article.article_type != "news":
        raise ApiError(40008)
    if not article.title.strip():
        raise ApiError(44003, "an article needs a title")
    if not TAG.sub("", article.content).strip():
        raise ApiError(44003, "an article needs a text")
    for errcode, length, most in (
        (45003, len(article.title), TITLE),
        (45110, len(article.author), AUTHOR),
        (45004, len(article.digest), DIGEST),
        (45002, len(article.content), CONTENT - 1),
        (45002, len(article.content.encode()), CONTENT_BYTES),
        (45005, len(article.content_source_url.encode()), LINK_BYTES),
    ):
        if length > most:
            raise ApiError(errcode)
    if FORBIDDEN.search(article.content) or PICTURE.search(article.content):
        raise ApiError(45166)
    if article.thumb_media_id not in covers:
        raise ApiError(40007, "thumb_media_id")
