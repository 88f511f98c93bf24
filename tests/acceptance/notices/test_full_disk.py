"""A disk that fills up in the middle of a broadcast: the server stops, and goes on once there is room again."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.acceptance.notices.field import BRISKLY, RECIPIENTS, SOME, Field, open_field
from tests.acceptance.notices.test_faults import revived

#: A database with its log, and the rows of the audience.
DISK_MEGABYTES = 300 + RECIPIENTS // 500


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of its own, which only root may make."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small disk can only be made by root")
    folder = Path(tempfile.mkdtemp(prefix="zhengqiao-"))
    size = f"size={DISK_MEGABYTES}m"
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"no disk can be made here: {made.stderr.decode().strip()}")
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


@pytest.fixture
async def field(tmp_path: Path, small_disk: Path) -> AsyncIterator[Field]:
    async with open_field(tmp_path, small_disk / "postgres") as field:
        await field.follow(RECIPIENTS)
        yield field


async def test_a_disk_that_fills_up_and_has_room_again(field: Field, small_disk: Path) -> None:
    notice = await field.announce()
    await field.worker(ZQ_NOTICES_PER_SECOND=BRISKLY)
    await field.reached(notice, SOME)

    filler = small_disk / "filler"
    assert _fill(filler) > 0
    with pytest.raises(DBAPIError):
        await _write_until_refused(field)
    await asyncio.sleep(2)
    filler.unlink()

    await revived(field)
    await field.ended(notice)
    await field.check(notice)


def _fill(path: Path) -> int:
    """Writes until there is no room; gives the bytes."""
    written = 0
    with path.open("wb") as file:
        try:
            while True:
                written += file.write(b"\0" * 65_536)
                file.flush()
        except OSError:
            return written


async def _write_until_refused(field: Field) -> None:
    """Rows that nobody needs, until the server says that it cannot keep them."""
    query = text(
        "CREATE TABLE IF NOT EXISTS filler AS SELECT repeat(md5(i::text), 40) AS it FROM generate_series(1, 5) i"
    )
    more = text("INSERT INTO filler SELECT repeat(md5(i::text), 40) FROM generate_series(1, 20000) i")
    for number in range(1000):
        async with field.sessions.begin() as session:
            await session.execute(more if number else query)
