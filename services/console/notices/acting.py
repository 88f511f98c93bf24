"""Which buttons has a notice, and what do they do? Submit, approve, pause, cancel, send again, settle what is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from services.console.errors import Refusal
from services.console.notices.finding import notice_of
from services.console.pages import Page
from services.console.parts import Parts
from services.console.visit import Visit
from services.errors import BadRequest, Conflict
from services.notices.results import Notice
from services.notices.types import Resolution
from services.staff.permissions import Permission

#: Action of a button -> what is said afterwards.
ACTIONS = {
    "submit": "已提交，请另一位有审批权限的同事来审核。",
    "approve": "已审核通过，到时间自动发送。",
    "release": "马上发送。",
    "pause": "已暂停，几秒内停止发送。",
    "resume": "继续发送。",
    "cancel": "已取消，没有发出的不再发送。",
    "skip": "这一次不发；还有下一次的话，已经照常排好。",
    "retry": "正在重发失败的。",
}
DECISIONS = frozenset({"sent", "again"})


def acting_pages(parts: Parts) -> Sequence[Page]:
    """What the buttons below a notice post to."""
    pages, one, write = _Acting(parts), "/notices/{number}", Permission.NOTICES_WRITE
    return (
        Page(method="POST", path=f"{one}/approve", handler=pages.approve, permission=Permission.NOTICES_APPROVE),
        Page(method="POST", path=f"{one}/resolve", handler=pages.resolve, permission=write),
        *(
            Page(method="POST", path=f"{one}/{name}", handler=pages.act(name), permission=write)
            for name in ACTIONS
            if name != "approve"
        ),
    )


class _Acting:
    def __init__(self, parts: Parts) -> None:
        self._notices = parts.topics.notices

    async def approve(self, visit: Visit) -> web.StreamResponse:
        one = await notice_of(visit, self._notices)
        version = str(visit.form.get("version", ""))
        read = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
        service = self._notices.by(visit.actor)
        return await self._done(
            visit, "approve", lambda: service.approve(str(one.id), visit.person.login, version=read)
        )

    def act(self, name: str) -> Callable[[Visit], Awaitable[web.StreamResponse]]:
        """The handler of one button."""

        async def handler(visit: Visit) -> web.StreamResponse:
            one = await notice_of(visit, self._notices)
            service = self._notices.by(visit.actor)
            doing = {
                "submit": service.submit,
                "release": service.release,
                "pause": service.pause,
                "resume": service.resume,
                "skip": service.skip,
                "cancel": service.cancel,
                "retry": service.retry_failed,
            }[name]
            return await self._done(visit, name, lambda: doing(str(one.id), visit.person.login))

        return handler

    async def resolve(self, visit: Visit) -> web.StreamResponse:
        one, decision = await notice_of(visit, self._notices), str(visit.form.get("decision", ""))
        why = str(visit.form.get("why", "")).strip()
        if decision not in DECISIONS or not 1 <= len(why) <= 200:
            raise Refusal(422, "请选择怎么处理，并写明怎么知道的（最多 200 个字）。")
        resolution = Resolution(staff=visit.person.login, decision=decision, why=why)  # type: ignore[arg-type]
        try:
            await self._notices.by(visit.actor).resolve(str(one.id), resolution)
        except Conflict as error:
            raise Refusal(409, error.detail) from error
        return visit.redirect(f"/notices/{one.number}", "已处理。")

    async def _done(self, visit: Visit, name: str, doing: Callable[[], Awaitable[Notice]]) -> web.StreamResponse:
        said = ACTIONS[name]
        try:
            changed = await doing()
        except (BadRequest, Conflict) as error:
            raise Refusal(error.status, error.detail) from error
        return visit.redirect(f"/notices/{changed.number}", said)
