"""A citizen who chats with the running program while a browser test goes on, and the platform's record of it."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import aiohttp

from tests.acceptance.running import Citizen, Running

#: As fast as somebody writes who is in a hurry.
APART_SECONDS = 0.5
QUESTION, ANSWER = "居住证怎么办理", "居住证"


@dataclass(kw_only=True)
class Chat:
    """What has been asked and answered so far; written by the citizen's thread, read by the test's."""

    answers: list[str] = field(default_factory=list)
    #: What the platform's record shows: how often each message got a reply in its own request, and all replies.
    passive: Counter[str] = field(default_factory=Counter)
    sent: list[str] = field(default_factory=list)
    replies: int = 0
    failed: list[BaseException] = field(default_factory=list)


@contextmanager
def chatting(program: Running) -> Iterator[Chat]:
    """Within the block a citizen asks again and again, each time after the answer; behind it the record is read.

    In a thread of its own: Playwright keeps other event loops from running in the test's.
    """
    chat, done = Chat(), threading.Event()
    thread = threading.Thread(target=_run, args=(program, chat, done))
    thread.start()
    try:
        yield chat
    finally:
        done.set()
        thread.join()
    if chat.failed:
        raise chat.failed[0]


def _run(program: Running, chat: Chat, done: threading.Event) -> None:
    try:
        asyncio.run(_chat(program, chat, done))
    except BaseException as error:  # told to the test, whose thread this is not
        chat.failed.append(error)


async def _chat(program: Running, chat: Chat, done: threading.Event) -> None:
    async with aiohttp.ClientSession() as http:
        async with http.post(f"{program.simulator}/sim/followers", json={}) as response:
            openid = (await response.json())["openid"]
        citizen = Citizen(session=http, simulator=program.simulator, openid=openid)
        await citizen.next_reply()
        while not done.is_set():
            seen = await citizen.last_seq()
            chat.sent.append(await citizen.send(QUESTION))
            chat.answers.append(await citizen.next_reply(after=seen))
            await asyncio.sleep(APART_SECONDS)
        await _read_record(citizen, chat)


async def _read_record(citizen: Citizen, chat: Chat) -> None:
    query = {"openid": citizen.openid, "kind": "passive.delivered,push.delivered", "limit": "10000"}
    async with citizen.session.get(f"{citizen.simulator}/sim/log", params=query) as response:
        entries = await response.json()
    chat.passive.update(entry["msg_id"] for entry in entries if entry["kind"] == "passive.delivered")
    # The welcome is the answer to an event, which has no message id.
    chat.replies = sum(entry["kind"] == "push.delivered" or bool(entry["msg_id"]) for entry in entries)
