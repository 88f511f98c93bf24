"""How do templates become pages? Jinja with our macros, Chinese dates and the menu of who is signed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import aiohttp_jinja2
import jinja2
import msgspec
from aiohttp import web
from markupsafe import Markup

from services.clock import Clock, local
from services.console.assets import Assets
from services.console.cookies import CSRF_FIELD
from services.console.intents import entity_title, intent_title
from services.console.keys import CSRF_TOKEN, FLASH_SHOWN, SIGNED_IN
from services.console.pages import PREFIX, Area, MenuEntry
from services.console.parts import Parts
from services.staff.permissions import WITHOUT_ROLE, Role
from services.staff.types import SignedIn
from services.training.marks import pieces

HERE = Path(__file__).parent
MENU = web.AppKey("console_menu", list[MenuEntry])
#: What an error page says; other errors get the text of their hundred.
ERROR_TEXTS = {
    400: ("无法处理", "提交的内容有误，请返回检查后再试。"),
    401: ("请先登录", "您还没有登录，或者登录已经超时。"),
    403: ("没有权限", "您的账号没有这项权限。如果工作需要，请联系管理员开通。"),
    404: ("没有找到", "这个页面不存在，或者内容已被移走。请从菜单重新进入。"),
    405: ("无法处理", "这个地址不支持这样的操作，请从菜单重新进入。"),
    409: ("状态已变化", "内容刚刚被别人改过，请刷新页面，看过最新情况后再操作。"),
    413: ("内容太大", "提交的内容或文件超过了限制，请缩小后再试。"),
    429: ("操作太频繁", "短时间内的操作太多，请稍等片刻再试。"),
    500: ("系统出错", "系统出了问题，已经记录下来。请稍后再试；如果一直这样，请把下面的编号告诉管理员。"),
    503: ("暂时不可用", "系统正忙或正在维护，请稍后再试。"),
}

ROLE_NAMES = {
    Role.VIEWER: "查看",
    Role.EDITOR: "编辑",
    Role.TRAINER: "训练",
    Role.SCHEDULER: "通知编排",
    Role.APPROVER: "审批",
    Role.DESK: "窗口",
    Role.ADMINISTRATOR: "管理员",
}


def add_templates(app: web.Application, parts: Parts, assets: Assets, areas: Sequence[Area]) -> None:
    """Sets up the environment of all templates of the console."""
    loaders = {area.name: jinja2.FileSystemLoader(HERE / area.name / "templates") for area in areas}
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.ChoiceLoader([jinja2.PrefixLoader(loaders), jinja2.FileSystemLoader(HERE / "templates")]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    app[MENU] = sorted((entry for area in areas for entry in area.menu), key=lambda entry: entry.position)
    environment.globals.update(asset=assets.url, prefix=PREFIX, csrf_field=CSRF_FIELD)
    environment.filters.update(
        moment=moment,
        day=day,
        ago=_ago(parts.clock),
        number=number,
        share=share,
        seconds=seconds,
        as_json=as_json,
        plain=plain,
        browser=browser,
        role_name=ROLE_NAMES.__getitem__,
        intent=intent_title,
        entity=entity_title,
        pieces=pieces,
    )


def page_context(request: web.Request) -> dict[str, Any]:
    """What the layout needs of every request; a part of a page leaves the flash to the next whole page."""
    signed_in = request.get(SIGNED_IN)
    working = signed_in if signed_in is not None and signed_in.confirmed else None
    flash: list[dict[str, Any]] = []
    if working is not None and "HX-Request" not in request.headers:
        flash = working.flash
        request[FLASH_SHOWN] = True
    return {
        "person": working.person if working else None,
        "menu": [entry for entry in request.app[MENU] if working and _shown(entry, working)],
        "current_path": request.path.removeprefix(PREFIX) or "/",
        "csrf_token": request.get(CSRF_TOKEN, ""),
        "flash": flash,
    }


def _shown(entry: MenuEntry, signed_in: SignedIn) -> bool:
    return entry.permission in WITHOUT_ROLE or signed_in.person.may(entry.permission)


def error_page(
    request: web.Request, status: int, *, text: str | None = None, retry_after: int | None = None, number: str = ""
) -> web.Response:
    """An error as a page; for a part of a page as a message in its place."""
    title, general = ERROR_TEXTS.get(status) or ERROR_TEXTS[500 if status >= 500 else 400]
    values = {
        "status": int(status),
        "title": title,
        "text": text or general,
        "number": number,
    }
    template = "error_part.html" if "HX-Request" in request.headers else "error.html"
    response = aiohttp_jinja2.render_template(
        template, request, {**page_context(request), **values}, status=int(status)
    )
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def moment(value: datetime | None, *, seconds: bool = False) -> str:
    """2026-12-30 09:00, by the city's clock; —— where there is none."""
    if value is None:
        return "——"
    return f"{local(value):%Y-%m-%d %H:%M:%S}" if seconds else f"{local(value):%Y-%m-%d %H:%M}"


def day(value: date | None) -> str:
    """2026-12-30; —— where there is none."""
    return "——" if value is None else value.isoformat()


def _ago(clock: Clock) -> Any:
    def ago(value: datetime | None) -> str:
        """How long ago, in words."""
        if value is None:
            return "——"
        seconds = int((clock.now() - value).total_seconds())
        for size, unit in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
            if seconds >= size:
                return f"{seconds // size} {unit}前"
        return "刚刚"

    return ago


def number(value: int | None) -> str:
    """12,345; —— where there is none."""
    return "——" if value is None else f"{value:,}"


def share(part: float | None, digits: int = 1) -> str:
    """0.953 as 95.3%; —— where there is none."""
    return "——" if part is None else f"{part:.{digits}%}"


def seconds(milliseconds: int | None) -> str:
    """1.25 秒; —— where there is none."""
    return "——" if milliseconds is None else f"{milliseconds / 1000:.2f} 秒"


def as_json(value: object) -> Markup:
    """For a `data-` attribute in quotes."""
    return Markup.escape(msgspec.json.encode(value).decode())


def plain(value: object) -> str:
    """A value of the audit log as text."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def browser(agent: str) -> str:
    """Which browser, on what: enough to recognise one's own."""
    programs = (("Edg/", "Edge"), ("MicroMessenger", "微信"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))
    systems = (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("Mac OS", "macOS"))
    program = next((name for mark, name in (*programs, ("Safari/", "Safari")) if mark in agent), "浏览器")
    system = next((name for mark, name in (*systems, ("Linux", "Linux")) if mark in agent), "")
    return f"{program} · {system}" if system else program
