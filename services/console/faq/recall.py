"""How do staff see who was told an answer, and correct it for exactly those? A notice that a second person approves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from wtforms import DateTimeLocalField, Form, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from services.clock import CITY_ZONE, local
from services.console.errors import Refusal
from services.console.pages import Page
from services.console.parts import Parts
from services.console.visit import Visit
from services.errors import BadRequest, Conflict
from services.faq.desk_types import DeskEntry
from services.faq.recall import NobodyWasTold
from services.faq.told_repository import Span
from services.faq.types import FaqEntry
from services.notices.rules import ROUTES
from services.notices.types import NoticeDraft
from services.staff.permissions import Permission

VIEW, RECALL = Permission.FAQ_VIEW, Permission.FAQ_RECALL
MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
ROUTE = ROUTES["template"]
#: A second person has to read it before it goes.
LATER = timedelta(hours=1)


class SpanForm(Form):
    """Which tellings are meant, by the city's clock."""

    since = DateTimeLocalField("从", [Optional()], format=MOMENT)
    until = DateTimeLocalField("到", [Optional()], format=MOMENT)
    #: The version that was told, by when it was written.
    written_at = HiddenField(validators=[Length(max=40)])

    def span(self) -> Span:
        """Raises Refusal for a version that is none."""
        try:
            written_at = datetime.fromisoformat(self.written_at.data) if self.written_at.data else None
        except ValueError:
            raise Refusal(400, "没有这个版本，请从列表里重新选择。") from None
        until = _instant(self.until.data)
        if until is not None:  # what was typed has no seconds: the whole minute is meant
            until += timedelta(minutes=1) - timedelta(microseconds=1)
        return Span(since=_instant(self.since.data), until=until, written_at=written_at)


class RecallForm(SpanForm):
    """The correction."""

    title = StringField(
        "标题",
        [DataRequired("请填写标题。"), Length(max=ROUTE.max_title, message=f"标题最多 {ROUTE.max_title} 个字。")],
    )
    body = TextAreaField(
        "正文",
        [DataRequired("请填写正文。"), Length(max=ROUTE.max_body, message=f"正文最多 {ROUTE.max_body} 个字。")],
        description="说清楚原来的答复哪里不对、现在以什么为准。",
    )
    due_at = DateTimeLocalField(
        "发送时间",
        [DataRequired("请填写发送时间，例如 2026-12-30 09:00。")],
        format=MOMENT,
        description="在这之前要由另一位同事审核通过。",
    )


def make_pages(parts: Parts) -> Sequence[Page]:
    """The pages of corrections."""
    pages = _Recall(parts)
    path = "/faq/{id}/recall"
    return (
        Page(method="GET", path=path, handler=pages.show, permission=VIEW),
        Page(method="POST", path=path, handler=pages.send, permission=RECALL),
    )


class _Recall:
    def __init__(self, parts: Parts) -> None:
        self._desk = parts.topics.faq_desk
        self._recall = parts.topics.recall
        self._clock = parts.clock

    async def show(self, visit: Visit) -> web.StreamResponse:
        one = await self._desk.entry(visit.path["id"])
        spans = visit.bind_query(SpanForm)
        if not spans.validate():
            return await self._page(visit, one, spans, self._written(visit, one, spans), status=422)
        return await self._page(visit, one, spans, self._written(visit, one, spans))

    async def send(self, visit: Visit) -> web.StreamResponse:
        one, form = await self._desk.entry(visit.path["id"]), visit.bind(RecallForm)
        if not visit.person.may_touch(one.shown.department):
            raise Refusal(403, f"您的账号只能更正“{visit.person.department}”的问答。")
        if not form.validate():
            return await self._page(visit, one, form, form, status=422)
        draft = NoticeDraft(
            title=(form.title.data or "").strip(),
            body=(form.body.data or "").replace("\r\n", "\n").strip(),
            due_at=_instant(form.due_at.data) or self._clock.now(),
            author=visit.person.login,
            department=one.shown.department,
        )
        try:
            done = await self._recall.recall(visit.actor, one.id, form.span(), draft)
        except NobodyWasTold:
            return await self._page(visit, one, form, form, problem="这段时间里没有人收到过这个答案。", status=409)
        except (BadRequest, Conflict) as error:
            return await self._page(visit, one, form, form, problem=error.detail, status=error.status)
        said = f"第 {done.notice} 号通知已提交，发给 {done.citizens} 人。请另一位有审批权限的同事审核。"
        return visit.redirect(f"/faq/{one.id}/recall", said)

    async def _page(
        self,
        visit: Visit,
        one: DeskEntry,
        spans: SpanForm,
        form: RecallForm,
        *,
        problem: str = "",
        status: int = 200,
    ) -> web.StreamResponse:
        span = spans.span() if not spans.errors else Span()
        return visit.render(
            "faq/recall.html",
            status=status,
            one=one,
            spans=spans,
            form=form,
            problem=problem,
            versions=await self._recall.versions(one.id, Span(since=span.since, until=span.until)),
            citizens=await self._recall.count(one.id, span),
            recalls=await self._recall.recalls(one.id),
            may_recall=visit.may(RECALL) and visit.person.may_touch(one.shown.department),
        )

    def _written(self, visit: Visit, one: DeskEntry, spans: SpanForm) -> RecallForm:
        """A correction with a first text: what holds now in the place of what was told."""
        due_at = local(self._clock.now() + LATER).replace(tzinfo=None, second=0, microsecond=0)
        known: dict[str, Any] = {**spans.data, **_correction(one.shown), "due_at": due_at}
        return visit.bind(RecallForm, **known)


def _correction(entry: FaqEntry) -> dict[str, str]:
    question = entry.question if len(entry.question) <= ROUTE.max_title - 10 else entry.question[: ROUTE.max_title - 10]
    begin, end = f"您问过“{question}”，我们之前的答复有误，请以下面的为准：\n", "\n给您带来不便，十分抱歉。"
    room = ROUTE.max_body - len(begin) - len(end)
    return {"title": f"更正：{question}", "body": f"{begin}{entry.answer[:room]}{end}"}


def _instant(written: datetime | None) -> datetime | None:
    """What was written is the city's time."""
    return written.replace(tzinfo=CITY_ZONE) if written else None
