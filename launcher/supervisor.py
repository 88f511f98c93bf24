"""Are all processes running? Starts them, waits until they are healthy, starts again what died, stops them all."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp
import psutil
from rich.console import Console

from launcher.processes import ProcessSpec

STOP_SECONDS = 10.0
#: A process that keeps dying is started again after this long, doubled each time up to the second figure.
RESTART_SECONDS = (0.5, 15.0)
#: A process that ran this long is taken as sound again.
SOUND_SECONDS = 60.0


class StartFailed(Exception):
    """A process did not become healthy."""


class Supervisor:
    """Runs the processes of one machine. Their output goes to `<data_dir>/log/<name>.log`."""

    def __init__(
        self, specs: Sequence[ProcessSpec], *, environment: Mapping[str, str], root: Path, out: Console
    ) -> None:
        self._specs = specs
        self._environment = dict(environment)
        self._root = root
        self._out = out
        data_dir = Path(environment["ZQ_DATA_DIR"])
        self._logs = data_dir / "log"
        self._pids = data_dir / "run"
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._stopping = False

    async def start(self) -> None:
        """Starts every process; they are kept running until `stop`."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._pids.mkdir(parents=True, exist_ok=True)
        stop_leftovers(self._pids, self._out)
        for spec in self._specs:
            await self._spawn(spec)
            self._keepers.append(asyncio.create_task(self._keep(spec), name=f"keep-{spec.name}"))

    async def _spawn(self, spec: ProcessSpec) -> None:
        with (self._logs / f"{spec.name}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *spec.argv,
                cwd=self._root,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Its own group: Ctrl-C reaches us alone, and we stop the others in order.
                start_new_session=True,
            )
        self._running[spec.name] = process
        (self._pids / f"{spec.name}.pid").write_text(str(process.pid))

    async def _keep(self, spec: ProcessSpec) -> None:
        pause = RESTART_SECONDS[0]
        while True:
            since = time.monotonic()
            code = await self._running[spec.name].wait()
            if self._stopping:
                return
            if time.monotonic() - since > SOUND_SECONDS:
                pause = RESTART_SECONDS[0]
            log = self._logs / f"{spec.name}.log"
            self._out.print(f"[yellow]{spec.name} ended ({_ending(code)}); started again in {pause:.1f} s; see {log}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, RESTART_SECONDS[1])
            await self._spawn(spec)

    async def wait_healthy(self, seconds: float) -> None:
        """Returns when every process answers; raises StartFailed naming those that do not, with their last lines."""
        deadline = time.monotonic() + seconds
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
            waiting = list(self._specs)
            while waiting:
                answers = await asyncio.gather(*(_is_healthy(session, spec.health_url) for spec in waiting))
                for spec, healthy in zip(list(waiting), answers, strict=True):
                    if healthy:
                        waiting.remove(spec)
                        self._out.print(f"  [green]✓[/] {spec.name}")
                if waiting and time.monotonic() > deadline:
                    raise StartFailed("\n\n".join(self._complaint(spec) for spec in waiting))
                if waiting:
                    await asyncio.sleep(0.2)

    def _complaint(self, spec: ProcessSpec) -> str:
        log = self._logs / f"{spec.name}.log"
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:] if log.exists() else []
        return "\n".join([f"{spec.name} does not answer at {spec.health_url}; the end of {log}:", *tail])

    async def stop(self) -> None:
        """Asks every process to end, the outermost first, and kills what has not ended in time."""
        self._stopping = True
        for process in reversed(list(self._running.values())):
            _signal(process.pid, signal.SIGTERM)
        await asyncio.gather(*(self._end(process) for process in self._running.values()))
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for spec in self._specs:
            (self._pids / f"{spec.name}.pid").unlink(missing_ok=True)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except asyncio.TimeoutError:
            _signal(process.pid, signal.SIGKILL)
            await process.wait()


def stop_leftovers(pids: Path, out: Console) -> None:
    """Ends what an earlier launcher left behind when it was killed itself; only processes of this folder's kind."""
    for path in sorted(pids.glob("*.pid")):
        try:
            process = psutil.Process(int(path.read_text()))
            ours = any(word in process.cmdline() for word in ("bot", "services", "simulator", "actions", "rasa"))
        except (psutil.Error, ValueError):
            ours = False
        if ours:
            out.print(f"  ending {path.stem}, left over from an earlier run")
            _signal(process.pid, signal.SIGTERM)
            _, alive = psutil.wait_procs([process], timeout=STOP_SECONDS)
            for stubborn in alive:
                _signal(stubborn.pid, signal.SIGKILL)
        path.unlink()


def _signal(pid: int, number: signal.Signals) -> None:
    """To the whole group: a server may have children of its own."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return


async def _is_healthy(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.status == 200
    except (aiohttp.ClientError, asyncio.TimeoutError):
        return False


def _ending(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
