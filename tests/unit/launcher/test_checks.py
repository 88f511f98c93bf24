"""Is what keeps the program from starting said at once, and so that one knows what to do?"""

from __future__ import annotations

import io
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from rich.console import Console

from launcher.checks import CannotStart, alone, check_ports, check_settings
from launcher.environment import load_environment
from launcher.processes import DEFAULT_PORTS, with_addresses, with_platform
from launcher.up import up


def settings(tmp_path: Path, **given: str) -> Mapping[str, str]:
    return with_platform(with_addresses(load_environment(given, tmp_path)))


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def free_ports() -> dict[str, str]:
    """A port for each process that nobody listens on just now."""
    probes = [socket.socket() for _ in DEFAULT_PORTS]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = {name: str(probe.getsockname()[1]) for name, probe in zip(DEFAULT_PORTS, probes, strict=True)}
    for probe in probes:
        probe.close()
    return ports


def test_generated_settings_are_fit(tmp_path: Path) -> None:
    check_settings(settings(tmp_path), with_simulator=True)


def test_every_setting_that_cannot_be_used_is_named_at_once_with_the_place_where_it_may_stand(tmp_path: Path) -> None:
    wrong = {
        "ZQ_EDGE_PORT": "eight",
        "ZQ_CONSOLE_SECOND_FACTOR": "maybe",
        "ZQ_FAQ_URL": "ftp://faq",
        "ZQ_SIM_FORMAT": "yaml",
    }
    with pytest.raises(CannotStart) as refused:
        check_settings(settings(tmp_path, **wrong), with_simulator=True)
    for name in wrong:
        assert name in str(refused.value)
    assert str(tmp_path / "settings.env") in str(refused.value)


def test_what_only_the_simulator_reads_is_of_no_interest_without_it(tmp_path: Path) -> None:
    check_settings(settings(tmp_path, ZQ_SIM_FORMAT="yaml"), with_simulator=False)


def test_two_processes_do_not_share_a_port(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="ZQ_SERVICES_PORT and ZQ_EDGE_PORT are both 8020"):
        check_settings(settings(tmp_path, ZQ_EDGE_PORT="8020"), with_simulator=True)


def test_a_port_that_is_taken_is_named_with_who_has_it(tmp_path: Path, taken: int) -> None:
    environment = settings(tmp_path, **{**free_ports(), "ZQ_EDGE_PORT": str(taken)})
    with pytest.raises(CannotStart) as refused:
        check_ports(environment, with_simulator=True)
    assert f"port {taken} (ZQ_EDGE_PORT) is taken by process {os.getpid()}: " in str(refused.value)
    assert "choose other ports" in str(refused.value)


def test_free_ports_are_fit_and_the_simulators_does_not_matter_without_it(tmp_path: Path, taken: int) -> None:
    check_ports(settings(tmp_path, **{**free_ports(), "ZQ_SIM_PORT": str(taken)}), with_simulator=False)


def test_a_second_launcher_of_the_same_folder_is_sent_away_and_one_after_the_first_is_not(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(CannotStart) as refused, alone(tmp_path):
        pass
    assert f"(process {os.getpid()})" in str(refused.value)
    with alone(tmp_path):
        pass


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(CannotStart, match=r"file/var cannot be written to .*ZQ_DATA_DIR"),
        alone(tmp_path / "file" / "var"),
    ):
        pass


async def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    environ = {**free_ports(), "DATABASE_URL": "postgresql://me:secret@127.0.0.1:9/town"}
    with pytest.raises(CannotStart) as refused:
        await up(tmp_path, tmp_path, environ, Console(file=io.StringIO()), city=None)
    assert "127.0.0.1:9/town does not answer" in str(refused.value)
    assert "secret" not in str(refused.value)
