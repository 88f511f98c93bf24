"""Is this notice fit to be sent? Refusals that tell staff what to change."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import cast

from services.clock import local
from services.notices import article_checks, personal, recurrence, repository, shown, texts
from services.notices.audience import rules_of
from services.notices.errors import BadNotice, PastDue
from services.notices.models import NoticeRow
from services.notices.rules import (
    ROUTES,
    SYSTEM,
    MassForm,
    RouteName,
    RouteRules,
    limits_of,
    routes_of,
)

#: "Now" is a time that has just passed.
JUST_NOW = timedelta(minutes=1)
#: A year that was mistyped.
FAR = timedelta(days=1000)


def staff_name(name: str) -> str:
    """The name without spaces around it; raises BadNotice for none and for the program's own."""
    cleaned = name.strip()
    _printable("经办人", cleaned)
    if not cleaned:
        raise BadNotice(texts.empty_field("经办人"))
    if cleaned.casefold() == SYSTEM:
        raise BadNotice(texts.system_name(cleaned))
    return cleaned


def same_name(one: str, other: str) -> bool:
    """Two spellings of one name do not make two people."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def everything(notice: NoticeRow, now: datetime) -> None:
    """Text, times and repetition; raises BadNotice or PastDue with a sentence that says what to change."""
    content(notice)
    article_checks.news(notice)
    personal_fields(notice)
    schedule(notice, now)
    repetition(notice)


def personal_fields(notice: NoticeRow) -> None:
    """Title, text and link ask only for what is known of the audience; nothing else has braces."""
    for name, value in (("标题", notice.title), ("正文", notice.body), ("链接", notice.url)):
        if personal.stray_brace(value):
            raise BadNotice(texts.stray_brace(name))
    attached = "".join(one["name"] + one["url"] for one in notice.attachments or ())
    alike = (("发文单位", notice.department), ("文件依据", notice.source_document), ("附件", attached))
    for name, value in (*alike, ("摘要", notice.digest or "")):
        if "{" in value or "}" in value:
            raise BadNotice(texts.no_places_here(name))
    asked = personal.names_in(notice.title, notice.body, notice.url)
    if len(asked) > personal.MOST_FIELDS:
        raise BadNotice(texts.too_many_fields(personal.MOST_FIELDS))
    if asked and ROUTES[notice.route].grouped:
        raise BadNotice(texts.no_personal_mass())
    known = [field.name for field in personal.usable(rules_of(notice.audience_rules), notice.list_columns or ())]
    for name in asked:
        if name not in known:
            raise BadNotice(texts.unknown_field(name, known))


def content(notice: NoticeRow) -> None:
    """The text fits its route, and each that an emergency may fall to."""
    form = cast("MassForm", notice.mass_form or "text")
    routes = routes_of(cast("RouteName", notice.route), emergency=notice.emergency)
    most_title = limits_of(routes[0], form).max_title
    most_body = min(limits_of(route, form).max_body for route in routes)
    for name, value in (("标题", notice.title), ("正文", notice.body)):
        if not value.strip():
            raise BadNotice(texts.empty_field(name))
    lines = (
        ("标题", notice.title),
        ("发文单位", notice.department),
        ("文件依据", notice.source_document),
        ("摘要", notice.digest or ""),
    )
    for name, value in (*lines, ("链接", notice.url)):
        _printable(name, value)
    for attachment in notice.attachments or ():
        _printable("附件", attachment["name"] + attachment["url"])
    _printable("正文", notice.body.replace("\n", ""))
    if len(notice.title) > most_title:
        raise BadNotice(texts.title_too_long(most_title, len(notice.title)))
    if len(notice.body) > most_body:
        raise BadNotice(texts.body_too_long(most_body, len(notice.body)))
    for name in routes:
        _fits(notice, limits_of(name, form))
    if notice.url and not notice.url.startswith(("https://", "http://")):
        raise BadNotice(texts.bad_url(notice.url))


def _fits(notice: NoticeRow, rules: RouteRules) -> None:
    """The whole text is not longer than the route takes."""
    limit = rules.max_bytes
    if not limit:
        return
    content = repository.content_of(repository.version_of(notice, notice.due_at), notice.number or 0)
    length = len(shown.whole_text(content).encode())
    if length > limit:
        # Chinese characters have three bytes each: that is how people count.
        raise BadNotice(texts.text_too_long(-((limit - length) // 3)))


def schedule(notice: NoticeRow, now: datetime) -> None:
    """The times make sense."""
    if notice.due_at > now + FAR:
        raise BadNotice(texts.too_far(_say(notice.due_at)))
    if notice.due_at < now - JUST_NOW:
        raise PastDue(texts.past_due(_say(notice.due_at)))
    if notice.expires_at is not None and notice.expires_at <= notice.due_at:
        raise BadNotice(texts.expires_before_due(_say(notice.expires_at), _say(notice.due_at)))
    if (notice.quiet_from is None) != (notice.quiet_until is None):
        raise BadNotice(texts.half_quiet())


def repetition(notice: NoticeRow) -> None:
    """It comes again at times that make sense, and not for ever."""
    if not notice.recurrence:
        return
    if notice.emergency:
        raise BadNotice(texts.no_recurring_emergency())
    if notice.recurrence_ends_at is None:
        raise BadNotice(texts.endless())
    if not notice.due_at < notice.recurrence_ends_at <= notice.due_at + FAR:
        raise BadNotice(texts.bad_end(_say(notice.recurrence_ends_at), FAR.days))
    pattern(notice.recurrence, notice.recurrence_zone, notice.due_at)


def pattern(written: str, zone: str, first: datetime) -> None:
    """The pattern means something, and neither nothing nor too much of it, from the first time on."""
    try:
        recurrence.check(written, zone, first)
    except recurrence.BadPattern as error:
        raise BadNotice(texts.bad_pattern(written)) from error
    except recurrence.UnknownZone as error:
        raise BadNotice(texts.unknown_zone(zone)) from error
    except recurrence.NeverAgain as error:
        raise BadNotice(texts.never_again(written)) from error
    except recurrence.TooOften as error:
        raise BadNotice(texts.too_often()) from error


def not_over(notice: NoticeRow, now: datetime) -> None:
    """Its time is still to come, or so little ago that it is not late."""
    if now > notice.due_at + timedelta(seconds=notice.late_after_seconds):
        raise PastDue(texts.past_due(_say(notice.due_at)))
    not_expired(notice, now)


def not_expired(notice: NoticeRow, now: datetime) -> None:
    if notice.expires_at is not None and now >= notice.expires_at:
        raise PastDue(texts.over(notice.number))


def _printable(name: str, value: str) -> None:
    """Characters that phones do not show (and line breaks, in what is one line) have no place in a notice."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise BadNotice(texts.unprintable(name))


def _say(instant: datetime) -> str:
    try:
        return local(instant).strftime("%Y-%m-%d %H:%M")
    except OverflowError:  # the first or the last day of the calendar
        return instant.isoformat()
