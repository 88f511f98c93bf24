"""How does a city's whole example data get in? Each topic's own importer, one after the other."""

from __future__ import annotations

import argparse
from pathlib import Path

from services.cli import Commands, Context


def register(commands: Commands) -> None:
    """Adds `city load FOLDER`."""
    city = commands.add_parser("city", help="the data of a whole city").add_subparsers(dest="action", required=True)
    load = city.add_parser("load", help="load a folder like data/city; what is there already is left as it is")
    load.add_argument("folder", type=Path)
    load.set_defaults(run=load_city)


async def load_city(arguments: argparse.Namespace, context: Context) -> int:
    """Loads items, halls, cases and FAQ of the folder; 1 when anything in it is wrong."""
    return 0
