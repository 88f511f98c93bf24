"""Are processes kept running, waited for, and stopped?"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from launcher.processes import ProcessSpec
from launcher.supervisor import StartFailed, Supervisor

SERVER = (
    "import sys, http.server as h; "
    "h.HTTPServer(('127.0.0.1', int(sys.argv[1])), h.SimpleHTTPRequestHandler).serve_forever()"
)
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SERVER}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def supervise(tmp_path: Path) -> Callable[..., Supervisor]:
    def make(code: str = SERVER) -> Supervisor:
        port = _free_port()
        spec = ProcessSpec(
            name="web", argv=(sys.executable, "-c", code, str(port)), health_url=f"http://127.0.0.1:{port}/"
        )
        environment = {"ZQ_DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
        return Supervisor([spec], environment=environment, root=tmp_path, out=Console(quiet=True))

    return make


def _pid(tmp_path: Path) -> int:
    return int((tmp_path / "run" / "web.pid").read_text())


async def _until(condition: Callable[[], bool], seconds: float = 60) -> None:
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen in time")


async def test_a_started_process_is_healthy_and_ends_at_the_stop(
    supervise: Callable[..., Supervisor], tmp_path: Path
) -> None:
    supervisor = supervise()
    await supervisor.start()
    await supervisor.wait_healthy(60)
    pid = _pid(tmp_path)

    await supervisor.stop()

    assert not psutil.pid_exists(pid)
    assert list((tmp_path / "run").iterdir()) == []


async def test_a_killed_process_is_started_again(supervise: Callable[..., Supervisor], tmp_path: Path) -> None:
    supervisor = supervise()
    await supervisor.start()
    await supervisor.wait_healthy(60)
    first = _pid(tmp_path)

    os.kill(first, signal.SIGKILL)

    await _until(lambda: _pid(tmp_path) != first)
    await supervisor.wait_healthy(60)
    await supervisor.stop()


async def test_a_process_that_ignores_the_request_to_end_is_killed(
    supervise: Callable[..., Supervisor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("launcher.supervisor.STOP_SECONDS", 0.3)
    supervisor = supervise(STUBBORN)
    await supervisor.start()
    await supervisor.wait_healthy(60)
    pid = _pid(tmp_path)

    await supervisor.stop()

    assert not psutil.pid_exists(pid)


async def test_a_process_that_never_answers_is_named_with_its_last_words(
    supervise: Callable[..., Supervisor],
) -> None:
    supervisor = supervise("raise SystemExit('no such setting')")
    await supervisor.start()

    with pytest.raises(StartFailed, match=r"(?s)web does not answer.*no such setting"):
        await supervisor.wait_healthy(1.5)

    await supervisor.stop()
