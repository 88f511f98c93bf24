"""Small, strict backends on port 0: the HTTP contract that actions rely on, with a few items, halls and cases."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from tests.fakes.backend_data import (
    ALIASES,
    CASES,
    FAQ,
    GUIDES,
    HALLS,
    IDENTITIES,
    NOTICE,
    SERVICES,
    SITUATIONS,
    STARTS,
    SUBJECTS,
    answer,
    hall,
    hit,
)

ZONE = ZoneInfo("Asia/Shanghai")
TOKEN = "fake-service-token-0123456789"
PROBLEM = "urn:zhengqiao:problem:"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def _model(path: Path, request: web.Request) -> web.StreamResponse:
    """The same file as long as the process lives, so any digest does."""
    if request.headers.get("If-None-Match") == path.name:
        return web.Response(status=304)
    return web.FileResponse(path, headers={"ETag": path.name})


@dataclass(kw_only=True)
class FakeBackends:
    """State that a test may look at and change; `app()` serves it."""

    now: datetime = datetime(2026, 11, 24, 10, 0, tzinfo=ZONE)
    appointments: list[dict[str, Any]] = field(default_factory=list)
    subscriptions: list[tuple[str, str]] = field(default_factory=list)
    #: Citizen -> codes of what they follow, in the order of SUBJECTS when told.
    followed: dict[str, set[str]] = field(default_factory=dict)
    #: Citizens who want no notices any more.
    left: set[str] = field(default_factory=set)
    unanswered: list[dict[str, Any]] = field(default_factory=list)
    #: (question, citizen) of who wants to be told an answer.
    promises: list[tuple[str, str]] = field(default_factory=list)
    #: Staff have said of every question that it is nothing for them.
    out_of_scope: bool = False
    #: Idempotency key -> what was answered.
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Tokens that were exchanged for their value.
    redeemed: list[str] = field(default_factory=list)
    #: (hall, service, "2026-11-25T09:00") that have no place left.
    full: set[str] = field(default_factory=set)
    #: Path beginnings that fail: "down" closes the door, "nonsense" answers 200 with rubbish.
    faults: dict[str, str] = field(default_factory=dict)
    wrong_codes: int = 0
    #: Every request as "METHOD /path".
    calls: list[str] = field(default_factory=list)

    def reset(self) -> None:
        """As at the beginning."""
        fresh = FakeBackends()
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(fresh, name))

    def app(self, model: Path | None = None) -> web.Application:
        """`model`: the file that Rasa gets as the live model."""
        app = web.Application(middlewares=[self._guard])
        if model is not None:
            app.router.add_get("/training/v1/model", partial(_model, model))
        app.router.add_get("/catalogue/v1/items", self._items)
        app.router.add_get("/catalogue/v1/items/{code}", self._item)
        app.router.add_get("/catalogue/v1/items/{code}/guide", self._guide)
        app.router.add_post("/catalogue/v1/items/{code}/checklist", self._checklist)
        app.router.add_get("/faq/v1/search", self._faq)
        app.router.add_get("/faq/v1/entries/{id}", self._entry)
        app.router.add_post("/faq/v1/unanswered", self._unanswered)
        app.router.add_put("/faq/v1/promises/{citizen}", self._promise)
        app.router.add_get("/appointments/v1/services", self._services)
        app.router.add_get("/appointments/v1/halls", self._halls)
        app.router.add_get("/appointments/v1/days", self._days)
        app.router.add_get("/appointments/v1/slots", self._slots)
        app.router.add_get("/appointments/v1/appointments", self._mine)
        app.router.add_post("/appointments/v1/reservations", self._reserve)
        app.router.add_post("/appointments/v1/appointments/{code}/{act}", self._act)
        app.router.add_post("/progress/v1/cases/query", self._case)
        app.router.add_put("/progress/v1/cases/{number}/subscriptions/{citizen}", self._subscribe)
        app.router.add_delete("/progress/v1/cases/{number}/subscriptions/{citizen}", self._unsubscribe)
        app.router.add_get("/progress/v1/citizens/{citizen}/subscriptions", self._followed_cases)
        app.router.add_get("/subscriptions/v1/subjects", self._subjects)
        app.router.add_route("*", "/subscriptions/v1/citizens/{citizen}", self._notices)
        app.router.add_route("*", "/subscriptions/v1/citizens/{citizen}/subjects/{code}", self._subject)
        app.router.add_post("/notices/v1/verifications", self._verify)
        app.router.add_post("/vault/v1/redeem", self._redeem)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.calls.append(f"{request.method} {request.path}")
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return problem(401, "unauthorized")
        for beginning, fault in self.faults.items():
            if request.path.startswith(beginning):
                if fault == "down":
                    return web.Response(status=503, text="down")
                return web.Response(text="<html>nonsense</html>", content_type="application/json")
        return await handler(request)

    # catalogue

    async def _checklist(self, request: web.Request) -> web.Response:
        """Residence permits depend on two things; all else on nothing."""
        code, answers = request.match_info["code"], (await request.json())["answers"]
        if code not in GUIDES:
            return problem(404, "item-not-found")
        questions = SITUATIONS.get(code, [])
        if not set(answers) <= {one["id"] for one in questions}:
            return problem(400, "unknown-answer")
        guide = {key: GUIDES[code][key] for key in ("task_name", "dept_name")} | {"task_code": code}
        open_ones = [one for one in questions if one["id"] not in answers]
        if open_ones:
            number = len(questions) - len(open_ones) + 1
            asked = {**open_ones[0], "number": number, "count": len(questions)}
            return web.json_response({**guide, "asked": asked})
        labels = {(one["id"], option["id"]): option["label"] for one in questions for option in one["options"]}
        given = [one["question"] + labels[one["id"], answers[one["id"]]] for one in questions]
        materials = ["居民身份证（原件）", *(f"{labels[pair]}的证明" for pair in answers.items())]
        sections = [one for one in GUIDES[code]["sections"] if one["aspect"] in {"fee", "place"}]
        return web.json_response(
            {**guide, "asked": None, "given": given, "materials": materials, "conditions": [], "sections": sections}
        )

    async def _items(self, request: web.Request) -> web.Response:
        question = request.query["q"]
        assert 1 <= len(question) <= 200
        exact = [code for code, names in ALIASES.items() if any(name in question for name in names)]
        if "通行证" in question and "gangao" not in exact:
            exact.append("gangao")
        if question in {"出国", "出国要办什么证", "出国证件"}:
            hits, verdict = ["huzhao", "gangao"], "ask"
        elif len(exact) > 1:
            hits, verdict = exact, "ask"
        else:
            hits, verdict = exact, "sure" if exact else "none"
        return web.json_response({"verdict": verdict, "hits": [hit(code) for code in hits]})

    async def _item(self, request: web.Request) -> web.Response:
        code = request.match_info["code"]
        if code not in GUIDES:
            return problem(404, "not-found")
        guide = GUIDES[code]
        return web.json_response(
            {"task_code": code} | {key: guide[key] for key in ("task_name", "dept_name", "service_code")}
        )

    async def _guide(self, request: web.Request) -> web.Response:
        code = request.match_info["code"]
        if code not in GUIDES:
            return problem(404, "not-found")
        guide = GUIDES[code]
        return web.json_response(
            {
                "task_code": code,
                "situations": len(SITUATIONS.get(code, [])),
                "task_name": guide["task_name"],
                "dept_name": guide["dept_name"],
                "district": "云江市",
                "source": "云江市示例办事指南",
                "sections": guide["sections"],
            }
        )

    # questions

    async def _faq(self, request: web.Request) -> web.Response:
        question = request.query["q"]
        hits = [one for one in FAQ if any(word in question for word in one["words"])]
        if "几天假" in question or "生孩子放假" in question:
            return web.json_response({"verdict": "offer", "hits": [answer(FAQ[1]), answer(FAQ[2])]})
        hits.sort(key=lambda one: -max(len(word) for word in one["words"] if word in question))
        return web.json_response({"verdict": "sure" if hits else "none", "hits": [answer(one) for one in hits]})

    async def _entry(self, request: web.Request) -> web.Response:
        found = [one for one in FAQ if one["id"] == request.match_info["id"]]
        return web.json_response(answer(found[0])) if found else problem(404, "not-found")

    async def _unanswered(self, request: web.Request) -> web.Response:
        self.unanswered.append(await request.json())
        return web.json_response({"may_wait": not self.out_of_scope})

    async def _promise(self, request: web.Request) -> web.Response:
        question = (await request.json())["question"]
        if question not in [one["question"] for one in self.unanswered]:
            return problem(404, "question-settled")
        if len(self.promises) >= 20:
            return problem(409, "too-many-promises")
        self.promises.append((question, request.match_info["citizen"]))
        return web.Response(status=204)

    # appointments

    async def _services(self, request: web.Request) -> web.Response:
        return web.json_response([{"service_code": code, "name": name} for code, name in SERVICES.items()])

    async def _halls(self, request: web.Request) -> web.Response:
        wanted = request.query.get("service_code")
        return web.json_response([hall(one) for one in HALLS if wanted is None or wanted in one[6]])

    async def _days(self, request: web.Request) -> web.Response:
        first = date.fromisoformat(request.query["from"])
        days = [first + timedelta(days=count) for count in range(int(request.query["days"]))]
        last = self.now.date() + timedelta(days=30)
        return web.json_response([self._day(request, one) for one in days if one <= last])

    def _day(self, request: web.Request, day: date) -> dict[str, Any]:
        if day.weekday() >= 5:
            return {"date": day.isoformat(), "open": False, "closed_reason": "周末不办公", "free": 0}
        free = sum(
            one["free"] for one in self._slots_of(request.query["hall_code"], request.query["service_code"], day)
        )
        return {"date": day.isoformat(), "open": True, "closed_reason": "", "free": free}

    async def _slots(self, request: web.Request) -> web.Response:
        day = date.fromisoformat(request.query["date"])
        slots = self._slots_of(request.query["hall_code"], request.query["service_code"], day)
        return web.json_response([] if day.weekday() >= 5 else slots)

    def _slots_of(self, hall_code: str, service_code: str, day: date) -> list[dict[str, Any]]:
        slots = []
        for start in STARTS:
            begins = datetime.fromisoformat(f"{day.isoformat()}T{start}").replace(tzinfo=ZONE)
            taken = f"{day.isoformat()}T{start}" in self.full or begins <= self.now
            slots.append(
                {
                    "slot_id": f"{hall_code}-{service_code}-{begins:%Y%m%d-%H%M}",
                    "hall_code": hall_code,
                    "service_code": service_code,
                    "starts_at": begins.isoformat(),
                    "ends_at": (begins + timedelta(minutes=30)).isoformat(),
                    "capacity": 5,
                    "free": 0 if taken else 5,
                }
            )
        return slots

    async def _mine(self, request: web.Request) -> web.Response:
        return web.json_response([one for one in self.appointments if one["citizen_id"] == request.query["citizen_id"]])

    async def _reserve(self, request: web.Request) -> web.Response:
        key = request.headers["Idempotency-Key"]
        body = await request.json()
        assert set(body) == {"slot_id", "citizen_id", "applicant_name", "id_number", "mobile"}
        if key in self.keys:
            return web.json_response(self.keys[key], status=201)
        if not body["id_number"].isascii() or len(body["id_number"]) != 18:
            return problem(400, "bad-id-number")
        hall_code, service_code, day, start = body["slot_id"].split("-")
        begins = datetime.strptime(day + start, "%Y%m%d%H%M").replace(tzinfo=ZONE)
        if f"{begins:%Y-%m-%dT%H:%M}" in self.full:
            return problem(409, "slot-full")
        for one in self.appointments:
            same = one["starts_at"][:10] == begins.date().isoformat() and one["service_code"] == service_code
            if same and one["state"] in {"reserved", "confirmed"} and one["id_number"] == body["id_number"]:
                return problem(409, "already-booked")
        name, address = next((one[1], f"{one[2]}云江大道1号") for one in HALLS if one[0] == hall_code)
        made = {
            "code": f"KM2X{len(self.appointments) + 3:04d}",
            "state": "reserved",
            "hall_code": hall_code,
            "hall_name": name,
            "address": address,
            "service_code": service_code,
            "service_name": SERVICES[service_code],
            "starts_at": begins.isoformat(),
            "ends_at": (begins + timedelta(minutes=30)).isoformat(),
            "expires_at": None,
            "applicant_name": body["applicant_name"][0] + "*",
            "id_masked": "1101**********0038",
            "mobile_masked": "138****8000",
            "citizen_id": body["citizen_id"],
            "id_number": body["id_number"],
        }
        self.appointments.append(made)
        self.keys[key] = made
        return web.json_response(made, status=201)

    async def _act(self, request: web.Request) -> web.Response:
        body = await request.json()
        code, act = request.match_info["code"], request.match_info["act"]
        found = [one for one in self.appointments if one["code"] == code and one["citizen_id"] == body["citizen_id"]]
        if not found:
            return problem(404, "not-found")
        if act == "confirm":
            found[0]["state"] = "confirmed"
        elif act == "cancel":
            found[0]["state"] = "cancelled"
        elif act == "change":
            assert request.headers["Idempotency-Key"]
            begins = datetime.strptime(body["slot_id"][-13:], "%Y%m%d-%H%M").replace(tzinfo=ZONE)
            if f"{begins:%Y-%m-%dT%H:%M}" in self.full:
                return problem(409, "slot-full")
            found[0]["starts_at"] = begins.isoformat()
            found[0]["ends_at"] = (begins + timedelta(minutes=30)).isoformat()
        return web.json_response(found[0])

    # progress and vault

    async def _case(self, request: web.Request) -> web.Response:
        body = await request.json()
        found = CASES.get((body["project_no"], body["query_code"]))
        if self.wrong_codes >= 5:
            return problem(429, "too-many-attempts", retry_after=1800)
        if found is None:
            self.wrong_codes += 1
            return problem(404, "case-not-found")
        return web.json_response(found)

    async def _subscribe(self, request: web.Request) -> web.Response:
        number, citizen = request.match_info["number"], request.match_info["citizen"]
        if (number, (await request.json())["query_code"]) not in CASES:
            return problem(404, "case-not-found")
        self.subscriptions.append((number, citizen))
        return web.Response(status=204)

    async def _unsubscribe(self, request: web.Request) -> web.Response:
        gone = (request.match_info["number"], request.match_info["citizen"])
        self.subscriptions = [one for one in self.subscriptions if one != gone]
        return web.Response(status=204)

    async def _followed_cases(self, request: web.Request) -> web.Response:
        mine = {number for number, citizen in self.subscriptions if citizen == request.match_info["citizen"]}
        found = [case for (number, _), case in CASES.items() if number in mine]
        keys = ("project_no", "task_name", "state_text")
        return web.json_response([{key: case[key] for key in keys} for case in found])

    # what citizens follow

    async def _subjects(self, request: web.Request) -> web.Response:
        return web.json_response(SUBJECTS)

    async def _notices(self, request: web.Request) -> web.Response:
        citizen = request.match_info["citizen"]
        if request.method == "DELETE":
            self.followed.pop(citizen, None)
            self.left.add(citizen)
        elif request.method == "PUT":
            self.left.discard(citizen)
        return self._told(citizen)

    async def _subject(self, request: web.Request) -> web.Response:
        citizen, code = request.match_info["citizen"], request.match_info["code"]
        if code not in {one["code"] for one in SUBJECTS}:
            return problem(404, "subject-not-found")
        if request.method == "PUT":
            self.followed.setdefault(citizen, set()).add(code)
            self.left.discard(citizen)
        else:
            self.followed.get(citizen, set()).discard(code)
        return self._told(citizen)

    def _told(self, citizen: str) -> web.Response:
        mine = [one for one in SUBJECTS if one["code"] in self.followed.get(citizen, ())]
        left_at = self.now.isoformat() if citizen in self.left else None
        return web.json_response({"subjects": mine, "left_at": left_at})

    async def _verify(self, request: web.Request) -> web.Response:
        """One notice was sent; a text with its first words is changed where it does not hold it whole."""
        asked = (await request.json())["text"]
        assert 1 <= len(asked) <= 4000
        # The assistant levels what citizens write: marks come in their narrow form.
        asked, notice_text = (unicodedata.normalize("NFKC", text) for text in (asked, NOTICE))
        notice = {"number": 12, "title": "停水通知", "department": "云江水务", "sent_at": "2026-11-20T09:00:00+08:00"}
        if notice_text in asked:
            return web.json_response({"verdict": "genuine", "withdrawn": False, **notice})
        if notice_text[:12] in asked:
            return web.json_response({"verdict": "changed", "withdrawn": False, **notice})
        return web.json_response({"verdict": "unknown"})

    async def _redeem(self, request: web.Request) -> web.Response:
        token = (await request.json())["token"]
        if token not in IDENTITIES:
            return problem(404, "token-unknown")
        self.redeemed.append(token)
        kind, value = IDENTITIES[token]
        return web.json_response({"kind": kind, "value": value})


def problem(status: int, name: str, *, retry_after: int | None = None) -> web.Response:
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    body = json.dumps({"type": PROBLEM + name, "title": name, "status": status})
    return web.Response(status=status, text=body, content_type="application/problem+json", headers=headers)
