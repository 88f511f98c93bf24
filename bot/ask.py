"""What does the assistant answer to a whole list of questions? `ask` puts each to it, as a new citizen.

Staff try their questions before going live; each answer comes with the items, FAQ entries and intent behind it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.asking import Answer, Asker, AskSettings, Numbered
from services.settings import SettingsError

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = object

#: A program that is not there at all is noticed after so many failures in a row.
PATIENCE = 20
Ask = Callable[[Numbered], Awaitable[Answer]]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list; other fields are left alone."""

    q: str


def register(commands: Commands) -> None:
    """Adds `ask`; its `run` takes the arguments and gives the exit code."""
    parser = commands.add_parser("ask", help="try a list of questions on the running assistant")
    parser.add_argument("--in", dest="questions", type=Path, required=True, help='JSON lines, each {"q": "..."}')
    parser.add_argument("--out", dest="answers", type=Path, required=True, help="where the answers go, as JSON lines")
    parser.add_argument("--at-once", type=int, default=4, choices=range(1, 33), metavar="1..32")
    parser.add_argument("--resume", action="store_true", help="keep the answers that the file has already")
    parser.add_argument("--data-dir", type=Path, default=Path(os.environ.get("ZQ_DATA_DIR") or "var"))
    parser.set_defaults(run=run_ask)


async def run_ask(arguments: argparse.Namespace) -> int:
    """1 where a line was bad or a question stayed without an answer; 2 where nothing could be tried."""
    out = Console(highlight=False)
    try:
        settings = load_ask_settings(os.environ, arguments.data_dir)
        questions, bad = read_questions(arguments.questions)
        known = read_answers(arguments.answers) if arguments.resume else {}
    except (SettingsError, OSError, UnicodeDecodeError) as error:
        out.print(str(error), style="red", markup=False)
        return 2
    for line in bad:
        out.print(line, style="yellow", markup=False)
    failed = await ask_all(settings, questions, known, arguments.answers, at_once=arguments.at_once, out=out)
    out.print(
        f"{len(questions)} questions, {failed} without an answer, {len(bad)} bad lines: {arguments.answers}",
        markup=False,
    )
    return 1 if failed or bad else 0


async def ask_all(
    settings: AskSettings,
    questions: list[Numbered],
    known: Mapping[tuple[int, str], Answer],
    target: Path,
    *,
    at_once: int,
    out: Console,
) -> int:
    """Writes the answers in the order of the questions, each as soon as it can be; gives how many are missing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # Until all is done the answers grow beside the file, so that a stop loses neither the old nor the new ones.
    growing = _growing(target)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    failed = in_a_row = 0
    with Progress(*columns, console=out) as bars, growing.open("wb") as file:
        task = bars.add_task("asking", total=len(questions))
        async with aiohttp.ClientSession() as session:
            asker = Asker(session, settings)
            async for answer in _in_order(questions, known, asker.ask, at_once):
                file.write(msgspec.json.encode(answer) + b"\n")
                file.flush()
                bars.advance(task)
                failed += bool(answer.error)
                in_a_row = in_a_row + 1 if answer.error else 0
                if in_a_row == PATIENCE:
                    out.print(f"{PATIENCE} failures in a row, the last: {answer.error}", style="red", markup=False)
                    return failed + len(questions) - int(bars.tasks[task].completed)
    growing.replace(target)
    return failed


async def _in_order(
    questions: Iterable[Numbered],
    known: Mapping[tuple[int, str], Answer],
    ask: Ask,
    at_once: int,
) -> AsyncIterator[Answer]:
    """Answers in order, `at_once` of them under way; at the end, or when given up, none is left running."""
    running: deque[asyncio.Future[Answer]] = deque()
    try:
        for question in questions:
            running.append(asyncio.ensure_future(_known_or_asked(question, known, ask)))
            if len(running) >= at_once:
                yield await running[0]
                running.popleft()
        while running:
            yield await running[0]
            running.popleft()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _known_or_asked(question: Numbered, known: Mapping[tuple[int, str], Answer], ask: Ask) -> Answer:
    return known.get((question.line, question.q)) or await ask(question)


def load_ask_settings(environ: Mapping[str, str], data_dir: Path) -> AskSettings:
    """From the environment; what it lacks, from the settings that the launcher keeps in the data folder."""
    kept = data_dir / "settings.env"
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    found = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    found |= {name: value for name, value in environ.items() if value}
    names = set(AskSettings.__struct_encode_fields__)
    try:
        return msgspec.convert({name: found[name] for name in names & set(found)}, AskSettings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"settings: {error} (looked in the environment and in {kept})") from error


def read_questions(path: Path) -> tuple[list[Numbered], list[str]]:
    """The questions, and one message for each line that is none."""
    questions, bad = [], []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            words = msgspec.json.decode(line.encode(), type=Question).q
            if words.strip():
                questions.append(Numbered(line=number, q=words))
            else:
                bad.append(f"{path.name}:{number}: q is empty")
        except (msgspec.DecodeError, UnicodeEncodeError) as error:
            bad.append(f"{path.name}:{number}: {error}")
    return questions, bad


def read_answers(path: Path) -> dict[tuple[int, str], Answer]:
    """The answers of an earlier run, finished or not; a last line that was cut off is asked again."""
    known: dict[tuple[int, str], Answer] = {}
    for file in (path, _growing(path)):
        for line in file.read_bytes().splitlines() if file.exists() else ():
            try:
                answer = msgspec.json.decode(line, type=Answer)
            except msgspec.DecodeError:
                continue
            if not answer.error:
                known[answer.line, answer.q] = answer
    return known


def _growing(target: Path) -> Path:
    return target.with_name(target.name + ".part")
