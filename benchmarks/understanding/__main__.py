"""How well does the assistant understand?

    python -m benchmarks.understanding --data FOLDER --out build/understanding.json

Measures intents, item search, facts and FAQ on the data in FOLDER, and the same on the project's own questions, whose
floors decide the exit code. An input that is missing is named and left out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.understanding.answers import measure_faq
from benchmarks.understanding.backends import Server
from benchmarks.understanding.floors import below, read_floors
from benchmarks.understanding.inputs import Notes, found, policies_as_entries, read_questions
from benchmarks.understanding.intents import AspectReader, measure_intents
from benchmarks.understanding.items import measure_items
from benchmarks.understanding.report import table_of
from benchmarks.understanding.size import ENTRIES, ITEMS, measure_size
from services.embedded import EmbeddedPostgres
from services.logs import configure_logging

ROOT = Path(__file__).resolve().parents[2]
OWN = Path(__file__).parent
CITY = ROOT / "data" / "city"
ITEM_FIELDS, FAQ_FIELDS = ("q", "task_code"), ("q", "id")
#: Rasa's own classifier takes minutes a set on two cores; one that takes longer than this is given up.
DIET_SECONDS = 1500
PARTS = ("intents", "items", "faq", "own")
#: Measured only where it is asked for: it takes minutes.
SIZE = "size"


class Bench:
    """One run."""

    def __init__(self, arguments: argparse.Namespace, out: Console) -> None:
        self._data: Path = arguments.data or Path()
        self._parts: list[str] = arguments.only
        self._diet: bool = arguments.diet
        self._epochs: int = arguments.diet_epochs
        self._words_only: bool = arguments.words
        self._out = out
        self.notes = Notes()
        if arguments.data is None:
            self.notes.miss("the data folder (--data, or DATA= with make)")

    async def run(self, scratch: Path) -> dict[str, Any]:
        """Everything that is asked for and there."""
        results: dict[str, Any] = {}
        if "intents" in self._parts:
            results["intents"] = self._intents()
        if self._parts == ["intents"]:
            return results
        with EmbeddedPostgres(scratch / "postgres") as postgres:
            server = Server(postgres, self._out, words_only=self._words_only)
            aspects = AspectReader(ROOT)
            if "items" in self._parts:
                results |= await self._items(server, aspects)
            if "faq" in self._parts:
                results |= await self._faq(server, scratch)
            if "own" in self._parts:
                results["own"] = await self._own(server, aspects)
            if SIZE in self._parts:
                results[SIZE] = await self._size(server, scratch)
        return results

    def _intents(self) -> dict[str, Any]:
        folders = sorted(path.parent for path in self._data.glob("nlu/*/train.json"))
        if not folders:
            self.notes.miss("nlu/*/train.json")
        results: dict[str, Any] = {}
        with self._bar("intents", len(folders) * (1 + self._diet)) as advance:
            for folder in folders:
                results[folder.name] = {"ours": measure_intents(folder)}
                self.notes.missing += [
                    f"nlu/{folder.name}/{half}.json"
                    for half in ("dev", "test")
                    if not (folder / f"{half}.json").exists()
                ]
                advance()
                if self._diet:
                    results[folder.name]["diet"] = _diet(folder, self._epochs)
                    advance()
        return results

    async def _items(self, server: Server, aspects: AspectReader) -> dict[str, Any]:
        folder = self._data / "catalogue"
        items = found(folder, "guangdong_items.jsonl", self.notes)
        questions = read_questions(found(folder, "questions*.jsonl", self.notes), ITEM_FIELDS, self.notes)
        if not (items and questions):
            return {}
        async with server.catalogue("bench_items", items) as service:
            with self._bar("items", len(questions)) as advance:
                return {"items": await measure_items(service, questions, aspects, advance)}

    async def _faq(self, server: Server, scratch: Path) -> dict[str, Any]:
        folder = self._data / "faq"
        tables = found(folder, "ncp_policies.tsv", self.notes)
        questions = read_questions(found(folder, "queries*.jsonl", self.notes), FAQ_FIELDS, self.notes)
        unanswerable = read_questions(found(folder, "unanswerable*.jsonl", self.notes), ("q",), self.notes)
        if not (tables and (questions or unanswerable)):
            return {}
        entries = scratch / "policies.jsonl"
        policies_as_entries(tables[0], entries, self.notes)
        async with server.faq("bench_faq", [entries]) as service:
            with self._bar("faq", len(questions) + len(unanswerable)) as advance:
                return {"faq": await measure_faq(service, questions, unanswerable, advance)}

    async def _own(self, server: Server, aspects: AspectReader) -> dict[str, Any]:
        items = read_questions([OWN / "item_questions.jsonl"], ITEM_FIELDS, self.notes)
        asked = read_questions([OWN / "faq_questions.jsonl"], FAQ_FIELDS, self.notes)
        unanswerable = read_questions([OWN / "unanswerable.jsonl"], ("q",), self.notes)
        results: dict[str, Any] = {}
        async with server.catalogue("own_items", sorted((CITY / "items").glob("*.yml"))) as catalogue:
            with self._bar("own items", len(items)) as advance:
                results["items"] = await measure_items(catalogue, items, aspects, advance)
        async with server.faq("own_faq", sorted((CITY / "faq").glob("*.yml"))) as faq:
            with self._bar("own faq", len(asked) + len(unanswerable)) as advance:
                results["faq"] = await measure_faq(faq, asked, unanswerable, advance)
        return results

    async def _size(self, server: Server, scratch: Path) -> dict[str, Any]:
        results: dict[str, Any] = {}
        items = found(self._data / "catalogue", "guangdong_items.jsonl", self.notes)
        tables = found(self._data / "faq", "ncp_policies.tsv", self.notes)
        entries = scratch / "policies.jsonl"
        for table in tables:
            policies_as_entries(table, entries, self.notes)
        for kind, files, own in (
            (ITEMS, items, "item_questions.jsonl"),
            (ENTRIES, [entries] if tables else [], "faq_questions.jsonl"),
        ):
            questions = [row["q"] for row in read_questions([OWN / own], ("q",), self.notes)]
            if files:
                with self._bar(f"size of {kind.topic}", 2) as advance:
                    results[kind.topic] = await measure_size(server, kind, files, questions, advance)
        return results

    @contextmanager
    def _bar(self, title: str, total: int) -> Iterator[Callable[[], None]]:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._out) as bars:
            task = bars.add_task(title, total=total)
            yield lambda: bars.advance(task)


def _diet(folder: Path, epochs: int) -> dict[str, Any]:
    """Rasa's default in a process of its own: TensorFlow keeps what it took until its process ends."""
    with tempfile.TemporaryDirectory() as place:
        target = Path(place) / "diet.json"
        command = [sys.executable, "-m", "benchmarks.understanding.diet", str(folder.resolve()), str(target)]
        command.append(str(epochs))
        quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "RASA_TELEMETRY_ENABLED": "false"}
        try:
            done = subprocess.run(
                command, cwd=ROOT, env=quiet, timeout=DIET_SECONDS, capture_output=True, text=True, check=False
            )
        except subprocess.TimeoutExpired:
            return {"failed": f"not done after {DIET_SECONDS} s"}
        if done.returncode != 0:
            return {"failed": (done.stderr.strip().splitlines() or ["no reason given"])[-1]}
        result: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
        return result


def _machine() -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory, 1),
        "processor": platform.machine(),
        "python": platform.python_version(),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.understanding", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder with nlu/, catalogue/ and faq/; none: only our own questions")
    parser.add_argument("--out", type=Path, required=True, help="where the results are written as JSON")
    parser.add_argument("--diet", action="store_true", help="train Rasa's DIET on each set too: minutes a set")
    parser.add_argument(
        "--diet-epochs", type=int, default=100, metavar="N", help="how often DIET sees each sentence (100)"
    )
    parser.add_argument("--words", action="store_true", help="search by words alone, without the bundled model")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=(*PARTS, SIZE),
        default=list(PARTS),
        help="measure only these parts; size: memory and times with 100,000 items and answers, by words alone",
    )
    return parser


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.data is None:
        arguments.only = ["own"]
    elif not arguments.data.is_dir():
        sys.stderr.write(f"{arguments.data} is no folder\n")
        return 2
    # A pipe has no width of its own; the table needs this much.
    out = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    configure_logging("WARNING")
    bench = Bench(arguments, out)
    with tempfile.TemporaryDirectory(prefix="understanding-") as scratch:
        results = asyncio.run(bench.run(Path(scratch)))
    under = below(results, read_floors()) if "own" in results else []
    results = {
        "measured_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": _machine(),
        **results,
        "missing": bench.notes.missing,
        "bad_lines": bench.notes.bad,
        "below_floor": under,
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(results, ensure_ascii=False, indent=1), encoding="utf-8")
    out.print(table_of(results))
    for title, lines in (("missing", bench.notes.missing), ("passed over", bench.notes.bad), ("too low", under)):
        for line in lines:
            out.print(f"{title}: {line}", style="red" if lines is under else "yellow", markup=False)
    out.print(f"Written to {arguments.out}", markup=False)
    return 1 if under else 0


if __name__ == "__main__":
    sys.exit(main())
