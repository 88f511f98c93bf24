"""A model is trained, judged, promoted and rolled back while citizens chat: real training, real Rasa, real messages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from tests.acceptance.running import Citizen, Running

MADE_SECONDS = 600
ARRIVED_SECONDS = 60
#: So often something is looked up before it counts as not available.
PATIENCE = 60
BY = {"by": "张三"}


class Office:
    """The training API, as the staff's programs use it."""

    def __init__(self, program: Running, http: aiohttp.ClientSession) -> None:
        self._program = program
        self._http = http

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self._program.services}/training/v1{path}"
        for _ in range(PATIENCE):
            async with self._http.request(method, url, json=body, headers=self._program.authorization) as response:
                if response.status != 503 or method != "GET":
                    assert response.status < 300, await response.text()
                    return await response.json()
            # A machine that trains a model beside everything else may be too busy to look something up.
            await asyncio.sleep(1)
        raise AssertionError(f"{path} is still not available")

    async def until(self, version: int, *states: str) -> Any:
        """Waits for a version to be in one of the states."""
        deadline = time.monotonic() + MADE_SECONDS
        while (found := await self.call("GET", f"/versions/{version}"))["state"] not in states:
            assert found["state"] not in {"failed", "cancelled"}, found
            assert time.monotonic() < deadline, await self.call("GET", f"/versions/{version}/log")
            await asyncio.sleep(0.5)
        return found

    async def told(self, version: int) -> list[str]:
        return [one["line"] for one in await self.call("GET", f"/versions/{version}/log?limit=1000")]

    async def until_it_tells(self, version: int, line: str) -> None:
        deadline = time.monotonic() + MADE_SECONDS
        while line not in await self.told(version):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)

    async def model_of_rasa(self) -> str:
        """The digest of the model with which Rasa answers now."""
        async with self._http.get(self._program.url("ZQ_RASA_PORT", "/webhooks/edge/")) as response:
            assert response.status == 200
            return str((await response.json())["model"])

    async def another_model_than(self, digest: str) -> str:
        deadline = time.monotonic() + ARRIVED_SECONDS
        while (found := await self.model_of_rasa()) == digest:
            assert time.monotonic() < deadline, "Rasa has not changed over"
            await asyncio.sleep(0.2)
        return found


async def test_a_version_is_made_through_a_kill_goes_live_and_back_and_every_message_is_answered(
    program: Running, http: aiohttp.ClientSession, new_citizen: Callable[[], Awaitable[Citizen]]
) -> None:
    office, citizen = Office(program, http), await new_citizen()
    await office.call("POST", "/held-out", {"question": "护照要花几个钱", "intent": "ask_fee", **BY})
    added = await office.call(
        "POST", "/examples", {"intent": "thanks", "text": "多谢多谢，帮大忙了", "source": "验收测试", **BY}
    )
    released = (await office.call("GET", "/promotions"))[0]["version"]

    version = (await office.call("POST", "/versions", BY))["version"]
    await office.until_it_tells(version, "== training")
    program.kill("worker")
    ready = await office.until(version, "ready")

    assert ready["examples"] > 500
    judged = ready["evaluation"]["cross_validation"]
    assert (judged["sentences"], len(judged["intents"])) == (ready["examples"], ready["intents"])
    assert 0.5 < judged["accuracy"] < 1
    assert ready["evaluation"]["held_out"]["sentences"] == 1
    assert (await office.told(version)).count("== training") == 2, "it was begun again after the kill"
    await office.call("POST", f"/versions/{version}/decisions", {"verdict": "accepted", **BY})

    chatting = asyncio.create_task(_chat(citizen))
    old = await office.model_of_rasa()
    assert (await office.call("POST", f"/versions/{version}/promotion", BY))["live"]
    new = await office.another_model_than(old)
    assert (await office.call("POST", "/rollback", BY))["version"] == released
    assert await office.another_model_than(new) == old
    chatting.cancel()
    answers = await chatting

    await office.call("POST", f"/examples/{added['id']}/removal", BY)
    assert len(answers) > 3
    assert all("居住证" in answer for answer in answers), answers


async def _chat(citizen: Citizen) -> list[str]:
    """Asks again and again until cancelled; every question gets its answer."""
    answers = []
    try:
        while True:
            answers.append(await citizen.say("居住证怎么办理"))
    except asyncio.CancelledError:
        return answers
