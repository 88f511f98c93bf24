"""How do staff work on the FAQ? List, write with a preview, publish, withdraw, compare versions and go back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from aiohttp import web

from services.console.diff import diff_lines
from services.console.errors import Refusal
from services.console.faq import bulk, recall
from services.console.faq.forms import (
    LONGEST_WORDING,
    MOST_WORDINGS,
    NAMES,
    EntryForm,
    FaqSearchForm,
    fields_of,
    texts_of,
)
from services.console.faq.words import OUTCOMES, reason_text, telling
from services.console.pages import Area, MenuEntry, Page, Task
from services.console.paging import PAGE_SIZE, make_listing, place
from services.console.parts import Parts
from services.console.visit import Visit
from services.dialogues.alike import asked_lately
from services.faq.conflicts import asks_the_same, differences
from services.faq.desk_repository import Filter, Wanted
from services.faq.desk_types import DeskEntry, DraftOutdated, OwnDraft, WordingTaken
from services.faq.editing import new_entry_id
from services.faq.promises import Told
from services.faq.queue import QuestionGone
from services.faq.types import FaqEntry
from services.staff.permissions import Permission
from services.staff.types import Person

VIEW, EDIT, PUBLISH = Permission.FAQ_VIEW, Permission.FAQ_EDIT, Permission.FAQ_PUBLISH
CHANGED = "别人刚刚发布了这条问答的新内容。您写的还在下面，请先看一看新内容，再决定怎么改。"
OWN = "这里要求由另一位同事发布。请先保存草稿，再请有发布权限的同事来发布。"
SIMILAR_SHOWN = 5
#: Accounts named while an owner is typed; others can be typed all the same.
OWNERS_OFFERED = 300


def make_area(parts: Parts) -> Area:
    """The pages of the FAQ."""
    pages = _Faq(parts)
    one = "/faq/{id}"
    return Area(
        name="faq",
        pages=(
            Page(method="GET", path="/faq", handler=pages.list, permission=VIEW),
            Page(method="GET", path="/faq/new", handler=pages.show_new, permission=EDIT),
            Page(method="POST", path="/faq/{id}/similar", handler=pages.similar, permission=EDIT, passive=True),
            Page(method="POST", path="/faq/preview", handler=pages.preview, permission=EDIT, passive=True),
            *bulk.make_pages(parts),
            *recall.make_pages(parts),
            Page(method="POST", path=f"{one}/draft", handler=pages.save_draft, permission=EDIT),
            Page(method="POST", path=f"{one}/publish", handler=pages.publish, permission=PUBLISH),
            Page(method="POST", path=f"{one}/discard", handler=pages.discard, permission=EDIT),
            Page(method="POST", path=f"{one}/withdraw", handler=pages.withdraw, permission=PUBLISH),
            Page(method="POST", path=f"{one}/restore", handler=pages.restore, permission=PUBLISH),
            Page(method="GET", path=f"{one}/versions", handler=pages.versions, permission=VIEW),
            Page(method="GET", path=one, handler=pages.show, permission=VIEW),
        ),
        menu=(MenuEntry(title="问答", path="/faq", permission=VIEW, icon="chat-square-text", position=100),),
        tasks=pages.tasks,
    )


class _Faq:
    def __init__(self, parts: Parts) -> None:
        self._desk = parts.topics.faq_desk
        self._faq = parts.topics.faq
        self._questions = parts.topics.questions
        self._promises = parts.topics.promises
        self._staff = parts.staff
        self._sessions = parts.sessions

    async def tasks(self, visit: Visit) -> Sequence[Task]:
        due, drafts = await self._desk.waiting(names_of(visit.person))
        return [
            Task(title="我负责的答案，到期或快要到期", count=due.own, path="/faq?state=due&owner=me", permission=EDIT),
            Task(title="答案已到期，不再答复", count=due.expired, path="/faq?state=expired", permission=EDIT),
            Task(title="答案 30 天内到期", count=due.soon, path="/faq?state=expiring", permission=EDIT),
            Task(title="问答草稿等待发布", count=drafts, path="/faq?state=draft", permission=PUBLISH),
        ]

    async def list(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind_query(FaqSearchForm)
        form.department.choices = [("", "全部"), *((name, name) for name in await self._desk.departments())]
        wanted = Wanted(
            search=visit.query.get("q", "").strip()[:100],
            department=visit.query.get("department", ""),
            state=_filter(visit.query.get("state", "")),
            owners=_owners(visit),
            after=place(visit.query, str) or "",
            limit=PAGE_SIZE + 1,
        )
        rows = await self._desk.page(wanted)
        listing = make_listing(rows, key=lambda row: row.id, query=visit.query)
        return visit.render("faq/list.html", listing=listing, form=form)

    async def show_new(self, visit: Visit) -> web.StreamResponse:
        question = visit.query.get("question", "")[:500]
        asked = await self._asked_like(question) if question else []
        known = {
            "question": question,
            "similar": "\n".join(one for one in asked if one != question),
            "answers": asked,
            "department": visit.person.department,
            "base": "0",
        }
        return await self._page(visit, new_entry_id(), None, visit.bind(EntryForm, **known))

    async def show(self, visit: Visit) -> web.StreamResponse:
        one = await self._desk.entry(visit.path["id"])
        base, answers = (one.draft.base, one.draft.answers) if one.draft else (one.version, [])
        known = {**fields_of(one.shown), "base": str(base), "answers": answers}
        return await self._page(visit, one.id, one, visit.bind(EntryForm, **known))

    async def save_draft(self, visit: Visit) -> web.StreamResponse:
        entry_id, one, form = await self._sent(visit)
        if not form.validate():
            return await self._page(visit, entry_id, one, form, status=422)
        entry = form.entry(entry_id)
        self._check_department(visit, one, entry)
        await self._desk.save_draft(visit.actor, entry, answers=form.answers.data or [])
        return visit.redirect(f"/faq/{entry_id}", "草稿已保存，群众还看不到。发布以后才会答复。", "info")

    async def publish(self, visit: Visit) -> web.StreamResponse:
        entry_id, one, form = await self._sent(visit)
        if not form.validate():
            return await self._page(visit, entry_id, one, form, status=422)
        entry = form.entry(entry_id)
        self._check_department(visit, one, entry)
        try:
            answers = form.answers.data or []
            told = await self._desk.publish(visit.actor, entry, base=int(form.base.data or 0), answers=answers)
        except DraftOutdated:
            return await self._page(visit, entry_id, one, form, problem=CHANGED, status=409)
        except OwnDraft:
            return await self._page(visit, entry_id, one, form, problem=OWN, status=409)
        except WordingTaken as error:
            return await self._page(visit, entry_id, one, form, taken=error.taken, status=409)
        return visit.redirect(f"/faq/{entry_id}", f"已发布，两秒内就会按新内容答复。{telling(told)}")

    async def discard(self, visit: Visit) -> web.StreamResponse:
        one = await self._desk.entry(visit.path["id"])
        self._check_department(visit, one, one.shown)
        await self._desk.discard_draft(visit.actor, one.id)
        return visit.redirect("/faq" if one.published is None else f"/faq/{one.id}", "草稿已丢弃。", "info")

    async def withdraw(self, visit: Visit) -> web.StreamResponse:
        one = await self._desk.entry(visit.path["id"])
        self._check_department(visit, one, one.shown)
        await self._desk.withdraw(visit.actor, one.id)
        return visit.redirect(f"/faq/{one.id}", "已下架，不再这样答复。需要时可以从历史里恢复。", "warning")

    async def restore(self, visit: Visit) -> web.StreamResponse:
        one = await self._desk.entry(visit.path["id"])
        self._check_department(visit, one, one.shown)
        number = str(visit.form.get("version", ""))
        if not (number.isascii() and number.isdigit() and len(number) < 9):
            raise Refusal(400, "没有这个版本，请从历史里重新选择。")
        try:
            await self._desk.restore(visit.actor, one.id, int(number))
        except WordingTaken as error:
            wording, _, question = error.taken[0]
            raise Refusal(409, f"“{wording}”现在是另一条问答“{question}”的问法，不能恢复。") from None
        return visit.redirect(f"/faq/{one.id}", f"已恢复到第 {number} 版，两秒内生效。")

    async def versions(self, visit: Visit) -> web.StreamResponse:
        one = await self._desk.entry(visit.path["id"])
        versions = await self._desk.versions(one.id)
        befores = [*versions[1:], None]
        changes = [
            (after, diff_lines(texts_of(before.content) if before else {}, texts_of(after.content), NAMES))
            for after, before in zip(versions, befores, strict=True)
        ]
        may = visit.may(PUBLISH) and visit.person.may_touch(one.shown.department)
        return visit.render("faq/versions.html", one=one, changes=changes, may_restore=may)

    async def similar(self, visit: Visit) -> web.StreamResponse:
        """Near duplicates of a question that is being written, what contradicts, and who asked it lately."""
        given = {name: str(visit.form.get(name, "")).strip() for name in ("question", "answer", "department")}
        question = given["question"][:LONGEST_WORDING]
        if not question:
            return visit.render("faq/similar.html", hits=(), conflicts=(), asked=None)
        found = await self._faq.search(question, limit=SIMILAR_SHOWN + 1)
        hits = [hit for hit in found.hits if hit.id != visit.path["id"]][:SIMILAR_SHOWN]
        conflicts = [
            (hit, differences(given["answer"], given["department"], hit.answer, hit.department))
            for hit in hits
            if asks_the_same(question, hit.question)
        ]
        asked = await asked_lately(self._sessions, question)
        return visit.render("faq/similar.html", hits=hits, conflicts=[one for one in conflicts if one[1]], asked=asked)

    async def preview(self, visit: Visit) -> web.StreamResponse:
        """As the citizen's phone will show it."""
        form = visit.bind(EntryForm)
        form.validate()
        return visit.render("faq/preview.html", turns=phone_turns(form))

    async def _told(self, one: DeskEntry | None) -> Sequence[Told]:
        return await self._promises.told(one.id) if one is not None else ()

    async def _asked_like(self, question: str) -> Sequence[str]:
        """The unanswered questions that ask the same; the question alone where nobody asks it any more."""
        try:
            group = await self._questions.group(question)
        except QuestionGone:
            return [question]
        return [one.question for one in group.questions][:MOST_WORDINGS]

    async def _sent(self, visit: Visit) -> tuple[str, DeskEntry | None, EntryForm]:
        entry_id = visit.path["id"]
        known = await self._desk.find(entry_id)
        if known is None and not entry_id.startswith("staff-"):
            raise Refusal(404, "没有这条问答，可能已被移走。")
        return entry_id, known, visit.bind(EntryForm)

    def _check_department(self, visit: Visit, one: DeskEntry | None, entry: FaqEntry) -> None:
        """An editor of one department neither takes another's entry nor gives one away."""
        before = one.shown.department if one else entry.department
        if not (visit.person.may_touch(before) and visit.person.may_touch(entry.department)):
            raise Refusal(403, f"您的账号只能修改“{visit.person.department}”的问答。")

    async def _page(
        self,
        visit: Visit,
        entry_id: str,
        one: DeskEntry | None,
        form: EntryForm,
        *,
        status: int = 200,
        problem: str = "",
        taken: object = (),
    ) -> web.StreamResponse:
        mine = visit.person.may_touch(one.shown.department if one else visit.person.department)
        return visit.render(
            "faq/entry.html",
            status=status,
            entry_id=entry_id,
            one=one,
            form=form,
            problem=problem,
            taken=taken,
            turns=phone_turns(form),
            owners=await self._staff.page(limit=OWNERS_OFFERED),
            answered=await self._questions.of(form.answers.data or []),
            told=[(OUTCOMES[told.outcome], reason_text(told.reason), told.count) for told in await self._told(one)],
            may_edit=visit.may(EDIT) and mine,
            may_publish=visit.may(PUBLISH) and mine,
        )


def phone_turns(form: EntryForm) -> list[dict[str, str]]:
    """The question and what the assistant says to it, as domain.yml has it (`utter_faq` and its like)."""
    source = f"。依据：{form.source.data}" if form.source.data else ""
    answer = f"{(form.answer.data or '').strip()}\n（{form.department.data or ''}{source}）"
    turns = [
        {"from": "citizen", "text": form.question.data or "……"},
        {"from": "account", "text": answer},
    ]
    if form.valid_until.data:
        turns.append({"from": "account", "text": f"以上答复有效期至{form.valid_until.data:%Y年%m月%d日}。"})
    return turns


def _filter(given: str) -> Filter:
    return given if given in get_args(Filter) else ""  # type: ignore[return-value]


def names_of(person: Person) -> Sequence[str]:
    """By what an entry may call this owner."""
    return (person.login, person.name)


def _owners(visit: Visit) -> Sequence[str]:
    given = visit.query.get("owner", "")
    return names_of(visit.person) if given == "me" else ("",) if given == "nobody" else ()
