"""Is a sentence still understood when it is misheard, mistyped, in other characters, stuttered or decorated?"""

from __future__ import annotations

import pytest

from bot.rasa.linear import LinearModel

#: What was meant; how it came: by voice input, by a slip of the finger.
MISHEARD_OR_MISTYPED = [
    ("居住证要带什么材料", "居住正要带什么材料"),
    ("居住证要带什么材料", "居住证要带什么才料"),
    ("居住证要带什么材料", "居住证要带甚么材料"),
    ("护照多少钱", "护照多少前"),
    ("护照多少钱", "护照多少浅"),
    ("办理需要多长时间", "办理需要多长事件"),
    ("办好要多久", "办好要多九"),
    ("在哪里办", "再哪里办"),
    ("在哪里办", "在那里办"),
    ("我要预约", "我要预月"),
    ("帮我预约明天上午", "帮我预约名天上午"),
    ("取消预约", "取消预越"),
    ("我的预约", "我的预岳"),
    ("查一下办件进度", "查一下办件近度"),
    ("我的申请办到哪一步了", "我的申请办到那一步了"),
    ("能网上办吗", "能网上伴吗"),
    ("咨询电话是多少", "咨询电化是多少"),
    ("投诉电话是多少", "投速电话是多少"),
    ("要本人去吗", "要本人区吗"),
    ("有进展通知我", "有进展同知我"),
    ("转人工", "转人工服物"),
]
IN_OTHER_SIGNS = [
    ("居住证要带什么材料", "居住證要帶什麼材料"),
    ("护照多少钱", "護照多少錢"),
    ("取消预约", "取消預約"),
    ("办好要多久", "办好要多久？？？？！！！"),
    ("护照多少钱", "护照多少钱😀😀🙏"),
    ("你好", "你好～～～"),
    ("在哪里办", "在 哪 里 办"),
    ("查一下YJ20261103000017", "查一下ＹＪ２０２６１１０３００００１７"),
    ("能网上办吗", "能网上办吗吗吗吗吗"),
]


@pytest.mark.parametrize(("meant", "written"), IN_OTHER_SIGNS)
def test_other_signs_for_the_same_words_change_nothing(trained: LinearModel, meant: str, written: str) -> None:
    intent, confidence = trained.predict(meant)[0]

    assert trained.predict(written)[0][0] == intent
    assert trained.predict(written)[0][1] == pytest.approx(confidence, abs=0.35)


@pytest.mark.parametrize(("meant", "written"), MISHEARD_OR_MISTYPED)
def test_one_wrong_character_is_survived(trained: LinearModel, meant: str, written: str) -> None:
    assert trained.predict(written)[0][0] == trained.predict(meant)[0][0]
