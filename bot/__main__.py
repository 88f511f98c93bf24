"""The messaging's command line: `edge` and `worker` serve, `menu` and `followers` set an account up, `ask` tries."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
import uvloop
from aiohttp import web

from bot import account, ask
from bot.app import make_edge, open_messaging
from bot.faults import Fault, fault_at
from bot.scheduler import ticking
from bot.settings import BotSettings
from bot.worker import Worker, make_worker_app
from services.clock import SystemClock
from services.logs import configure_logging
from services.settings import SettingsError, load_settings

log = structlog.stdlib.get_logger(__name__)

#: A test names the point at which the process dies.
FAULT_VARIABLE = "ZQ_FAULT_POINT"
REQUESTS_STOP_SECONDS = 2.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("edge", help="answer the platform").set_defaults(serve=edge)
    commands.add_parser("worker", help="do what is due: late replies, notices, reminders").set_defaults(serve=worker)
    account.register(commands)
    ask.register(commands)
    arguments = parser.parse_args()
    if "run" in arguments:
        code: int = asyncio.run(arguments.run(arguments))
        return code
    try:
        settings = load_settings(BotSettings, os.environ)
        fault = fault_at(os.environ.get(FAULT_VARIABLE, ""))
        configure_logging(settings.log_level)
        uvloop.run(arguments.serve(settings, fault))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


async def edge(settings: BotSettings, fault: Fault) -> None:
    """Serves the platform until SIGTERM or SIGINT."""
    stop = _stop_signal()
    async with open_messaging(settings, SystemClock(), process="edge", fault=fault) as messaging:
        app = make_edge(messaging)
        async with (
            _serving(app, settings.edge_host, settings.edge_port),
            ticking(messaging.ticks(), on_failure=messaging.base.metrics.tick_failed),
        ):
            messaging.pushes.listen()
            await stop.wait()


async def worker(settings: BotSettings, fault: Fault) -> None:
    """Does what is due until SIGTERM or SIGINT."""
    stop = _stop_signal()
    async with open_messaging(settings, SystemClock(), process="worker", fault=fault) as messaging:
        duties = Worker(messaging)
        app = make_worker_app(messaging)
        async with (
            _serving(app, settings.edge_host, settings.worker_port),
            ticking(duties.ticks(), on_failure=messaging.base.metrics.tick_failed),
        ):
            await asyncio.gather(duties.run_jobs(stop), duties.run_training(stop))


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def _serving(app: web.Application, host: str, port: int) -> AsyncIterator[None]:
    # Access logs hold query strings, and with them signatures and openids.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=REQUESTS_STOP_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        log.info("process.listening", host=host, port=port)
        yield
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    sys.exit(main())
