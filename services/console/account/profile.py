"""What can everybody do about their own account? Password, second factor, recovery codes, sessions, sign out."""

from __future__ import annotations

from uuid import UUID

import segno
from aiohttp import web

from services.console.account.entrance import WRONG_CODE, waiting
from services.console.account.forms import ChangePasswordForm, FirstCodeForm, PasswordForm
from services.console.cookies import Cookies, new_visitor
from services.console.parts import Parts
from services.console.visit import Visit
from services.staff.types import Locked, SecondFactorThere, WeakPassword, WrongCode, WrongPassword

WRONG_OLD = "现在的密码不正确。"


class Profile:
    """Pages of one's own account."""

    def __init__(self, parts: Parts, cookies: Cookies) -> None:
        self._parts = parts
        self._cookies = cookies

    async def show(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit, visit.bind(ChangePasswordForm))

    async def change_password(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind(ChangePasswordForm)
        if not form.validate():
            return await self._page(visit, form, status=422)
        refusal = await self._wrong_password(visit, form.old.data or "")
        if refusal is not None:
            return await self._page(visit, form, problem=refusal, status=422)
        try:
            await self._parts.staff.change_password(
                visit.actor, visit.person, form.password.data or "", session_id=visit.session.session_id
            )
        except WeakPassword as error:
            return await self._page(visit, form, problem=error.detail, status=422)
        return visit.redirect("/profile", "密码已修改，您在其他地方的登录已全部退出。")

    async def file(self, visit: Visit) -> web.StreamResponse:
        """A file that was kept for this person, such as the rows that an import left out."""
        one = await self._parts.files.read(visit.person.id, visit.uuid("id"))
        return visit.file(one.name, one.content, one.content_type)

    async def show_second_factor(self, visit: Visit) -> web.StreamResponse:
        return await self._second_factor_page(visit, visit.bind(FirstCodeForm))

    async def set_second_factor(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind(FirstCodeForm)
        if not form.validate():
            return await self._second_factor_page(visit, form, status=422)
        try:
            codes = await self._parts.factors.finish(visit.actor, visit.person, form.code.data or "")
        except WrongCode:
            return await self._second_factor_page(visit, form, problem=WRONG_CODE, status=422)
        except SecondFactorThere:
            return visit.redirect("/profile")
        return visit.render("account/recovery_codes.html", codes=codes)

    async def remove_second_factor(self, visit: Visit) -> web.StreamResponse:
        refusal = await self._wrong_password(visit, visit.bind(PasswordForm).old.data or "")
        if refusal is not None:
            return await self._page(visit, visit.bind(ChangePasswordForm), problem=refusal, status=422)
        await self._parts.factors.remove(visit.actor, visit.person)
        return visit.redirect("/profile/second-factor", "第二验证已解除，请用新手机重新设置。", "warning")

    async def new_recovery_codes(self, visit: Visit) -> web.StreamResponse:
        refusal = await self._wrong_password(visit, visit.bind(PasswordForm).old.data or "")
        if refusal is not None:
            return await self._page(visit, visit.bind(ChangePasswordForm), problem=refusal, status=422)
        codes = await self._parts.factors.new_recovery_codes(visit.actor, visit.person)
        return visit.render("account/recovery_codes.html", codes=codes)

    async def end_sessions(self, visit: Visit) -> web.StreamResponse:
        only = visit.form.get("session")
        one = UUID(only) if isinstance(only, str) and len(only) == 36 else None
        await self._parts.signing.end_sessions(visit.actor, visit.person, only=one, but=visit.session.session_id)
        return visit.redirect("/profile", "已退出。")

    async def sign_out(self, visit: Visit) -> web.StreamResponse:
        await self._parts.signing.sign_out(visit.actor, visit.session)
        response = visit.redirect("/sign-in")
        self._cookies.set(response, new_visitor())
        return response

    async def _wrong_password(self, visit: Visit, password: str) -> str | None:
        try:
            await self._parts.signing.check_password(visit.person, password, address=visit.address)
        except WrongPassword:
            return WRONG_OLD
        except Locked as error:
            return waiting(error)
        return None

    async def _page(
        self, visit: Visit, form: ChangePasswordForm, *, problem: str = "", status: int = 200
    ) -> web.StreamResponse:
        return visit.render(
            "account/profile.html",
            status=status,
            form=form,
            problem=problem,
            sessions=await self._parts.signing.open_sessions(visit.person.id),
            this_session=visit.session.session_id,
            codes_left=await self._parts.factors.recovery_codes_left(visit.person),
        )

    async def _second_factor_page(
        self, visit: Visit, form: FirstCodeForm, *, problem: str = "", status: int = 200
    ) -> web.StreamResponse:
        if visit.person.second_factor:
            return visit.redirect("/profile")
        set_up = await self._parts.factors.begin(visit.person)
        picture = segno.make(set_up.address, error="m").svg_data_uri(border=2)
        return visit.render(
            "account/second_factor.html", status=status, form=form, problem=problem, secret=set_up.secret, qr=picture
        )
