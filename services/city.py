"""How does a city's whole data get in? Each topic's own import command, one after the other."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import services.appointments.cli
import services.catalogue.cli
import services.faq.cli
import services.progress.cli
import services.subscriptions.cli
from services.cli import Commands, Context
from services.errors import BadRequest


def register(commands: Commands) -> None:
    """Adds `city load FOLDER`."""
    city = commands.add_parser("city", help="the data of a whole city").add_subparsers(dest="action", required=True)
    load = city.add_parser("load", help="load a folder like data/city; what is there already is left as it is")
    load.add_argument("folder", type=Path)
    load.set_defaults(run=load_city)


async def load_city(arguments: argparse.Namespace, context: Context) -> int:
    """Loads the folder's halls, items, answers, cases and what can be followed; 1 when anything in it is wrong."""
    if not arguments.folder.is_dir():
        raise BadRequest(f"{arguments.folder} is no folder")
    parser = _topics()
    codes = [await _run(parser.parse_args(words), context) for words in _steps(arguments.folder)]
    return max(codes)


def _topics() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    for topic in (services.appointments, services.catalogue, services.faq, services.progress, services.subscriptions):
        topic.cli.register(commands)
    return parser


def _steps(folder: Path) -> Iterator[Sequence[str]]:
    """Codes before the cases that use them; halls before everything that names one."""
    yield "appointments", "import", str(folder / "halls.yml"), "--holidays", str(folder / "holidays.yml")
    yield "catalogue", "import", *_files(folder / "items")
    yield "faq", "import", *_files(folder / "faq")
    yield "progress", "codes", "import", str(folder / "case_codes.yml")
    yield "progress", "import", str(folder / "cases.yml")
    yield "subscriptions", "import", str(folder / "subjects.yml")


def _files(folder: Path) -> list[str]:
    return [str(path) for path in sorted(folder.glob("*.yml"))]


async def _run(arguments: argparse.Namespace, context: Context) -> int:
    code: int = await arguments.run(arguments, context)
    return code
