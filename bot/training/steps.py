"""How does one step of a training run? A process of Rasa's, beside the conversations and behind them in line."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

#: Training takes what the conversations leave of the processor.
NICENESS = 15
#: Lines of a failed step that staff are shown.
SHOWN_LINES = 15
LINE_LIMIT = 1024 * 1024


class StepFailed(Exception):
    """A step ended with an error; the text is the end of its output."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One command of Python's."""

    #: As the log names it.
    name: str
    arguments: Sequence[str]
    seconds: float = 1800.0


async def run(step: Step, *, root: Path, environment: Mapping[str, str], tell: Callable[[str], None]) -> None:
    """Runs it; what it prints goes to `tell` line by line. Raises StepFailed.

    Cancelled, or out of time, it takes its process with it.
    """
    process = await asyncio.create_subprocess_exec(
        *(*_with_us(), sys.executable, "-m", *step.arguments),
        cwd=root,
        env={**environment, "PYTHONPATH": str(root), "RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=LINE_LIMIT,
        start_new_session=True,
    )
    os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
    last: deque[str] = deque(maxlen=SHOWN_LINES)
    try:
        await asyncio.wait_for(_listen(process, last, tell), step.seconds)
        code = await process.wait()
    except asyncio.TimeoutError:
        raise StepFailed(f"{step.name} took more than {step.seconds:.0f} s") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    if code != 0:
        raise StepFailed("\n".join([f"{step.name} ended with {code}:", *last]))


def _with_us() -> Sequence[str]:
    """A step ends when this process is killed: whoever begins the version again has the processor to itself."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL") if setpriv else ()


async def _listen(process: asyncio.subprocess.Process, last: deque[str], tell: Callable[[str], None]) -> None:
    if process.stdout is None:
        raise StepFailed("the process has no output to read")
    async for raw in process.stdout:
        line = raw.decode("utf-8", "replace").strip()
        if line:
            last.append(line)
            tell(line)
