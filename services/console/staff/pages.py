"""How does an administrator manage accounts? List, make, change, reset, disable; and end somebody's sessions."""

from __future__ import annotations

import contextlib
from uuid import UUID

from aiohttp import web

from services.console.errors import Refusal
from services.console.pages import PREFIX, Area, MenuEntry, Page
from services.console.paging import PAGE_SIZE, make_listing, place
from services.console.parts import Parts
from services.console.staff.forms import AccountSearch, ChangeAccountForm, NewAccountForm
from services.console.visit import Visit
from services.staff.permissions import Permission, Role
from services.staff.rules import INVITATION
from services.staff.types import LastAdministrator, LoginTaken

LAST = "这是最后一个管理员账号。请先让另一个账号成为管理员。"
MANAGE = Permission.STAFF_MANAGE


def make_area(parts: Parts) -> Area:
    """The pages of accounts."""
    pages = _Accounts(parts)
    one = "/staff/{id}"
    return Area(
        name="staff",
        pages=(
            Page(method="GET", path="/staff", handler=pages.list, permission=MANAGE),
            Page(method="GET", path="/staff/new", handler=pages.show_new, permission=MANAGE),
            Page(method="POST", path="/staff/new", handler=pages.create, permission=MANAGE),
            Page(method="GET", path=one, handler=pages.show, permission=MANAGE),
            Page(method="POST", path=one, handler=pages.change, permission=MANAGE),
            Page(method="POST", path=f"{one}/reset", handler=pages.reset, permission=MANAGE),
            Page(method="POST", path=f"{one}/disable", handler=pages.disable, permission=MANAGE),
            Page(method="POST", path=f"{one}/enable", handler=pages.enable, permission=MANAGE),
            Page(method="POST", path=f"{one}/sessions/end", handler=pages.end_sessions, permission=MANAGE),
        ),
        menu=(MenuEntry(title="账号", path="/staff", permission=MANAGE, icon="people", position=900),),
    )


class _Accounts:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._staff = parts.staff

    async def list(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind_query(AccountSearch)
        people = await self._staff.page(
            search=(form.q.data or "").strip()[:100] if form.validate() else "",
            role=_role(form.role.data),
            after=place(visit.query, str),
            limit=PAGE_SIZE + 1,
        )
        listing = make_listing(people, key=lambda one: one.login, query=visit.query)
        return visit.render("staff/list.html", listing=listing, form=form)

    async def show_new(self, visit: Visit) -> web.StreamResponse:
        return visit.render("staff/new.html", form=visit.bind(NewAccountForm))

    async def create(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind(NewAccountForm)
        if not form.validate():
            return visit.render("staff/new.html", form=form, status=422)
        try:
            person, secret = await self._staff.create(
                visit.actor,
                login=form.login.data or "",
                name=form.name.data or "",
                roles=[Role(role) for role in form.roles.data or ()],
                department=form.department.data or "",
            )
        except LoginTaken:
            form.login.errors = [*form.login.errors, "这个账号已经有人用了，请换一个。"]
            return visit.render("staff/new.html", form=form, status=422)
        return self._link_page(visit, person.id, person.name, person.login, secret)

    async def show(self, visit: Visit) -> web.StreamResponse:
        person = await self._staff.person(visit.uuid("id"))
        known = {"name": person.name, "department": person.department, "roles": [role.value for role in person.roles]}
        return await self._page(visit, visit.bind(ChangeAccountForm, **known))

    async def change(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind(ChangeAccountForm)
        staff_id = visit.uuid("id")
        if not form.validate():
            return await self._page(visit, form, status=422)
        try:
            await self._staff.change(
                visit.actor,
                staff_id,
                name=form.name.data or "",
                roles=[Role(role) for role in form.roles.data or ()],
                department=form.department.data or "",
            )
        except LastAdministrator:
            form.roles.errors = [*form.roles.errors, LAST]
            return await self._page(visit, form, status=422)
        return visit.redirect(f"/staff/{staff_id}", "已保存，马上生效。")

    async def reset(self, visit: Visit) -> web.StreamResponse:
        person = await self._staff.person(visit.uuid("id"))
        if person.disabled_at is not None:
            raise Refusal(409, "这个账号已停用，请先恢复再重置。")
        secret = await self._staff.invite(visit.actor, person.id)
        return self._link_page(visit, person.id, person.name, person.login, secret)

    async def disable(self, visit: Visit) -> web.StreamResponse:
        staff_id = visit.uuid("id")
        if staff_id == visit.person.id:
            raise Refusal(409, "不能停用自己的账号。请让另一位管理员来操作。")
        try:
            await self._staff.disable(visit.actor, staff_id)
        except LastAdministrator:
            raise Refusal(409, LAST) from None
        return visit.redirect(f"/staff/{staff_id}", "账号已停用，正在使用的登录已全部退出。需要时可以恢复。", "warning")

    async def enable(self, visit: Visit) -> web.StreamResponse:
        staff_id = visit.uuid("id")
        await self._staff.enable(visit.actor, staff_id)
        return visit.redirect(f"/staff/{staff_id}", "账号已恢复。")

    async def end_sessions(self, visit: Visit) -> web.StreamResponse:
        person = await self._staff.person(visit.uuid("id"))
        only: UUID | None = None
        with contextlib.suppress(ValueError):
            only = UUID(str(visit.form.get("session", "")))
        await self._parts.signing.end_sessions(visit.actor, person, only=only, but=visit.session.session_id)
        return visit.redirect(f"/staff/{person.id}", "已退出。")

    async def _page(self, visit: Visit, form: ChangeAccountForm, *, status: int = 200) -> web.StreamResponse:
        one = await self._staff.person(visit.uuid("id"))
        sessions = await self._parts.signing.open_sessions(one.id)
        now = self._parts.clock.now()
        locked = one.locked_until is not None and one.locked_until > now
        return visit.render("staff/account.html", status=status, form=form, one=one, sessions=sessions, locked=locked)

    def _link_page(self, visit: Visit, staff_id: UUID, name: str, login: str, secret: str) -> web.StreamResponse:
        """Shows the link this once: it is kept as a hash only."""
        base = self._parts.settings.console_url or f"{visit.request.scheme}://{visit.request.host}"
        return visit.render(
            "staff/link.html",
            staff_id=staff_id,
            name=name,
            login=login,
            link=f"{base}{PREFIX}/invitation/{secret}",
            hours=int(INVITATION.total_seconds() // 3600),
        )


def _role(value: str | None) -> Role | None:
    return Role(value) if value in {role.value for role in Role} else None
