"""Does the backends' command line say what is wrong with its settings, without a traceback?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "ZQ_SERVICE_TOKEN": "0123456789abcdef",
        "ZQ_DATA_DIR": str(folder),
        **settings,
    }
    command = [sys.executable, "-m", "services", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", [("serve",), ("progress", "show", "YJ1")])
def test_a_key_file_that_cannot_be_used_stops_the_start_and_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "vault.key").write_text("broken", encoding="ascii")
    done = run(tmp_path, *command)
    assert done.returncode == 2
    assert "vault.key" in done.stdout.replace("\n", "")
    assert "Traceback" not in done.stdout + done.stderr


def test_a_bad_setting_stops_the_start_and_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, "serve", ZQ_SERVICES_PORT="http")
    assert done.returncode == 2
    assert "ZQ_SERVICES_PORT" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
