"""How do staff give a notice its own list? A CSV is checked line by line and taken in whole, replaced or removed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from aiohttp import web

from services.console.notices.finding import notice_of
from services.console.pages import Page
from services.console.parts import Parts
from services.console.upload import Upload
from services.console.visit import Visit
from services.errors import BadRequest, Conflict
from services.notices.intake import BadLine, CitizenList, read_citizens
from services.notices.list_texts import bad_line
from services.notices.results import Notice
from services.notices.rules import allowed
from services.notices.types import NoticeEdit
from services.staff.permissions import Permission

#: A million lines have some 40 MB.
FILE_LIMIT = 64 * 1024 * 1024
NAMED = 200


def list_pages(parts: Parts) -> Sequence[Page]:
    """The pages, below a notice."""
    pages, write = _Lists(parts), Permission.NOTICES_WRITE
    path = "/notices/{number}/list"
    return (
        Page(method="GET", path=path, handler=pages.show, permission=write),
        Page(method="POST", path=path, handler=pages.take_in, permission=write, body_limit=FILE_LIMIT),
        Page(method="POST", path=f"{path}/remove", handler=pages.remove, permission=write),
    )


class _Lists:
    def __init__(self, parts: Parts) -> None:
        self._notices = parts.topics.notices

    async def show(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit, await notice_of(visit, self._notices))

    async def take_in(self, visit: Visit) -> web.StreamResponse:
        """Takes the whole file or nothing of it."""
        one, file = await notice_of(visit, self._notices), visit.form.get("file")
        if not isinstance(file, Upload) or not file.content:
            return await self._page(visit, one, problem="请选择名单文件。", status=422)
        text = _decoded(file.content)
        if text is None:
            return await self._page(visit, one, problem="文件不是文本，请在表格软件里另存为 CSV。", status=422)
        # A million lines take seconds, in which others' pages go on.
        read = await asyncio.to_thread(_read, text)
        if read.bad:
            return await self._page(visit, one, bad=read.bad, status=422)
        if not read.citizens:
            return await self._page(visit, one, problem="文件里没有市民编号。", status=422)
        try:
            edit = NoticeEdit(staff=visit.person.login)
            await self._notices.by(visit.actor).edit(str(one.id), edit, recipients=read.own_list)
        except (BadRequest, Conflict) as error:
            return await self._page(visit, one, problem=error.detail, status=error.status)
        return visit.redirect(f"/notices/{one.number}/list", f"已导入 {len(read.citizens)} 人。{_asks_again(one)}")

    async def remove(self, visit: Visit) -> web.StreamResponse:
        one = await notice_of(visit, self._notices)
        try:
            edit = NoticeEdit(staff=visit.person.login, citizens=None)
            await self._notices.by(visit.actor).edit(str(one.id), edit)
        except (BadRequest, Conflict) as error:
            return await self._page(visit, one, problem=error.detail, status=error.status)
        return visit.redirect(f"/notices/{one.number}/list", f"名单已移除。{_asks_again(one)}")

    async def _page(
        self, visit: Visit, one: Notice, *, bad: Sequence[BadLine] = (), problem: str = "", status: int = 200
    ) -> web.StreamResponse:
        return visit.render(
            "notices/own_list.html",
            status=status,
            one=one,
            size=await self._notices.lists.size(str(one.id)),
            bad=[bad_line(line.line, line.value, line.reason) for line in bad[:NAMED]],
            bad_count=len(bad),
            problem=problem,
            editable=allowed("edit", one.state),
        )


def _decoded(content: bytes) -> str | None:
    """As UTF-8, else as spreadsheet programs here save a CSV; None: it is no text."""
    with suppress(UnicodeDecodeError):
        return content.decode("utf-8-sig")
    with suppress(UnicodeDecodeError):
        return content.decode("gb18030")
    return None


def _read(text: str) -> CitizenList:
    return read_citizens(text.splitlines(keepends=True))


def _asks_again(before: Notice) -> str:
    return "原来的审核作废，请重新提交。" if before.state != "draft" else ""
