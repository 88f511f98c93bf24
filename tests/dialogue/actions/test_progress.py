"""Is what somebody has to wait said as people say it?"""

from __future__ import annotations

import pytest

from actions.progress import waiting_time


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "60分钟"),
        (1, "1分钟"),
        (61, "2分钟"),
        (3600, "60分钟"),
        (90 * 60, "90分钟"),
        (90 * 60 + 1, "2小时"),
        (23 * 3600, "23小时"),
        (36 * 3600, "36小时"),
        (36 * 3600 + 1, "2天"),
        (29 * 86400, "29天"),
    ],
)
def test_a_wait_is_told_in_the_unit_that_fits_and_never_too_short(seconds: int | None, said: str) -> None:
    assert waiting_time(seconds) == said
