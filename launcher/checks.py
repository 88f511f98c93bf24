"""What keeps it from starting? Found before anything is started, and said in a way that tells what to do."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil

import actions.settings
import simulator.settings
from bot.settings import BotSettings
from launcher.environment import SETTINGS_FILE
from launcher.processes import DEFAULT_PORTS
from services.settings import ServicesSettings, SettingsError, load_settings
from simulator.errors import SettingsError as SimulatorSettingsError

LOCK_FILE = "up.lock"
LOOPBACK = "127.0.0.1"


class CannotStart(Exception):
    """Something has to be put right first."""


@contextlib.contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """One launcher for a data folder at a time, until the block ends; makes the folder where it is missing.

    Raises CannotStart where another one is up, or the folder cannot be used.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / LOCK_FILE).open("a+", encoding="utf-8")
    except OSError as error:
        raise CannotStart(
            f"the data folder {data_dir} cannot be written to ({error.strerror}); choose another one with ZQ_DATA_DIR"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise CannotStart(
                f"政桥 is already up with the data folder {data_dir} (process {lock.read().strip() or 'unknown'}): "
                "Ctrl-C there stops it. A second one needs a folder (ZQ_DATA_DIR) and ports of its own."
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def check_settings(environment: Mapping[str, str], *, with_simulator: bool) -> None:
    """Raises CannotStart naming every process whose settings cannot be used, and why."""
    # Where no database is given, ours will be there.
    given = {"DATABASE_URL": "postgresql://embedded", **environment}
    reasons = {
        *_reasons(lambda: load_settings(ServicesSettings, given)),
        *_reasons(lambda: load_settings(BotSettings, given)),
        *_reasons(lambda: actions.settings.load_settings(given)),
        *(_reasons(lambda: simulator.settings.load_settings(given)) if with_simulator else ()),
        *_port_reasons(environment),
    }
    if reasons:
        place = Path(environment["ZQ_DATA_DIR"]) / SETTINGS_FILE
        where = f"They come from the environment and from {place}; docs/settings.md describes each."
        raise CannotStart("\n".join([*sorted(reasons), where]))


def _reasons(load: Callable[[], object]) -> Iterator[str]:
    try:
        load()
    except (SettingsError, SimulatorSettingsError, actions.settings.SettingsError) as error:
        yield str(error)


def _port_reasons(environment: Mapping[str, str]) -> Iterator[str]:
    """Ports that are none, and those that two processes would share."""
    by_port: dict[str, list[str]] = {}
    for name in DEFAULT_PORTS:
        value = environment[name]
        if not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
            yield f"settings: {name}: {value!r} is no port, which is a number from 1 to 65535"
        by_port.setdefault(value, []).append(name)
    for port, names in by_port.items():
        if len(names) > 1:
            yield f"settings: {' and '.join(names)} are both {port}"


def check_ports(environment: Mapping[str, str], *, with_simulator: bool) -> None:
    """Raises CannotStart naming every port of ours that somebody else listens on, and who, if that can be seen."""
    taken = [
        f"port {environment[name]} ({name}) is taken{_by_whom(int(environment[name]))}"
        for name in DEFAULT_PORTS
        if (with_simulator or name != "ZQ_SIM_PORT") and _is_taken(int(environment[name]))
    ]
    if taken:
        hint = "Stop what listens there, or choose other ports, such as: ZQ_EDGE_PORT=9010 make up"
        raise CannotStart("\n".join([*taken, hint]))


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: a port whose connections are only closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return True
            raise
    return False


def _by_whom(port: int) -> str:
    try:
        for connection in psutil.net_connections(kind="tcp"):
            here = connection.laddr and connection.laddr.port == port
            if here and connection.status == psutil.CONN_LISTEN and connection.pid:
                command = " ".join(psutil.Process(connection.pid).cmdline())
                return f" by process {connection.pid}: {command[:120]}"
    except psutil.Error:
        # Other people's processes cannot be looked at everywhere.
        return ""
    return ""
