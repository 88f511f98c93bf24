"""The main job in order: database, migrations, example city, model, processes, healthy, here is where to look."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from launcher.assets import ensure_assets
from launcher.checks import CannotStart, alone, check_ports, check_settings
from launcher.environment import load_environment, tracker_url
from launcher.model import ensure_model
from launcher.processes import process_specs, uses_simulator, with_addresses, with_platform
from launcher.supervisor import Supervisor, stop_leftovers
from services.clock import SystemClock
from services.db import make_engine, make_sessions
from services.embedded import EmbeddedPostgres, migrate
from services.training.release import take_in_release

DATABASE = "zhengqiao"
HEALTHY_SECONDS = 120.0
DATABASE_LOOK_SECONDS = 1.0


async def up(root: Path, data_dir: Path, environ: Mapping[str, str], out: Console, *, city: Path | None) -> None:
    """Runs everything until SIGINT or SIGTERM; raises what kept it from starting."""
    with alone(data_dir):
        given = with_addresses(load_environment(environ, data_dir))
        simulator, environment = uses_simulator(given), with_platform(given)
        check_settings(environment, with_simulator=simulator)
        stop_leftovers(data_dir / "run", out)
        check_ports(environment, with_simulator=simulator)
        await _up(root, data_dir, environment, out, city=city, simulator=simulator)


async def _up(
    root: Path, data_dir: Path, given: Mapping[str, str], out: Console, *, city: Path | None, simulator: bool
) -> None:
    async with database(given, data_dir, out) as environment:
        if city is not None:
            out.print("[bold]Loading the example city")
            await _load_city(root, environment, city)
        await asyncio.to_thread(ensure_assets, root, out)
        out.print("[bold]Preparing the assistant")
        await _register(environment, await ensure_model(root, environment, out), out)
        await _run(root, environment, out, simulator=simulator)


async def run_command(
    root: Path, data_dir: Path, environ: Mapping[str, str], program: str, words: Sequence[str]
) -> int:
    """Runs `python -m <program> …` on this machine's database, whether or not all else is up; its exit code."""
    environment = with_platform(with_addresses(load_environment(environ, data_dir)))
    async with database(environment, data_dir, Console(quiet=True)) as environment:
        argv = (sys.executable, "-m", program, *words)
        process = await asyncio.create_subprocess_exec(*argv, cwd=root, env=environment)
        return await process.wait()


async def _run(root: Path, environment: Mapping[str, str], out: Console, *, simulator: bool) -> None:
    stop = asyncio.Event()
    # SIGHUP: the terminal was closed.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    specs = process_specs(environment, simulator=simulator)
    supervisor = Supervisor(specs, environment=environment, root=root, out=out)
    stopped = asyncio.create_task(stop.wait())
    try:
        out.print("[bold]Starting the processes")
        await supervisor.start()
        healthy = asyncio.create_task(supervisor.wait_healthy(HEALTHY_SECONDS))
        await asyncio.wait({healthy, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if healthy.done():
            healthy.result()
            if simulator:
                await _publish_menu(root, environment)
            out.print(_where_to_look(environment, simulator=simulator))
            await stopped
        healthy.cancel()
    finally:
        stopped.cancel()
        try:
            out.print("Stopping")
        finally:  # with the terminal gone nothing can be printed, and yet all has to stop
            await supervisor.stop()


@contextlib.asynccontextmanager
async def database(environment: Mapping[str, str], data_dir: Path, out: Console) -> AsyncIterator[dict[str, str]]:
    """The environment with an address of a migrated database: the given one, or an embedded server's."""
    out.print("[bold]Preparing the database")
    with contextlib.ExitStack() as stack:
        url = environment.get("DATABASE_URL")
        if url is None:
            server = stack.enter_context(EmbeddedPostgres(data_dir / "postgres"))
            keeper = asyncio.create_task(_keep_alive(server, out))
            stack.callback(keeper.cancel)
            url = server.ensure_database(DATABASE)
            out.print(f"  embedded PostgreSQL in {data_dir / 'postgres'}")
        try:
            await asyncio.to_thread(migrate, url)
        except OperationalError as error:
            raise CannotStart(f"the database at {_place(url)} does not answer: {error.orig}") from error
        out.print("  [green]✓[/] schema is up to date")
        yield {"ZQ_TRACKER_URL": tracker_url(url), **environment, "DATABASE_URL": url}


def _place(url: str) -> str:
    """The address without its password."""
    return make_url(url).render_as_string(hide_password=True)


async def _publish_menu(root: Path, environment: Mapping[str, str]) -> None:
    """Gives the simulated account the example city's menu; a real account's menu is its owner's to change."""
    argv = (sys.executable, "-m", "bot", "menu", str(root / "data" / "city" / "menu.yml"))
    process = await asyncio.create_subprocess_exec(*argv, cwd=root, env=dict(environment))
    if await process.wait() != 0:
        raise RuntimeError("the menu could not be published; the lines above say why")


async def _keep_alive(server: EmbeddedPostgres, out: Console) -> None:
    """Starts the embedded server again when it dies; what was committed is there again."""
    while True:
        await asyncio.sleep(DATABASE_LOOK_SECONDS)
        try:
            if await asyncio.to_thread(server.revive):
                out.print("[yellow]the database had died and was started again")
        except Exception as error:  # whatever it is, trying again is all there is to do
            out.print(f"[red]the database has died and does not start yet: {type(error).__name__} {error}")


async def _register(environment: Mapping[str, str], model: Path, out: Console) -> None:
    """Lets the model that came with the program answer, where staff have not trained a later one on this release."""
    engine = make_engine(environment["DATABASE_URL"], application_name="zhengqiao-launcher")
    try:
        version = await take_in_release(make_sessions(engine), SystemClock(), model)
    finally:
        await engine.dispose()
    if version is not None:
        out.print(f"  [green]✓[/] model version {version} is live")


async def _load_city(root: Path, environment: Mapping[str, str], city: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services", "city", "load", str(city)), cwd=root, env=dict(environment)
    )
    if await process.wait() != 0:
        raise RuntimeError(f"the city's data in {city} could not be loaded; the lines above say why")


def _where_to_look(environment: Mapping[str, str], *, simulator: bool) -> Table:
    table = Table(title="政桥 is up. Ctrl-C stops it.", title_justify="left", show_header=False, box=None)
    base = "http://127.0.0.1:"
    if simulator:
        table.add_row("Chat as a citizen", f"{base}{environment['ZQ_SIM_PORT']}/")
    services = base + environment["ZQ_SERVICES_PORT"]
    table.add_row("Work as staff", f"{environment.get('ZQ_CONSOLE_URL') or services}/console/")
    table.add_row("  first account", f"{sys.executable} -m launcher services staff create <login> --name <name>")
    for topic in ("catalogue", "faq", "appointments", "progress", "subscriptions", "notices"):
        table.add_row(f"API: {topic}", f"{services}/{topic}/v1/docs")
    table.add_row("WeChat webhook", f"{base}{environment['ZQ_EDGE_PORT']}/wechat")
    table.add_row("State of the edge", f"{base}{environment['ZQ_EDGE_PORT']}/readyz, /metrics")
    table.add_row("Logs", str(Path(environment["ZQ_DATA_DIR"]) / "log"))
    table.add_row("Settings", str(Path(environment["ZQ_DATA_DIR"]) / "settings.env"))
    return table
