"""What becomes of questions that nobody could answer? Added to an entry, answered anew, or put aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from aiohttp import web

from services.console.errors import Refusal
from services.console.faq.words import telling
from services.console.pages import Area, MenuEntry, Page, Task
from services.console.paging import PAGE_SIZE, make_listing, place
from services.console.parts import Parts
from services.console.visit import Visit
from services.faq.desk_types import DeskEntryNotFound, DraftOutdated, OwnDraft, WordingTaken
from services.faq.queue import LOOKED_AT, MOST_COUNTED, AsidePlace, Place, TooManyWordings
from services.staff.permissions import Permission

VIEW, EDIT, PUBLISH = Permission.FAQ_VIEW, Permission.FAQ_EDIT, Permission.FAQ_PUBLISH
SUGGESTED = 4


def make_area(parts: Parts) -> Area:
    """The pages of unanswered questions."""
    pages = _Questions(parts)
    return Area(
        name="questions",
        pages=(
            Page(method="GET", path="/questions", handler=pages.list, permission=VIEW),
            Page(method="GET", path="/questions/one", handler=pages.show, permission=VIEW),
            Page(method="POST", path="/questions/wording", handler=pages.add_wording, permission=PUBLISH),
            Page(method="POST", path="/questions/aside", handler=pages.put_aside, permission=EDIT),
            Page(method="POST", path="/questions/back", handler=pages.take_back, permission=EDIT),
            Page(method="GET", path="/questions/aside", handler=pages.list_aside, permission=VIEW),
        ),
        menu=(MenuEntry(title="待答问题", path="/questions", permission=VIEW, icon="patch-question", position=90),),
        tasks=pages.tasks,
    )


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page of the list begins: so many groups into the block behind this place."""

    number: Annotated[int, msgspec.Meta(ge=0, le=LOOKED_AT)]
    after: Place | None


class _Questions:
    def __init__(self, parts: Parts) -> None:
        self._questions = parts.topics.questions
        self._desk = parts.topics.faq_desk
        self._faq = parts.topics.faq

    async def tasks(self, visit: Visit) -> Sequence[Task]:
        count = await self._questions.waiting()
        many = count >= MOST_COUNTED
        return [Task(title="没有答上的问题", count=count, path="/questions", permission=EDIT, at_least=many)]

    async def list(self, visit: Visit) -> web.StreamResponse:
        at = place(visit.query, Shown) or Shown(number=0, after=None)
        block = await self._questions.block(search=visit.query.get("q", "").strip()[:100], after=at.after)
        groups = block.groups[at.number : at.number + PAGE_SIZE]
        behind = at.number + PAGE_SIZE < len(block.groups)
        following = Shown(number=at.number + PAGE_SIZE, after=at.after) if behind else Shown(number=0, after=block.last)
        more = [groups[-1]] if groups and (behind or block.last is not None) else []
        listing = make_listing([*groups, *more], key=lambda _: following, query=visit.query, size=max(1, len(groups)))
        return visit.render("questions/list.html", listing=listing)

    async def show(self, visit: Visit) -> web.StreamResponse:
        question = visit.query.get("question", "")
        if not question:
            return visit.redirect("/questions")
        group = await self._questions.group(question)
        found = await self._faq.search(group.head.question, limit=SUGGESTED)
        return visit.render("questions/group.html", group=group, hits=found.hits)

    async def add_wording(self, visit: Visit) -> web.StreamResponse:
        questions, entry_id = self._chosen(visit), str(visit.form.get("entry", ""))
        try:
            one = await self._desk.entry(entry_id)
            if not visit.person.may_touch(one.shown.department):
                raise Refusal(403, f"您的账号只能修改“{visit.person.department}”的问答。")
            told = await self._questions.add_wordings(visit.actor, entry_id, questions)
        except DeskEntryNotFound:
            raise Refusal(409, "这条问答已被移走，请重新选择。") from None
        except WordingTaken as error:
            wording, _, question = error.taken[0]
            raise Refusal(409, f"“{wording}”已经是另一条问答“{question}”的问法。") from None
        except TooManyWordings:
            raise Refusal(409, "这条问答的相似问法已满 200 条，请先删掉一些。") from None
        except (DraftOutdated, OwnDraft):
            raise Refusal(409, "这条问答要先保存草稿，再由另一位同事发布。") from None
        return visit.redirect("/questions", f"已加到“{one.shown.question}”，两秒内生效。{telling(told)}")

    async def put_aside(self, visit: Visit) -> web.StreamResponse:
        await self._questions.put_aside(visit.actor, self._chosen(visit))
        return visit.redirect("/questions", "已标为不在服务范围，不再列出。可以在“已搁置”里找回。", "info")

    async def take_back(self, visit: Visit) -> web.StreamResponse:
        await self._questions.take_back(visit.actor, self._chosen(visit))
        return visit.redirect("/questions", "已放回待答问题。")

    async def list_aside(self, visit: Visit) -> web.StreamResponse:
        words, after = visit.query.get("q", "").strip()[:100], place(visit.query, AsidePlace)
        rows = await self._questions.aside(words=words, after=after, limit=PAGE_SIZE + 1)
        listing = make_listing(rows, key=lambda row: row[0], query=visit.query)
        return visit.render("questions/aside.html", listing=listing)

    def _chosen(self, visit: Visit) -> Sequence[str]:
        chosen = [str(one) for one in visit.form.getall("question", [])][:500]
        if not chosen:
            raise Refusal(422, "请至少选一个问题。")
        return chosen
