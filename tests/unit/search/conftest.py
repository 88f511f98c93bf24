"""The dictionaries, read once for all search tests."""

from __future__ import annotations

import pytest

from services.search.builder import load_language
from services.search.index import Language


@pytest.fixture(scope="session")
def language() -> Language:
    return load_language()
