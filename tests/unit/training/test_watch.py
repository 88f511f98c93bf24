"""Is a live version taken back for a rise of questions not understood, and for nothing less?"""

from __future__ import annotations

import pytest

from bot.training.watch import Share, is_worse


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [
        (Share(fallbacks=20, questions=200), Share(fallbacks=80, questions=200), True),
        (Share(fallbacks=20, questions=200), Share(fallbacks=22, questions=200), False),
        # A handful of odd questions.
        (Share(fallbacks=1, questions=200), Share(fallbacks=10, questions=20), False),
        (Share(fallbacks=0, questions=0), Share(fallbacks=100, questions=200), False),
        # Sure, but too small to matter.
        (Share(fallbacks=20, questions=2000), Share(fallbacks=80, questions=2000), False),
        (Share(fallbacks=80, questions=200), Share(fallbacks=20, questions=200), False),
        (Share(fallbacks=0, questions=100), Share(fallbacks=0, questions=100), False),
        (Share(fallbacks=100, questions=100), Share(fallbacks=100, questions=100), False),
    ],
)
def test_only_a_sure_and_noticeable_rise_is_worse(before: Share, after: Share, *, worse: bool) -> None:
    assert is_worse(before, after) is worse
