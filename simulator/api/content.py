"""What can a message hold? The checks that customer-service and mass messages share."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from simulator.errors import ApiError

TEXT_BYTES = 2048


class TextPart(msgspec.Struct, frozen=True, kw_only=True):
    content: str = ""


class MediaPart(msgspec.Struct, frozen=True, kw_only=True):
    media_id: str = ""
    title: str = ""


class ArticlePart(msgspec.Struct, frozen=True, kw_only=True):
    title: str = ""
    description: str = ""
    url: str = ""
    picurl: str = ""


class NewsPart(msgspec.Struct, frozen=True, kw_only=True):
    articles: list[ArticlePart] = []


class MenuEntry(msgspec.Struct, frozen=True, kw_only=True):
    id: str | int = ""
    content: str = ""


class MenuPart(msgspec.Struct, frozen=True, kw_only=True):
    """A text with entries to press; pressing sends the entry as a text."""

    head_content: str = ""
    entries: list[MenuEntry] = msgspec.field(name="list", default_factory=list)
    tail_content: str = ""


def check_text(text: str) -> str:
    """44004 for nothing, 45002 over 2048 bytes."""
    if not text.strip():
        raise ApiError(44004)
    if len(text.encode()) > TEXT_BYTES:
        raise ApiError(45002)
    return text


def check_media(media: MediaPart | None, known: Collection[str]) -> str:
    """40007 for media that the platform does not have."""
    if media is None or media.media_id not in known:
        raise ApiError(40007)
    return media.media_id


def check_news(news: NewsPart | None) -> ArticlePart:
    """45008 unless there is exactly one article."""
    if news is None or len(news.articles) != 1:
        raise ApiError(45008)
    if not news.articles[0].title:
        raise ApiError(47001, "an article needs a title")
    return news.articles[0]
