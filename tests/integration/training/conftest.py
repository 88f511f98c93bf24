"""A database on which models are wanted, made and compared."""

from __future__ import annotations

import pytest

from services.db import Sessions
from tests.fakes.school import School, make_school


@pytest.fixture
def school(sessions: Sessions) -> School:
    return make_school(sessions)
