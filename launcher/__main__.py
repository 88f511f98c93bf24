"""The launcher's command line: `up` runs everything; `model` trains; `assets` gets the console's scripts and styles;
`services ...` and `bot ...` run their commands with this machine's settings."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from rich.console import Console

from launcher.assets import AssetsFailed, ensure_assets
from launcher.checks import CannotStart
from launcher.environment import load_environment
from launcher.model import TrainingFailed, ensure_model
from launcher.supervisor import StartFailed
from launcher.up import run_command, up

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ("services", "bot")


def main() -> int:
    arguments = _parser().parse_args()
    out = Console(highlight=False)
    data_dir = Path(arguments.data_dir).resolve()
    try:
        if arguments.command == "up":
            city = None if arguments.no_city else ROOT / "data" / "city"
            asyncio.run(up(ROOT, data_dir, os.environ, out, city=city))
        elif arguments.command == "assets":
            ensure_assets(ROOT, out)
        elif arguments.command in PROGRAMS:
            return asyncio.run(run_command(ROOT, data_dir, os.environ, arguments.command, arguments.words))
        else:
            asyncio.run(ensure_model(ROOT, load_environment(os.environ, data_dir), out))
    except (CannotStart, StartFailed, TrainingFailed, AssetsFailed, RuntimeError, ValueError) as error:
        out.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        out.print("Stopped before everything was up; the next start goes on from here.")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m launcher", description=__doc__)
    parser.add_argument(
        "--data-dir",
        default=os.environ.get("ZQ_DATA_DIR") or str(ROOT / "var"),
        help="folder for database, logs, generated settings",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("up", help="prepare and run everything until Ctrl-C")
    run.add_argument("--no-city", action="store_true", help="do not load the example city")
    commands.add_parser("model", help="train the assistant where the model is missing or stale")
    commands.add_parser("assets", help="get the console's scripts and styles where they are missing or outdated")
    for program in PROGRAMS:
        run = commands.add_parser(program, help=f"run `python -m {program} ...` with this machine's settings")
        run.add_argument("words", nargs=argparse.REMAINDER)
    return parser


if __name__ == "__main__":
    sys.exit(main())
