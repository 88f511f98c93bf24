"""Starts the simulator: `python -m simulator`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import structlog
import uvloop
from aiohttp import web

from simulator.app import make_app, running_platform
from simulator.errors import SettingsError
from simulator.logs import configure_logging
from simulator.settings import SimulatorSettings, load_settings

HOST = "127.0.0.1"
#: Long polls of a page do not hold up the end.
SHUTDOWN_SECONDS = 1.0

log = structlog.stdlib.get_logger("simulator")


async def serve(settings: SimulatorSettings) -> None:
    """Runs until SIGTERM or SIGINT."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)
    async with running_platform(settings) as platform:
        runner = web.AppRunner(make_app(platform), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            site = web.TCPSite(runner, HOST, settings.sim_port)
            await site.start()
            log.info("simulator.started", address=site.name, port=runner.addresses[0][1], mode=settings.wechat_mode)
            await ended.wait()
        finally:
            await runner.cleanup()
    log.info("simulator.stopped")


def main() -> int:
    try:
        settings = load_settings(os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure_logging(settings.log_level)
    uvloop.run(serve(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
