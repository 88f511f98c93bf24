"""Which requests does the control API take? Tests and the phone page use the same ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from aiohttp import web

from simulator.control.articles import article_page
from simulator.control.types import (
    BulkFollowRequest,
    BulkMessageRequest,
    ClockRequest,
    FollowersQuery,
    FollowRequest,
    LogQuery,
    QuotaRequest,
    TemplateRequest,
)
from simulator.errors import ControlRefused
from simulator.faults import Fault
from simulator.messages import EventRequest, MessageRequest
from simulator.platform import Platform
from simulator.rules.notices import Template

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Control:
    """Handlers over one platform."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def add_to(self, app: web.Application) -> None:
        """Adds every route."""
        routes: tuple[tuple[str, str, Handler], ...] = (
            ("GET", "/sim/status", self.status),
            ("GET", "/sim/followers", self.list_followers),
            ("POST", "/sim/followers", self.follow),
            ("POST", "/sim/followers/bulk", self.follow_many),
            ("GET", "/sim/followers/{openid}", self.show_follower),
            ("DELETE", "/sim/followers/{openid}", self.leave),
            ("POST", "/sim/messages", self.say),
            ("POST", "/sim/messages/bulk", self.hear_many),
            ("POST", "/sim/events", self.act),
            ("GET", "/sim/log", self.read_log),
            ("GET", "/sim/faults", self.list_faults),
            ("PUT", "/sim/faults", self.put_fault),
            ("DELETE", "/sim/faults", self.clear_faults),
            ("GET", "/sim/clock", self.tell_time),
            ("POST", "/sim/clock", self.advance),
            ("GET", "/sim/menu", self.show_menu),
            ("GET", "/sim/drafts", self.list_drafts),
            ("GET", "/sim/materials/{media_id}", self.show_material),
            ("GET", "/sim/articles/{media_id}/{place}", self.show_article),
            ("GET", "/sim/quotas", self.list_quotas),
            ("PUT", "/sim/quotas", self.set_quota),
            ("GET", "/sim/templates", self.list_templates),
            ("PUT", "/sim/templates", self.add_template),
            ("POST", "/sim/tokens/invalidate", self.invalidate_tokens),
            ("POST", "/sim/reset", self.reset),
        )
        for method, path, handler in routes:
            app.router.add_route(method, path, refusing(handler))

    async def status(self, request: web.Request) -> web.Response:
        settings = self._platform.settings
        return answer(
            {
                "account": settings.sim_account,
                "account_name": settings.sim_account_name,
                "mode": settings.wechat_mode,
                "format": settings.sim_format,
                "edge_url": settings.sim_edge_url,
                "followers": len(self._platform.followers),
                "last_seq": self._platform.log.last_seq,
                **self._time(),
            }
        )

    async def list_followers(self, request: web.Request) -> web.Response:
        query = msgspec.convert(dict(request.query), FollowersQuery, strict=False)
        return answer(self._platform.followers.citizens(query.limit))

    async def show_follower(self, request: web.Request) -> web.Response:
        openid = request.match_info["openid"]
        citizen = self._platform.followers.get(openid)
        if citizen is None:
            raise ControlRefused(f"nobody has the openid {openid}", status=404)
        return answer({**msgspec.to_builtins(citizen), "consents": self._platform.consents.of(openid)})

    async def follow(self, request: web.Request) -> web.Response:
        body = await read(request, FollowRequest)
        openid = self._platform.follow(body.openid or "", body.nickname, body.scene)
        return answer({"openid": openid})

    async def follow_many(self, request: web.Request) -> web.Response:
        body = await read(request, BulkFollowRequest)
        self._platform.follow_many(body.prefix, body.count)
        return answer({"followers": len(self._platform.followers)})

    async def leave(self, request: web.Request) -> web.Response:
        self._platform.leave(request.match_info["openid"])
        return answer({})

    async def say(self, request: web.Request) -> web.Response:
        body = await read(request, MessageRequest)
        if body.type == "text" and not body.content:
            raise ControlRefused("a text needs `content`")
        return answer({"msg_id": self._platform.say(body)})

    async def hear_many(self, request: web.Request) -> web.Response:
        body = await read(request, BulkMessageRequest)
        self._platform.hear_many(body.prefix, body.count)
        return answer({})

    async def act(self, request: web.Request) -> web.Response:
        return answer({"delivery": self._platform.act(await read(request, EventRequest))})

    async def read_log(self, request: web.Request) -> web.Response:
        query = msgspec.convert(dict(request.query), LogQuery, strict=False)
        kinds = [kind for kind in query.kind.split(",") if kind]
        entries = await self._platform.log.wait(
            query.wait, after=query.after, openid=query.openid, kinds=kinds, limit=query.limit
        )
        return answer(entries)

    async def list_faults(self, request: web.Request) -> web.Response:
        return answer(self._platform.faults.all())

    async def put_fault(self, request: web.Request) -> web.Response:
        self._platform.faults.put(await read(request, Fault))
        return self._faults_changed()

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._platform.faults.forget()
        return self._faults_changed()

    async def tell_time(self, request: web.Request) -> web.Response:
        return answer(self._time())

    async def advance(self, request: web.Request) -> web.Response:
        body = await read(request, ClockRequest)
        self._platform.clock.advance(body.advance_seconds)
        self._platform.log.append("sim.clock", advanced_seconds=body.advance_seconds)
        return answer(self._time())

    async def show_menu(self, request: web.Request) -> web.Response:
        return answer({"button": self._platform.menu})

    async def list_drafts(self, request: web.Request) -> web.Response:
        return answer(self._platform.drafts.in_box())

    async def show_material(self, request: web.Request) -> web.Response:
        material = self._platform.materials.get(request.match_info["media_id"])
        if material is None:
            raise ControlRefused("there is no such material", status=404)
        return web.Response(body=material.content, content_type=f"image/{material.format}")

    async def show_article(self, request: web.Request) -> web.Response:
        draft = self._platform.drafts.readable(request.match_info["media_id"])
        place = request.match_info["place"]
        if draft is None or not place.isdecimal() or int(place) >= len(draft.articles):
            raise ControlRefused("there is no such article", status=404)
        page = article_page(draft.articles[int(place)], self._platform.settings.sim_account_name)
        return web.Response(text=page, content_type="text/html")

    async def list_quotas(self, request: web.Request) -> web.Response:
        return answer(self._platform.quotas.report())

    async def set_quota(self, request: web.Request) -> web.Response:
        body = await read(request, QuotaRequest)
        self._platform.quotas.set_limit(body.path, body.daily)
        return await self.list_quotas(request)

    async def list_templates(self, request: web.Request) -> web.Response:
        return answer(self._platform.templates.all())

    async def add_template(self, request: web.Request) -> web.Response:
        body = await read(request, TemplateRequest)
        self._platform.templates.add(
            Template(template_id=body.template_id, kind=body.kind, title=body.title, fields=body.fields)
        )
        return await self.list_templates(request)

    async def invalidate_tokens(self, request: web.Request) -> web.Response:
        self._platform.tokens.revoke_all()
        self._platform.log.append("sim.tokens_invalidated")
        return answer({})

    async def reset(self, request: web.Request) -> web.Response:
        await self._platform.reset()
        return answer({})

    def _faults_changed(self) -> web.Response:
        faults = self._platform.faults.all()
        self._platform.log.append("sim.faults", faults=faults)
        return answer(faults)

    def _time(self) -> dict[str, object]:
        clock = self._platform.clock
        return {"now": clock.now(), "offset_seconds": clock.offset_seconds}


def answer(value: object, status: int = 200) -> web.Response:
    """A JSON answer."""
    return web.Response(body=msgspec.json.encode(value), content_type="application/json", status=status)


async def read(request: web.Request, kind: type[T]) -> T:
    """The typed body; an empty one stands for no fields."""
    return msgspec.json.decode(await request.read() or b"{}", type=kind)


def refusing(handler: Handler) -> Handler:
    """Turns what cannot be done into an answer that says why."""

    async def handle(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except ControlRefused as error:
            return answer({"error": str(error)}, status=error.status)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return answer({"error": str(error)}, status=400)

    return handle
