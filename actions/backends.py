"""How do actions reach the backends? One HTTP client: timeouts everywhere, errors mapped once, answers typed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar
from urllib.parse import quote

import aiohttp
import msgspec
import structlog

from actions.answers import (
    Appointment,
    Case,
    CaseFollowed,
    Checklist,
    Day,
    FaqHit,
    FaqSearch,
    Followed,
    Guide,
    Hall,
    Item,
    ItemSearch,
    NoticeVerdict,
    Recorded,
    Redeemed,
    Service,
    Slot,
    Subject,
)
from actions.errors import BackendDown, BackendError, BadValue, Clash, Missing, Refusal, TooMany
from actions.settings import ActionSettings, Endpoint

log = structlog.stdlib.get_logger(__name__)

T = TypeVar("T")

PROBLEM = "urn:zhengqiao:problem:"
REFUSALS: Mapping[int, type[Refusal]] = {400: BadValue, 404: Missing, 409: Clash, 429: TooMany}
#: More than any honest answer; a backend gone mad does not fill our memory.
ANSWER_LIMIT = 2_000_000
QUESTION_LIMIT = 200


class Backends:
    """The backends' calls by name. Its session belongs to the event loop that makes the first call."""

    def __init__(self, settings: ActionSettings) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Gives the connections back."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    # catalogue

    async def find_items(self, text: str, *, district: str | None = None, limit: int = 3) -> ItemSearch:
        query = {"q": text[:QUESTION_LIMIT], "limit": str(limit)} | ({"district": district} if district else {})
        return await self._get(self._settings.catalogue, "/items", ItemSearch, query)

    async def item(self, task_code: str) -> Item:
        return await self._get(self._settings.catalogue, f"/items/{_part(task_code)}", Item)

    async def guide(self, task_code: str) -> Guide:
        return await self._get(self._settings.catalogue, f"/items/{_part(task_code)}/guide", Guide)

    async def checklist(self, task_code: str, answers: Mapping[str, str]) -> Checklist:
        """The next question about the citizen's situation, or the citizen's own checklist."""
        path = f"/items/{_part(task_code)}/checklist"
        raw = await self._send("POST", self._settings.catalogue, path, {"answers": dict(answers)})
        return _typed(raw, Checklist, path)

    # questions

    async def find_answers(self, text: str, *, limit: int = 3) -> FaqSearch:
        query = {"q": text[:QUESTION_LIMIT], "limit": str(limit)}
        return await self._get(self._settings.faq, "/search", FaqSearch, query)

    async def answer(self, entry_id: str) -> FaqHit:
        return await self._get(self._settings.faq, f"/entries/{_part(entry_id)}", FaqHit)

    async def record_unanswered(self, question: str, best: FaqHit | None) -> Recorded:
        """Puts a question on the staff's list; a backend that says nothing of it cannot tell anybody later."""
        body: dict[str, object] = {"question": question[:QUESTION_LIMIT]}
        if best is not None:
            body |= {"best_id": best.id, "best_score": best.score}
        raw = await self._send("POST", self._settings.faq, "/unanswered", body)
        return _typed(raw, Recorded, "/unanswered") if raw else Recorded()

    async def promise_answer(self, citizen_id: str, question: str) -> None:
        """The citizen is told once this recorded question is answered."""
        body: dict[str, object] = {"question": question[:QUESTION_LIMIT]}
        await self._send("PUT", self._settings.faq, f"/promises/{_part(citizen_id)}", body)

    # appointments

    async def services(self) -> list[Service]:
        return await self._get(self._settings.appointments, "/services", list[Service])

    async def halls(self, *, service_code: str | None = None) -> list[Hall]:
        query = {"service_code": service_code} if service_code else {}
        return await self._get(self._settings.appointments, "/halls", list[Hall], query)

    async def days(self, hall_code: str, service_code: str, start: date, count: int) -> list[Day]:
        query = {"hall_code": hall_code, "service_code": service_code, "from": start.isoformat(), "days": str(count)}
        return await self._get(self._settings.appointments, "/days", list[Day], query)

    async def slots(self, hall_code: str, service_code: str, day: date) -> list[Slot]:
        query = {"hall_code": hall_code, "service_code": service_code, "date": day.isoformat()}
        return await self._get(self._settings.appointments, "/slots", list[Slot], query)

    async def reserve(self, fields: Mapping[str, str], key: str) -> Appointment:
        raw = await self._send("POST", self._settings.appointments, "/reservations", dict(fields), key=key)
        return _typed(raw, Appointment, "/reservations")

    async def confirm(self, code: str, citizen_id: str) -> Appointment:
        return await self._change(code, "confirm", {"citizen_id": citizen_id})

    async def cancel(self, code: str, citizen_id: str) -> Appointment:
        return await self._change(code, "cancel", {"citizen_id": citizen_id})

    async def move(self, code: str, citizen_id: str, slot_id: str, key: str) -> Appointment:
        return await self._change(code, "change", {"citizen_id": citizen_id, "slot_id": slot_id}, key)

    async def appointments(self, citizen_id: str) -> list[Appointment]:
        query = {"citizen_id": citizen_id}
        return await self._get(self._settings.appointments, "/appointments", list[Appointment], query)

    async def _change(self, code: str, what: str, body: dict[str, object], key: str | None = None) -> Appointment:
        path = f"/appointments/{_part(code)}/{what}"
        return _typed(await self._send("POST", self._settings.appointments, path, body, key=key), Appointment, path)

    # progress

    async def case(self, project_no: str, query_code: str, citizen_id: str) -> Case:
        body: dict[str, object] = {"project_no": project_no, "query_code": query_code, "citizen_id": citizen_id}
        return _typed(await self._send("POST", self._settings.progress, "/cases/query", body), Case, "/cases/query")

    async def subscribe(self, project_no: str, query_code: str, citizen_id: str) -> None:
        path = f"/cases/{_part(project_no)}/subscriptions/{_part(citizen_id)}"
        await self._send("PUT", self._settings.progress, path, {"query_code": query_code})

    async def followed_cases(self, citizen_id: str) -> list[CaseFollowed]:
        """The cases of which the citizen is told."""
        return await self._get(
            self._settings.progress, f"/citizens/{_part(citizen_id)}/subscriptions", list[CaseFollowed]
        )

    async def leave_case(self, project_no: str, citizen_id: str) -> None:
        path = f"/cases/{_part(project_no)}/subscriptions/{_part(citizen_id)}"
        await self._call("DELETE", self._settings.progress, path)

    # subscriptions

    async def subjects(self) -> list[Subject]:
        """Topics and districts that can be followed."""
        return await self._get(self._settings.subscriptions, "/subjects", list[Subject])

    async def followed(self, citizen_id: str) -> Followed:
        return await self._get(self._settings.subscriptions, f"/citizens/{_part(citizen_id)}", Followed)

    async def follow(self, citizen_id: str, code: str) -> Followed:
        return await self._subscription("PUT", f"/citizens/{_part(citizen_id)}/subjects/{_part(code)}")

    async def leave(self, citizen_id: str, code: str) -> Followed:
        return await self._subscription("DELETE", f"/citizens/{_part(citizen_id)}/subjects/{_part(code)}")

    async def leave_all(self, citizen_id: str) -> Followed:
        """No notices any more, emergencies excepted."""
        return await self._subscription("DELETE", f"/citizens/{_part(citizen_id)}")

    async def take_notices_again(self, citizen_id: str) -> Followed:
        return await self._subscription("PUT", f"/citizens/{_part(citizen_id)}")

    async def _subscription(self, method: str, path: str) -> Followed:
        return _typed(await self._call(method, self._settings.subscriptions, path), Followed, path)

    # notices

    async def verify_notice(self, text: str) -> NoticeVerdict:
        """Whether a text that a citizen got is a notice of ours."""
        body: dict[str, object] = {"text": text}
        return _typed(
            await self._send("POST", self._settings.notices, "/verifications", body), NoticeVerdict, "/verify"
        )

    # vault

    async def redeem(self, citizen_id: str, token: str) -> Redeemed:
        """The identifier behind a token: only for the action that hands it to a backend."""
        body: dict[str, object] = {"citizen_id": citizen_id, "token": token}
        return _typed(await self._send("POST", self._settings.vault, "/redeem", body), Redeemed, "/redeem")

    # transport

    async def _get(self, endpoint: Endpoint, path: str, kind: type[T], query: Mapping[str, str] | None = None) -> T:
        return _typed(await self._call("GET", endpoint, path, query=query), kind, path)

    async def _send(
        self, method: str, endpoint: Endpoint, path: str, body: Mapping[str, object], *, key: str | None = None
    ) -> bytes:
        return await self._call(method, endpoint, path, body=body, key=key)

    async def _call(
        self,
        method: str,
        endpoint: Endpoint,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        key: str | None = None,
    ) -> bytes:
        headers = {"Authorization": f"Bearer {endpoint.token}"} | ({"Idempotency-Key": key} if key else {})
        try:
            async with self._connected().request(
                method, endpoint.url + path, params=query, json=body, headers=headers
            ) as answer:
                content = await answer.content.read(ANSWER_LIMIT + 1)
                while not answer.content.at_eof() and len(content) <= ANSWER_LIMIT:
                    content += await answer.content.read(ANSWER_LIMIT + 1)
                if len(content) > ANSWER_LIMIT:
                    raise BackendDown("the answer is too long")
                if 200 <= answer.status < 300:
                    return content
                raise _problem(answer.status, content, answer.headers.get("Retry-After"))
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            log.warning("backend.unreachable", host=endpoint.url, call=_shape(path), error=type(error).__name__)
            raise BackendDown(f"{type(error).__name__}") from error
        except BackendDown as error:
            log.warning("backend.broken", host=endpoint.url, call=_shape(path), error=str(error))
            raise

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._settings.backend_timeout_seconds, connect=1.5)
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session


def _problem(status: int, content: bytes, retry_after: str | None) -> BackendError:
    """The error that an answer which is no success stands for; a wrong token is ours to mend, not the citizen's."""
    kind = REFUSALS.get(status)
    if kind is None:
        return BackendDown(f"status {status}")
    try:
        problem = msgspec.json.decode(content, type=dict[str, Any])
    except msgspec.DecodeError:
        return BackendDown(f"status {status} without a problem")
    name = str(problem.get("type", ""))
    if not name.startswith(PROBLEM):
        return BackendDown(f"status {status} without a problem")
    wait = int(retry_after) if retry_after and retry_after.isdigit() else None
    return kind(name[len(PROBLEM) :], retry_after=wait)


def _typed(content: bytes, kind: type[T], path: str) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        log.warning("backend.nonsense", call=_shape(path), error=str(error)[:200])
        raise BackendDown("the answer cannot be read") from error


def _part(value: str) -> str:
    return quote(value, safe="")


def _shape(path: str) -> str:
    """The call's name for logs, without codes that belong to a citizen."""
    return "/" + path.strip("/").split("/")[0]
