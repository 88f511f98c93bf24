"""A running assistant for tests: trained model, real Rasa and action servers, fake backends, real PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from rich.console import Console

from launcher.model import ensure_model
from tests.fakes.backends import TOKEN, FakeBackends

ROOT = Path(__file__).parents[2]
START_SECONDS = 180


def trained_model() -> Path:
    """The trained model, made now if what it is made from has changed."""
    environment = os.environ | {
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "ZQ_ACTIONS_URL": "http://127.0.0.1:5055/webhook",
        "ZQ_TRACKER_URL": "postgresql+psycopg://unused",
        "ZQ_MODEL_URL": "http://127.0.0.1:1/model",
        "ZQ_SERVICE_TOKEN": TOKEN,
    }
    return asyncio.run(ensure_model(ROOT, environment, Console(file=sys.stderr)))


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One turn's answer."""

    status: int
    body: dict[str, Any]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.body["messages"])

    @property
    def text(self) -> str:
        """What the citizen reads, with the options numbered as the edge does."""
        lines = []
        for message in self.messages:
            lines.append(message.get("text", ""))
            lines += [f"{number}. {one['title']}" for number, one in enumerate(message.get("buttons", ()), start=1)]
        return "\n".join(lines)

    @property
    def intent(self) -> str:
        return str((self.body.get("intent") or {}).get("name"))


@dataclass(kw_only=True)
class Assistant:
    """Where the running assistant is, and the backends behind it."""

    rasa_url: str
    tracker_url: str
    backends: FakeBackends
    logs: list[Path] = field(default_factory=list)

    async def say(self, citizen: str, text: str, *, message_id: str | None = None) -> Reply:
        """Sends one message as the edge does."""
        body = {"sender": citizen, "message_id": message_id or uuid.uuid4().hex, "text": text}
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"{self.rasa_url}/webhooks/edge/webhook"
        async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as answer:
            return Reply(status=answer.status, body=await answer.json(content_type=None))


@contextlib.contextmanager
def running_assistant(
    database_url: str, model: Path, folder: Path, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Assistant]:
    """Starts everything, waits until it is healthy, and stops it again; `settings` beside the test's own."""
    backends = FakeBackends()
    tracker_url = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    with serving(backends, model) as services_url, contextlib.ExitStack() as stack:
        rasa_port, actions_port = free_port(), free_port()
        environment = os.environ | {
            "RASA_TELEMETRY_ENABLED": "false",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "PYTHONPATH": str(ROOT),
            "ZQ_SERVICE_TOKEN": TOKEN,
            "ZQ_SERVICES_URL": services_url,
            "ZQ_ACTIONS_PORT": str(actions_port),
            "ZQ_ACTIONS_URL": f"http://127.0.0.1:{actions_port}/webhook",
            "ZQ_TRACKER_URL": tracker_url,
            "ZQ_MODEL_URL": f"{services_url}/training/v1/model",
            **settings,
        }
        actions = (sys.executable, "-m", "tests.dialogue.action_server")
        rasa = (
            *(sys.executable, "-m", "rasa", "run", "--interface", "127.0.0.1"),
            *("--port", str(rasa_port), "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
        )
        logs = [folder / "actions.log", folder / "rasa.log"]
        started = [
            stack.enter_context(process(argv, environment, log))
            for argv, log in zip((actions, rasa), logs, strict=True)
        ]
        wait_until_healthy(f"http://127.0.0.1:{actions_port}/health", started[0], logs[0])
        wait_until_healthy(f"http://127.0.0.1:{rasa_port}/webhooks/edge/", started[1], logs[1])
        yield Assistant(rasa_url=f"http://127.0.0.1:{rasa_port}", tracker_url=tracker_url, backends=backends, logs=logs)


@contextlib.contextmanager
def serving(backends: FakeBackends, model: Path | None = None) -> Iterator[str]:
    """Serves the fakes from a thread of its own, because tests come and go with their event loops."""
    loop, ready, address = asyncio.new_event_loop(), threading.Event(), []

    async def start() -> web.AppRunner:
        runner = web.AppRunner(backends.app(model))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        address.append(runner.addresses[0])
        return runner

    def run() -> None:
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield f"http://127.0.0.1:{address[0][1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


@contextlib.contextmanager
def process(argv: tuple[str, ...], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        started = subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield started
        finally:
            started.terminate()
            try:
                started.wait(15)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait(5)


def wait_until_healthy(url: str, started: subprocess.Popen[bytes], log: Path) -> None:
    """Polls a health address; fails with the log's end where the process ends or is never healthy."""
    deadline = time.monotonic() + START_SECONDS
    pause = threading.Event()
    while time.monotonic() < deadline and started.poll() is None:
        if is_healthy(url):
            return
        pause.wait(0.2)
    raise AssertionError(f"{url} is not healthy:\n{log.read_text(errors='replace')[-4000:]}")


def is_healthy(url: str) -> bool:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=2)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
