"""How do staff find and read conversations? Identifiers are hidden until a reason is given, which is written down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from aiohttp import web
from wtforms import DateField, Form, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from services.audit.trail import Subject, record
from services.clock import CITY_ZONE
from services.console.pages import Area, MenuEntry, Page
from services.console.paging import PAGE_SIZE, make_listing, page_url, place
from services.console.parts import Parts
from services.console.visit import Visit
from services.dialogues.masking import masked, unmasked
from services.dialogues.reader import Dialogues
from services.dialogues.types import Turn, Wanted
from services.dialogues.words import action_name, intent_name
from services.errors import NotFound
from services.figures.rollup import UNKNOWN, UNSURE
from services.staff.permissions import Permission

VIEW, UNMASK = Permission.CONVERSATIONS_VIEW, Permission.CONVERSATIONS_UNMASK
STATES = {"answered": "已答复", "failed": "出错致歉", "waiting": "处理中"}


class ConversationSearch(Form):
    q = StringField("内容", [Optional(), Length(max=100)])
    state = SelectField("状态", choices=[("", "全部"), *STATES.items()], validate_choice=False)
    since = DateField("从", [Optional()])
    until = DateField("到", [Optional()])


class ReasonForm(Form):
    reason = StringField(
        "理由",
        [InputRequired("请写明理由。"), Length(min=5, max=200, message="理由请写 5 到 200 个字。")],
        description="例如：核实 12 月 3 日张先生的投诉。理由和您的账号会记入操作记录。",
        render_kw={"autocomplete": "off"},
    )


def make_area(parts: Parts) -> Area:
    """The pages of conversations."""
    pages = _Conversations(parts)
    one = "/conversations/{citizen}"
    return Area(
        name="conversations",
        pages=(
            Page(method="GET", path="/conversations", handler=pages.list, permission=VIEW),
            Page(method="GET", path=one, handler=pages.show, permission=VIEW),
            Page(method="POST", path=f"{one}/unmask", handler=pages.unmask, permission=UNMASK),
        ),
        menu=(MenuEntry(title="会话", path="/conversations", permission=VIEW, icon="chat-dots", position=50),),
    )


class _Conversations:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._dialogues = Dialogues(sessions=parts.sessions, clock=parts.clock)

    async def list(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind_query(ConversationSearch)
        form.validate()
        day_after = form.until.data + timedelta(days=1) if form.until.data else None
        wanted = Wanted(
            text=(form.q.data or "").strip()[:100],
            state=form.state.data if form.state.data in STATES else "",
            since=_midnight(form.since.data),
            until=_midnight(day_after),
            below=place(visit.query, tuple[datetime, int]),
            limit=PAGE_SIZE + 1,
        )
        found = await self._dialogues.find(wanted)
        listing = make_listing(found, key=lambda one: (one.received_at, one.seq), query=visit.query)
        return visit.render("conversations/list.html", listing=listing, form=form, states=STATES, masked=masked)

    async def show(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit, visit.bind(ReasonForm), _masked_text)

    async def unmask(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind(ReasonForm)
        if not form.validate():
            return await self._page(visit, form, _masked_text, status=422)
        citizen_id = visit.uuid("citizen")
        async with self._parts.sessions.begin() as session:
            record(
                session,
                visit.actor,
                "conversations.unmasked",
                Subject(kind="conversation", id=str(citizen_id)),
                now=self._parts.clock.now(),
                reason=(form.reason.data or "").strip(),
            )
        vault = self._parts.topics.vault

        async def reveal(text: str) -> str:
            return await unmasked(text, citizen_id, vault)

        return await self._page(visit, form, reveal, revealed=True)

    async def _page(
        self,
        visit: Visit,
        form: ReasonForm,
        show: Callable[[str], Awaitable[str]],
        *,
        revealed: bool = False,
        status: int = 200,
    ) -> web.StreamResponse:
        citizen_id = visit.uuid("citizen")
        below = place(visit.query, int)
        turns, before = await self._dialogues.turns(citizen_id, below=below)
        if not turns and below is None:
            raise NotFound
        return visit.render(
            "conversations/conversation.html",
            status=status,
            form=form,
            citizen_id=citizen_id,
            turns=[await _shown(turn, show) for turn in turns],
            older=None if before is None else page_url(before),
            newest=below is None,
            states=STATES,
            revealed=revealed,
            intent_name=intent_name,
            action_name=action_name,
            unknown=UNKNOWN,
            unsure=UNSURE,
        )


async def _masked_text(text: str) -> str:
    return masked(text)


async def _shown(turn: Turn, show: Callable[[str], Awaitable[str]]) -> Turn:
    """The turn with its texts as this reader may see them."""
    said = replace(turn.said, text=await show(turn.said.text)) if turn.said is not None else None
    answers = [replace(answer, text=await show(answer.text)) for answer in turn.answers]
    return replace(turn, said=said, answers=answers)


def _midnight(day: date | None) -> datetime | None:
    """The instant at which the city's day begins."""
    return None if day is None else datetime.combine(day, time.min, CITY_ZONE)
