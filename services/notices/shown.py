"""What does a phone show of a notice? Line by line for each route. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from services.clock import local
from services.notices import article_texts, texts
from services.notices.results import Preview, PreviewLine
from services.notices.rules import MASS_LIKE, RouteName, limits_of
from services.notices.values import Content

#: What a subscription notice's `thing` holds.
THING = 20
#: What the platform itself takes of an article's text where there is no digest.
OWN_DIGEST = 54
ALL_ROUTES: tuple[RouteName, ...] = ("template", "subscription", "customer", "mass")


def previews(content: Content, *, example: str = "") -> list[Preview]:
    """The notice as every route shows it, the chosen one first; `example`: whose values stand in it."""
    return sorted((preview(content, route, example=example) for route in ALL_ROUTES), key=lambda one: not one.chosen)


def preview(content: Content, route: RouteName, *, example: str = "") -> Preview:
    """The notice as `route` shows it, with what its writer should know before it is sent."""
    lines = list(_lines(content, route))
    news = is_news(content, route)
    return Preview(
        route=route,
        route_text=texts.ROUTE_NAMES[route],
        # A trial of a mass message is a preview of it.
        chosen=route == content.route or (route == "mass" and content.route == "preview"),
        lines=lines,
        opens="" if route in ("customer", "mass") and not news else content.url,
        warnings=list(_warnings(content, route, lines)),
        example=example,
        form="news" if news else "text",
        cover=content.cover if news else None,
    )


def is_news(content: Content, route: RouteName) -> bool:
    """Does it go out by this route as a card that opens an article?"""
    return content.mass_form == "news" and route in MASS_LIKE


def ways(content: Content) -> list[str]:
    """The texts that citizens may have got and forward, one a route; the whole text as well where a route cuts it."""
    return ["\n".join([*(line.text for line in _lines(content, route)), content.url]) for route in ALL_ROUTES]


def cards(content: Content) -> list[str]:
    """What a phone's card of the notice's page says when it is forwarded, in the words of the edge's `turns`: the link
    first; below the title the digest, or the text. Names stand between, so that no character moves from one to
    the other."""
    if not content.url:
        return []
    return [f"链接 {content.url}\n标题 {content.title}\n摘要 {text}" for text in (digest_of(content), content.body)]


def _template(content: Content) -> Iterator[PreviewLine]:
    yield PreviewLine(field="first", text=content.title)
    yield PreviewLine(field="keyword1", text=content.department or "—")
    yield PreviewLine(field="keyword2", text=_time(content))
    yield PreviewLine(field="remark", text=remark(content))


def _subscription(content: Content) -> Iterator[PreviewLine]:
    department = content.department or "—"
    long = len(content.body) > THING
    shown = content.body[: THING - 1] + "…" if long else content.body
    yield PreviewLine(field="thing1", text=content.title[:THING], cut=max(0, len(content.title) - THING))
    yield PreviewLine(field="thing2", text=department[:THING], cut=max(0, len(department) - THING))
    yield PreviewLine(field="time3", text=_time(content))
    yield PreviewLine(field="thing4", text=shown, cut=len(content.body) - (THING - 1) if long else 0)


def _text(content: Content) -> Iterator[PreviewLine]:
    yield PreviewLine(field="", text=whole_text(content))


def _news(content: Content) -> Iterator[PreviewLine]:
    yield PreviewLine(field="title", text=content.title)
    yield PreviewLine(field="digest", text=digest_of(content))
    yield PreviewLine(field="author", text=content.department)
    yield PreviewLine(field="content", text="\n".join(article_lines(content)))


def digest_of(content: Content) -> str:
    """What the card of a news message says below its title: the digest, else the beginning of the text."""
    return content.digest or " ".join(content.body.split())[:OWN_DIGEST]


def article_lines(content: Content) -> list[str]:
    """The paragraphs of the article that the card opens."""
    return [*content.body.split("\n"), *attached(content), signature(content)]


def whole_text(content: Content) -> str:
    """The notice as one text, to one or to many."""
    parts = (
        f"【{content.title}】",
        content.body,
        content.url,
        *attached(content),
        content.department,
        signature(content),
    )
    return "\n".join(part for part in parts if part)


def remark(content: Content) -> str:
    """The last field of the notice template."""
    return "\n".join([content.body, *attached(content), signature(content)])


def attached(content: Content) -> list[str]:
    """The attachments, a line each."""
    return [f"附件：{one.name} {one.url}" for one in content.attachments]


_LINES = {"template": _template, "subscription": _subscription, "customer": _text, "mass": _text, "preview": _text}


def _lines(content: Content, route: RouteName) -> Iterator[PreviewLine]:
    return _news(content) if is_news(content, route) else _LINES[route](content)


def _warnings(content: Content, route: RouteName, lines: list[PreviewLine]) -> Iterator[str]:
    rules = limits_of(route, content.mass_form)
    if len(content.title) > rules.max_title:
        yield texts.title_too_long(rules.max_title, len(content.title))
    if len(content.body) > rules.max_body:
        yield texts.body_too_long(rules.max_body, len(content.body))
    for line in lines:
        if line.cut and line.field != "thing1":
            yield texts.cut(line.text, line.cut)
    if is_news(content, route):
        yield from _news_warnings(content)
    if content.attachments and route == "subscription":
        yield texts.attachments_unseen()
    if not content.department:
        yield texts.no_department()
    if not content.url and any(line.cut for line in lines):
        yield texts.cut_without_link()


def _news_warnings(content: Content) -> Iterator[str]:
    if content.cover is None:
        yield article_texts.no_cover()
    if not content.url:
        yield article_texts.no_original()


def _time(content: Content) -> str:
    return local(content.due_at).strftime("%Y-%m-%d %H:%M")


def signature(content: Content) -> str:
    """By this number a citizen can have a forwarded notice confirmed."""
    source = f"（{content.source_document}）" if content.source_document else ""
    return f"通知第 {content.number or '×'} 号{source}"
