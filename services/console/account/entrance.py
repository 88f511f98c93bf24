"""How does somebody get in? Account and password, then the code; the first time by an invitation's link."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from aiohttp import web

from services.console.account.forms import CodeForm, NewPasswordForm, SignInForm
from services.console.cookies import Cookies
from services.console.errors import Refusal
from services.console.pages import PREFIX
from services.console.parts import Parts
from services.console.visit import Visit
from services.staff.types import InvitationOver, Locked, WeakPassword, WrongCode, WrongPassword

WRONG = "账号或密码不正确。"
WRONG_CODE = "验证码不正确，或者已经用过。请等下一个验证码出现后再试。"


class Entrance:
    """Pages before anybody is signed in."""

    def __init__(self, parts: Parts, cookies: Cookies) -> None:
        self._parts = parts
        self._cookies = cookies

    async def show_sign_in(self, visit: Visit) -> web.StreamResponse:
        if visit.signed_in is not None:
            return visit.redirect("/" if visit.signed_in.confirmed else "/sign-in/code")
        form = visit.bind(SignInForm, next=visit.query.get("next", ""))
        return await self._sign_in_page(visit, form)

    async def sign_in(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind(SignInForm)
        if not form.validate():
            return await self._sign_in_page(visit, form, status=422)
        agent = visit.request.headers.get("User-Agent", "")
        try:
            secret, person = await self._parts.signing.sign_in(
                form.login.data or "", form.password.data or "", address=visit.address, agent=agent
            )
        except WrongPassword:
            return await self._sign_in_page(visit, form, problem=WRONG, status=422)
        except Locked as error:
            return await self._sign_in_page(visit, form, problem=waiting(error), status=429)
        goal = _inside(form.next.data)
        response = visit.redirect(
            f"/sign-in/code?{urlencode({'next': PREFIX + goal})}" if person.second_factor else goal
        )
        self._cookies.set(response, secret)
        return response

    async def show_code(self, visit: Visit) -> web.StreamResponse:
        if visit.signed_in is not None and visit.signed_in.confirmed:
            return visit.redirect("/")
        return visit.render("account/code.html", form=visit.bind(CodeForm), problem="")

    async def confirm(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind(CodeForm)
        secret = self._cookies.secret(visit.request)
        if not form.validate() or secret is None:
            return visit.render("account/code.html", form=form, problem="", status=422)
        try:
            fresh = await self._parts.signing.confirm(secret, form.code.data or "", address=visit.address)
        except WrongCode:
            return visit.render("account/code.html", form=form, problem=WRONG_CODE, status=422)
        except Locked as error:
            return visit.render("account/code.html", form=form, problem=waiting(error), status=429)
        response = visit.redirect(_inside(visit.query.get("next")))
        self._cookies.set(response, fresh)
        return response

    async def show_invitation(self, visit: Visit) -> web.StreamResponse:
        return await self._invitation_page(visit, visit.bind(NewPasswordForm))

    async def accept(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind(NewPasswordForm)
        if not form.validate():
            return await self._invitation_page(visit, form, status=422)
        try:
            await self._parts.staff.accept(visit.path["secret"], form.password.data or "", address=visit.address)
        except WeakPassword as error:
            return await self._invitation_page(visit, form, problem=error.detail, status=422)
        except InvitationOver:
            raise _over() from None
        return visit.redirect("/sign-in")

    async def _sign_in_page(
        self, visit: Visit, form: SignInForm, *, problem: str = "", status: int = 200
    ) -> web.StreamResponse:
        nobody = await self._parts.staff.is_empty()
        return visit.render("account/sign_in.html", status=status, form=form, problem=problem, nobody=nobody)

    async def _invitation_page(
        self, visit: Visit, form: NewPasswordForm, *, problem: str = "", status: int = 200
    ) -> web.StreamResponse:
        try:
            invited = await self._parts.staff.invited(visit.path["secret"])
        except InvitationOver:
            raise _over() from None
        return visit.render("account/invitation.html", status=status, form=form, problem=problem, invited=invited)


def waiting(error: Locked) -> str:
    """How long somebody has to wait, said so that it helps."""
    seconds = error.retry_after or 60
    wait = f"{seconds} 秒" if seconds < 60 else f"{-(-seconds // 60)} 分钟"
    return f"错误次数太多，请 {wait}后再试。忘记密码请联系管理员重置。"


def _over() -> Refusal:
    return Refusal(404, "这个链接已经用过或者过期了，请联系管理员重新发一个。")


def _inside(target: str | None) -> str:
    """Where to go on, below /console; another site's address is not followed."""
    parts = urlsplit(target or "")
    if parts.scheme or parts.netloc or not parts.path.startswith(f"{PREFIX}/"):
        return "/"
    return parts.path.removeprefix(PREFIX) + (f"?{parts.query}" if parts.query else "")
