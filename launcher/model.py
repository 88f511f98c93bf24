"""Is the trained model there and made from what lies here now? If not, train it, and show that it goes on."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from services.training.fingerprint import digest_of

MODEL_NAME = "zhengqiao"
#: What a model is made from; a change in any of these makes it stale.
SOURCES = ("config.yml", "domain.yml", "data/nlu", "data/rules", "data/words.txt", "bot/rasa", "uv.lock")
#: What Rasa reads; the rest of data/ is the backends'.
TRAINING_DATA = ("data/nlu", "data/rules")


class TrainingFailed(Exception):
    """The model could not be trained."""


def model_path(root: Path) -> Path:
    return root / "models" / f"{MODEL_NAME}.tar.gz"


def fingerprint(root: Path) -> str:
    """A digest of everything that a model is made from."""
    return digest_of(root, SOURCES)


def is_fresh(root: Path) -> bool:
    """Is there a model, made from the present sources?"""
    stamp = _stamp(root)
    return model_path(root).exists() and stamp.exists() and stamp.read_text() == fingerprint(root)


def _stamp(root: Path) -> Path:
    return root / "models" / f"{MODEL_NAME}.fingerprint"


async def ensure_model(root: Path, environment: Mapping[str, str], out: Console) -> Path:
    """Trains the model where it is missing or stale; raises TrainingFailed with the last lines of the log."""
    if not is_fresh(root):
        wanted = fingerprint(root)
        await _train(root, environment, out)
        # Written last: a training that was cut off leaves no stamp and is done again.
        _stamp(root).write_text(wanted)
    return model_path(root)


async def _train(root: Path, environment: Mapping[str, str], out: Console) -> None:
    _stamp(root).unlink(missing_ok=True)
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rasa", "train", "--fixed-model-name", MODEL_NAME, "--out", "models"),
        # Rasa's own cache does not see a change in what our components import.
        *("--force", "--data", *TRAINING_DATA),
        cwd=root,
        env=dict(environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=1024 * 1024,
    )
    output = process.stdout
    if output is None:
        raise TrainingFailed("rasa train gave no output to read")
    lines: list[str] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    try:
        with Progress(*columns, console=out, transient=True) as progress:
            task = progress.add_task("Training the assistant: reading the data", total=None)
            async for raw in output:
                lines.append(raw.decode("utf-8", "replace").rstrip())
                progress.update(task, description=f"Training the assistant: {_step(lines[-1])}")
        # The end of its output comes before the end of the process, which still puts things away.
        code = await process.wait()
    except BaseException:
        process.terminate()
        await process.wait()
        raise
    if code != 0 or not model_path(root).exists():
        raise TrainingFailed("rasa train failed:\n" + "\n".join(lines[-30:]))
    out.print(f"  assistant trained in {time.monotonic() - started:.0f} s")


def _step(line: str) -> str:
    """What a line of Rasa's log says about where the training is: the component's name, or the line's end."""
    if "Starting to train component" in line:
        return "component " + line.split("'")[1]
    return line[-60:]
