"""The backends' command line: `serve`, `migrate`, `city load`, and one subcommand a topic."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

import uvloop
from aiohttp import web
from rich.console import Console

import services.appointments.cli
import services.catalogue.cli
import services.faq.cli
import services.notices.cli
import services.progress.cli
import services.staff.cli
import services.subscriptions.cli
import services.training.cli
from services import city
from services.app import make_app
from services.cli import Context, Handler
from services.clock import SystemClock
from services.db import make_engine, make_sessions
from services.embedded import migrate
from services.errors import ServiceError
from services.logs import configure_logging
from services.settings import ServicesSettings, SettingsError, load_settings


def main() -> int:
    arguments = _parser().parse_args()
    out = Console(highlight=False)
    try:
        return _main(arguments, out)
    except SettingsError as error:
        out.print(str(error), style="red", markup=False)
        return 2


def _main(arguments: argparse.Namespace, out: Console) -> int:
    """Raises SettingsError; a key file that cannot be used is found when a topic is put together."""
    settings = load_settings(ServicesSettings, os.environ)
    configure_logging(settings.log_level)
    if arguments.command == "serve":
        app = make_app(settings, SystemClock())
        loop = uvloop.new_event_loop()
        web.run_app(app, host=settings.services_host, port=settings.services_port, print=None, loop=loop)
        return 0
    if arguments.command == "migrate":
        migrate(settings.database_url)
        return 0
    return asyncio.run(_run(arguments.run, arguments, settings, out))


async def _run(handler: Handler, arguments: argparse.Namespace, settings: ServicesSettings, out: Console) -> int:
    engine = make_engine(settings.database_url, application_name="zhengqiao-cli")
    try:
        context = Context(sessions=make_sessions(engine), clock=SystemClock(), settings=settings, out=out)
        return await handler(arguments, context)
    except ServiceError as error:
        out.print(error.detail, style="red", markup=False)
        return 1
    finally:
        await engine.dispose()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="answer HTTP")
    commands.add_parser("migrate", help="bring the database's schema up to date")
    for topic in (
        city,
        services.catalogue.cli,
        services.faq.cli,
        services.appointments.cli,
        services.progress.cli,
        services.subscriptions.cli,
        services.notices.cli,
        services.staff.cli,
        services.training.cli,
    ):
        topic.register(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
