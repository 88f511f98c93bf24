"""The whole program, really running: started as a user starts it, on ports and in a folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).resolve().parents[2]
PORTS = ("ZQ_SERVICES_PORT", "ZQ_EDGE_PORT", "ZQ_WORKER_PORT", "ZQ_SIM_PORT", "ZQ_RASA_PORT", "ZQ_ACTIONS_PORT")
START_SECONDS = 180.0
#: What the launcher prints when every process is healthy.
UP = "政桥 is up"


@dataclass(frozen=True, kw_only=True)
class Running:
    """Handles of one running program."""

    data_dir: Path
    environment: Mapping[str, str]
    launcher: subprocess.Popen[str]
    #: What the launcher has printed so far.
    lines: list[str]

    def url(self, port: str, path: str = "") -> str:
        return f"http://127.0.0.1:{self.environment[port]}{path}"

    @property
    def simulator(self) -> str:
        return self.url("ZQ_SIM_PORT")

    @property
    def services(self) -> str:
        return self.url("ZQ_SERVICES_PORT")

    @property
    def edge(self) -> str:
        return self.url("ZQ_EDGE_PORT")

    def setting(self, name: str) -> str:
        """A value out of the settings file that the first start has made."""
        lines = (self.data_dir / "settings.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)[name]

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.setting('ZQ_SERVICE_TOKEN')}"}

    def pid(self, name: str) -> int:
        return int((self.data_dir / "run" / f"{name}.pid").read_text())

    def kill(self, name: str) -> int:
        """`kill -9` of one process; the launcher starts it again. Gives the pid that is gone."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def log(self, name: str) -> str:
        return (self.data_dir / "log" / f"{name}.log").read_text(errors="replace")

    def command(self, *words: str) -> str:
        """What `python -m services ...` prints, run against this program's database as its staff would."""
        launcher = (sys.executable, "-m", "launcher", "--data-dir", str(self.data_dir), "services")
        done = subprocess.run(
            [*launcher, *words], cwd=ROOT, env=self.environment, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def database_url(self) -> str:
        return f"postgresql://postgres@/zhengqiao?host={self.data_dir / 'postgres'}"


def free_ports() -> dict[str, str]:
    """Different free ports, found by holding them all at once."""
    probes = [socket.socket() for _ in PORTS]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    found = {name: str(probe.getsockname()[1]) for name, probe in zip(PORTS, probes, strict=True)}
    for probe in probes:
        probe.close()
    return found


@contextmanager
def running_program(data_dir: Path, **settings: str) -> Iterator[Running]:
    """`make up` without make: the launcher, as a process of its own, until the block ends."""
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        **free_ports(),
        # Reading the example city with the bundled model takes a core for a minute: tests/integration/dense has it.
        "ZQ_SEARCH_MODEL": "none",
        **settings,
    }
    launcher = subprocess.Popen(
        [sys.executable, "-m", "launcher", "--data-dir", str(data_dir), "up"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    up = threading.Event()
    reader = threading.Thread(target=_read, args=(launcher, lines, up), daemon=True)
    reader.start()
    try:
        if not up.wait(START_SECONDS) or not any(UP in line for line in lines):
            raise AssertionError("the program did not come up:\n" + "".join(lines))
        yield Running(data_dir=data_dir, environment=environment, launcher=launcher, lines=lines)
    finally:
        launcher.send_signal(signal.SIGINT)
        launcher.wait(60)
        reader.join(5)
        launcher.stdout.close()


def _read(launcher: subprocess.Popen[str], lines: list[str], up: threading.Event) -> None:
    for line in launcher.stdout:
        lines.append(line)
        if UP in line:
            up.set()
    up.set()


@dataclass(frozen=True, kw_only=True)
class Citizen:
    """One citizen with a phone: writes to the account and reads what the platform showed."""

    session: aiohttp.ClientSession
    simulator: str
    openid: str

    async def say(self, text: str, *, wait: float = 60) -> str:
        """Writes a text and gives the first reply that the phone shows to it, with all its parts."""
        seen = await self.last_seq()
        await self.send(text)
        return await self.next_reply(after=seen, wait=wait)

    async def send(self, text: str) -> str:
        """Writes a text without waiting for an answer; gives its message id."""
        body = {"openid": self.openid, "type": "text", "content": text}
        async with self.session.post(f"{self.simulator}/sim/messages", json=body) as response:
            assert response.status == 200, await response.text()
            return str((await response.json())["msg_id"])

    async def press(self, key: str) -> str:
        """Presses a menu button and gives the reply."""
        seen = await self.last_seq()
        body = {"openid": self.openid, "event": "CLICK", "event_key": key}
        async with self.session.post(f"{self.simulator}/sim/events", json=body) as response:
            assert response.status == 200, await response.text()
        return await self.next_reply(after=seen)

    async def next_reply(self, *, after: int = 0, wait: float = 60) -> str:
        """The text of the first reply shown after `after`, waiting for it."""
        entries = await self.until(lambda e: e["kind"] in SHOWN, after=after, wait=wait)
        return "\n".join(str(entry["content"]) for entry in entries if entry["kind"] in SHOWN)

    async def until(
        self, wanted: Callable[[dict[str, Any]], bool], *, after: int = 0, wait: float = 60
    ) -> list[dict[str, Any]]:
        """The citizen's log entries after `after`, as soon as one of them is wanted."""
        deadline = time.monotonic() + wait
        found: list[dict[str, Any]] = []
        while time.monotonic() < deadline:
            query = {"openid": self.openid, "after": str(after), "wait": "2"}
            async with self.session.get(f"{self.simulator}/sim/log", params=query) as response:
                found = await response.json()
            if any(wanted(entry) for entry in found):
                return found
        raise AssertionError(f"not seen within {wait} s; the log has {[entry['kind'] for entry in found]}")

    async def last_seq(self) -> int:
        """How far the citizen's log is."""
        query = {"openid": self.openid, "limit": "10000"}
        async with self.session.get(f"{self.simulator}/sim/log", params=query) as response:
            entries = await response.json()
        return int(entries[-1]["seq"]) if entries else 0


#: What a citizen sees on the phone.
SHOWN = (
    "passive.delivered",
    "push.delivered",
    "template.delivered",
    "subscribe.delivered",
    "mass.delivered",
    "service.unavailable",
)
