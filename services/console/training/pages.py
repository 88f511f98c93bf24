"""How do staff train, compare, promote and take back models? Versions, with everything known of each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import NoReturn
from urllib.parse import urlencode

from aiohttp import web

from services.console.errors import Refusal
from services.console.pages import Area, MenuEntry, Page, Task
from services.console.paging import PAGE_SIZE, Listing, make_listing, place
from services.console.parts import Parts
from services.console.training import examples, exchange, held_out, intents
from services.console.training.confusions import confusion_chart, page_of
from services.console.training.forms import PromoteForm, WantForm
from services.console.training.sureness import sureness_chart
from services.console.visit import Visit
from services.errors import NotFound, ServiceError
from services.staff.permissions import Permission
from services.training.errors import (
    AlreadyLive,
    DoesNotFit,
    NoLiveModel,
    NothingBefore,
    NotReady,
    NotReviewed,
    UnderWay,
    Worse,
)
from services.training.types import Change, Decided, ModelVersion, Verdict, Wanted

VIEW, RUN, PROMOTE = Permission.TRAINING_VIEW, Permission.TRAINING_RUN, Permission.TRAINING_PROMOTE
OPEN = frozenset({"waiting", "training", "evaluating"})
#: How often somebody who watches is told how far it is.
LOOK_SECONDS = 1.0
SHOWN_LINES = 40
#: Among so many is the one that is being made, and those that are to be looked at.
LATEST = 5
REASONS: dict[type[ServiceError], str] = {
    UnderWay: "已经有一个版本在训练，请等它完成，或先取消它。",
    AlreadyLive: "这个版本已经在用了。",
    NotReady: "这个版本还不能启用，或已经结束。",
    DoesNotFit: "这个版本是为另一版程序训练的，不能在现在的程序上使用。请重新训练。",
    NotReviewed: "还有变化没有审阅，或有变化被否决，不能启用。",
    Worse: "这个版本在保留题上明显不如在用的版本，不能启用。",
    NothingBefore: "没有更早的版本可以退回。",
    NoLiveModel: "还没有在用的版本。",
}


def make_area(parts: Parts) -> Area:
    """The pages of training."""
    pages = _Training(parts)
    one = "/training/versions/{version}"
    return Area(
        name="training",
        pages=(
            Page(method="GET", path="/training", handler=pages.list, permission=VIEW),
            Page(method="POST", path="/training/want", handler=pages.want, permission=RUN),
            Page(method="POST", path="/training/rollback", handler=pages.roll_back, permission=PROMOTE),
            Page(method="GET", path=one, handler=pages.show, permission=VIEW),
            Page(method="GET", path=f"{one}/events", handler=pages.events, permission=VIEW, passive=True),
            Page(method="GET", path=f"{one}/scores.csv", handler=pages.scores, permission=VIEW),
            Page(method="GET", path=f"{one}/sureness.csv", handler=pages.sureness, permission=VIEW),
            Page(method="POST", path=f"{one}/cancel", handler=pages.cancel, permission=RUN),
            Page(method="POST", path=f"{one}/decide", handler=pages.decide, permission=PROMOTE),
            Page(method="POST", path=f"{one}/promote", handler=pages.promote, permission=PROMOTE),
            *intents.make_pages(parts),
            *examples.make_pages(parts),
            *exchange.make_pages(parts),
            *held_out.make_pages(parts),
        ),
        menu=(MenuEntry(title="模型训练", path="/training", permission=VIEW, icon="mortarboard", position=200),),
        tasks=pages.tasks,
    )


class _Training:
    def __init__(self, parts: Parts) -> None:
        self._training = parts.topics.training
        self._stopping = parts.stopping

    async def tasks(self, visit: Visit) -> Sequence[Task]:
        latest = await self._training.lines(limit=LATEST)
        waiting = sum(one.undecided for one in latest if one.state == "ready" and one.fits and not one.live)
        return [Task(title="新版本的变化等待审阅", count=waiting, path="/training", permission=PROMOTE)]

    async def list(self, visit: Visit) -> web.StreamResponse:
        words, before = visit.query.get("q", "").strip()[:100], place(visit.query, int) or 0
        rows = await self._training.lines(before=before, limit=PAGE_SIZE + 1, words=words)
        listing = make_listing(rows, key=lambda row: row.version, query=visit.query)
        return visit.render(
            "training/list.html",
            listing=listing,
            form=visit.bind(WantForm),
            promotions=await self._training.promotions(limit=10),
            making=any(one.state in OPEN for one in await self._training.lines(limit=LATEST)),
        )

    async def want(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind(WantForm)
        if not form.validate():
            raise Refusal(422, "说明最多 500 个字。")
        try:
            made = await self._training.want(
                Wanted(by=visit.person.login, note=form.note.data or ""), actor=visit.actor
            )
        except UnderWay as error:
            _refuse(error)
        return visit.redirect(
            f"/training/versions/{made.version}", "已开始。训练和评估大约要几分钟，可以离开这一页。", "info"
        )

    async def show(self, visit: Visit) -> web.StreamResponse:
        one = await self._training.version(_number(visit))
        changes = await self._training.changes(one.version)
        found = one.evaluation.cross_validation.confusions if one.evaluation else []
        confusions = page_of(found, visit.query.get("confusions", ""))
        return visit.render(
            "training/version.html",
            one=one,
            changes=len(changes),
            listing=_page_of(changes, visit),
            lines=await self._lines(one),
            form=visit.bind(PromoteForm),
            intents=sorted(one.evaluation.cross_validation.intents, key=lambda score: score.f1)
            if one.evaluation
            else [],
            confusions=confusions,
            to_confusions=lambda number: "?" + urlencode({**visit.query, "confusions": number}) + "#confusions-title",
            chart=confusion_chart(confusions.rows),
            sureness=sureness_chart(one.evaluation.cross_validation.sureness if one.evaluation else []),
        )

    async def events(self, visit: Visit) -> web.StreamResponse:
        number = _number(visit)
        await self._training.version(number)
        return await visit.events(self._progress(visit, number))

    async def _progress(self, visit: Visit, number: int) -> AsyncIterator[tuple[str, str]]:
        while not self._stopping.is_set():
            one = await self._training.version(number)
            if one.state not in OPEN:
                yield "done", ""
                return
            yield "progress", visit.fragment("training/progress.html", one=one, lines=await self._lines(one))
            await asyncio.sleep(LOOK_SECONDS)

    async def scores(self, visit: Visit) -> web.StreamResponse:
        one = await self._training.version(_number(visit))
        if one.evaluation is None:
            raise NotFound
        rows = [
            (score.intent, f"{score.precision:.4f}", f"{score.recall:.4f}", f"{score.f1:.4f}", score.support)
            for score in one.evaluation.cross_validation.intents
        ]
        return visit.csv(f"版本 {one.version} 各意图得分", ("意图", "准确率", "召回率", "F1", "例句"), rows)

    async def sureness(self, visit: Visit) -> web.StreamResponse:
        one = await self._training.version(_number(visit))
        if one.evaluation is None:
            raise NotFound
        rows = [
            (f"{step.least:.1f}", step.sentences, f"{step.confidence:.4f}", f"{step.right:.4f}")
            for step in one.evaluation.cross_validation.sureness
        ]
        return visit.csv(f"版本 {one.version} 把握和对错", ("把握从", "句数", "平均把握", "实际认对"), rows)

    async def cancel(self, visit: Visit) -> web.StreamResponse:
        number = _number(visit)
        try:
            await self._training.cancel(number, by=visit.person.login, actor=visit.actor)
        except NotReady as error:
            _refuse(error)
        return visit.redirect(f"/training/versions/{number}", "已取消。", "info")

    async def decide(self, visit: Visit) -> web.StreamResponse:
        number, verdict = _number(visit), str(visit.form.get("verdict", ""))
        if verdict not in {"accepted", "rejected"}:
            raise Refusal(422, "请选择接受或否决。")
        question = str(visit.form.get("question", "")) or None
        decided = Decided(by=visit.person.login, verdict=_verdict(verdict), question=question)
        count = await self._training.decide(number, decided, actor=visit.actor)
        return visit.redirect(f"/training/versions/{number}#changes", f"已记录 {count} 条。")

    async def promote(self, visit: Visit) -> web.StreamResponse:
        number, form = _number(visit), visit.bind(PromoteForm)
        if not form.validate():
            raise Refusal(422, "理由最多 500 个字。")
        try:
            await self._training.promote(
                number, by=visit.person.login, reason=form.reason.data or "", actor=visit.actor
            )
        except (AlreadyLive, NotReady, DoesNotFit, NotReviewed, Worse) as error:
            _refuse(error)
        return visit.redirect(f"/training/versions/{number}", "已启用，几秒内各处都会换用这个版本。")

    async def roll_back(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind(PromoteForm)
        if not form.validate():
            raise Refusal(422, "理由最多 500 个字。")
        try:
            one = await self._training.roll_back(
                by=visit.person.login, reason=form.reason.data or "", actor=visit.actor
            )
        except (NoLiveModel, NothingBefore, DoesNotFit) as error:
            _refuse(error)
        return visit.redirect("/training", f"已退回版本 {one.version}，几秒内生效。", "warning")

    async def _lines(self, one: ModelVersion) -> Sequence[str]:
        """The end of what happened while it was made."""
        lines = await self._training.log(one.version, limit=1000)
        return [line.line for line in lines[-SHOWN_LINES:]]


def _page_of(changes: Sequence[Change], visit: Visit) -> Listing[tuple[int, Change]]:
    """What nobody has decided on comes first: there are never more than are asked again, so all are at hand."""
    words, at = visit.query.get("q", "").strip()[:100], place(visit.query, int) or 0
    found = sorted((one for one in changes if words in one.question), key=lambda one: one.verdict is not None)
    rows = list(enumerate(found, start=1))[at : at + PAGE_SIZE + 1]
    return make_listing(rows, key=lambda row: row[0], query=visit.query)


def _refuse(error: ServiceError) -> NoReturn:
    raise Refusal(409, REASONS[type(error)]) from error


def _number(visit: Visit) -> int:
    text = visit.path["version"]
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise NotFound
    return int(text)


def _verdict(text: str) -> Verdict:
    return "accepted" if text == "accepted" else "rejected"
