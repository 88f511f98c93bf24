"""One field for all broadcasts: what a test leaves is another test's history."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.acceptance.notices.field import RECIPIENTS, Field, open_field


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def whole_field(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Field]:
    folder = tmp_path_factory.mktemp("field")
    with tempfile.TemporaryDirectory(prefix="zhengqiao-") as database:
        async with open_field(folder, Path(database) / "postgres") as field:
            await field.follow(RECIPIENTS)
            yield field


@pytest_asyncio.fixture(loop_scope="package")
async def field(whole_field: Field) -> AsyncIterator[Field]:
    yield whole_field
    await whole_field.clear()
