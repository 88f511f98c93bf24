"""Is a notice's trail told in words?"""

from __future__ import annotations

import pytest

from services.notices.trail_texts import FIELD_NAMES, detail
from services.notices.types import KEPT_APART, NoticeEdit


@pytest.mark.parametrize(
    ("action", "kept", "said"),
    [
        ("edit", "audience, title, url", "收件范围、标题、链接"),
        ("edit", "", ""),
        ("retry", "retry 12", "失败的 12 人"),
        ("retry", "resolve again 3: 平台后台没有记录", "存疑的 3 人再发一次：平台后台没有记录"),
        ("resolve", "resolve sent 3", "存疑的 3 人视为已送达"),
        ("pause", "quota", "平台今日的发送额度已用完"),
        ("repeat", "接第 3 号，其间错过 2 次，不再补发", "接第 3 号，其间错过 2 次，不再补发"),
    ],
)
def test_what_is_kept_in_short_is_told_in_words(action: str, kept: str, said: str) -> None:
    assert detail(action, kept) == said


def test_every_field_that_can_be_changed_has_a_name() -> None:
    assert set(NoticeEdit.__struct_fields__) - KEPT_APART <= set(FIELD_NAMES)
