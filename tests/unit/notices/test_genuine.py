"""Is a forwarded notice confirmed, and a manipulated one never?"""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.notices.genuine import DECISIVE, Verdict, judge, normal

FIELDS = (
    "关于发放高龄津贴的通知",
    "云江市民政局",
    "年满80周岁的老人每月可领取津贴150.5元，请于2026年12月15日前到社区办理。"
    "办理不收取任何费用，咨询电话0571-88001234。材料齐全的当天受理，家属可以代为办理。",
    "https://www.yunjiang.gov.cn/tongzhi/12",
)
WHOLE = "\n".join(FIELDS)
OTHER = ("关于停水的通知", "云江水务", "因管道检修，今晚八点至明早六点城东片区停水，请提前储水。", "")


def verdict(text: str) -> Verdict:
    return judge(text, [["\n".join(OTHER)], [WHOLE]]).verdict


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        WHOLE.replace("\n", " ").replace("，", ","),
        FIELDS[2],
        FIELDS[0],
        "请问这个通知是真的吗？" + FIELDS[2],
        WHOLE.replace("受理", "受里"),
        "年满８０周岁的老人每月可领取津贴150.5元",
        WHOLE + "\u200b 🙏🙏",
    ],
)
def test_a_notice_is_confirmed_whole_or_in_part_with_typing_noise(text: str) -> None:
    finding = judge(text, [["\n".join(OTHER)], [WHOLE]])
    assert (finding.verdict, finding.place) == ("genuine", 1)


FRAMES = [
    "「妈妈：{}」\n- - - - - - - - - - - - - - -\n这是真的吗？",
    "「云江政务服务：{}」\n- - - - - - - - - - - - - - -\n帮我核实一下，谢谢",
    "「阳光小区3栋业主群李姐：{}」\n——————————\n是不是真的",
    "转发：{}",
    "群里看到的，{}帮我看看是不是真的",
    "我妈转给我一条：{}\n靠谱吗",
    "你们第12号通知是真的吗：{}",
    "收到一条消息，{}请问是你们发的吗",
    "{}\n真的假的",
]
MANIPULATED = [
    ("0571-88001234", "13800138000"),
    ("150.5元", "1505元"),
    ("yunjiang.gov.cn", "yunjiang-gov.cn"),
    ("不收取", "收取"),
    ("家属可以代为办理", "转账可以代为办理"),
]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("text", [WHOLE, FIELDS[2]], ids=["whole", "text"])
def test_how_it_came_and_what_is_asked_of_it_do_not_matter(frame: str, text: str) -> None:
    assert verdict(frame.format(text)) == "genuine"


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize(("true", "false"), MANIPULATED)
def test_a_frame_hides_no_manipulation(frame: str, true: str, false: str) -> None:
    assert verdict(frame.format(WHOLE.replace(true, false))) == "changed"


@pytest.mark.parametrize(
    "frame",
    [
        "以下通知作废：{}",
        "转发：津贴改为转账领取，{}",
        "「妈妈：{}」\n- - - - - - -\n请先转账到下面的账户",
        "「妈妈：{}」\n- - - - - - -\n办理请点 http://yb.example.top",
        "{}请把押金交给社区王姐",
        "{}\n核实一下请拨打13800138000",
    ],
)
def test_what_somebody_adds_is_no_frame(frame: str) -> None:
    assert verdict(frame.format(WHOLE)) == "changed"


def test_words_of_the_notice_itself_are_no_frame() -> None:
    notice = "关于防范诈骗的通知：请勿转发，不明链接请勿点击，有疑问拨打0571-88001234核实一下。"
    assert judge("请勿转发，不明链接请勿点击，有疑问拨打0571-88001234核实一下。", [[notice]]).verdict == "genuine"
    assert judge("转发，不明链接请勿点击，有疑问拨打0571-88001234核实一下。", [[notice]]).verdict == "changed"


@pytest.mark.parametrize("piece", ["我妈", "转给", "看看 ", "」- ", "「a：", "妈妈妈妈"])
def test_no_text_takes_long_to_be_looked_through(piece: str) -> None:
    text = piece * (4000 // len(piece))
    began = time.process_time()
    judge(text, [[WHOLE]])
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("yunjiang.gov.cn", "yunjiang-gov.cn"),
        ("yunjiang.gov.cn", "yunjiang.gov.cn.pay.top"),
        ("yunjiang.gov.cn", "yunji\u0430ng.gov.cn"),
        ("tongzhi/12", "tongzhi/13"),
        ("0571-88001234", "0571-88001243"),
        ("0571-88001234", "13800138000"),
        ("150.5元", "1505元"),
        ("150.5元", "150元"),
        ("不收取", "收取"),
        ("日前到", "日后到"),
        ("每月可领取津贴", "每月可领取津贴，请先把押金转给社区工作人员"),
        ("https://www.", "http://www."),
    ],
)
def test_a_manipulated_notice_is_not_confirmed(true: str, false: str) -> None:
    assert true in WHOLE
    assert verdict(WHOLE.replace(true, false)) == "changed"


def test_numbers_that_change_places_are_seen() -> None:
    swapped = WHOLE.replace("150.5", "X").replace("80", "150.5").replace("X", "80")
    assert verdict(swapped) == "changed"


def test_a_number_cut_in_two_is_not_confirmed() -> None:
    assert verdict("办理不收取任何费用，咨询电话0571-8800") == "changed"


def test_a_passage_that_leaves_its_negation_behind_is_not_confirmed() -> None:
    assert verdict("不收取任何费用，咨询电话0571-88001234") == "genuine"
    assert verdict("收取任何费用，咨询电话0571-88001234") == "changed"


def test_a_text_that_was_sent_in_two_ways_is_confirmed_in_both() -> None:
    reordered = "".join(reversed(FIELDS))
    assert verdict(reordered) == "changed"
    assert judge(reordered, [[WHOLE, reordered]]).verdict == "genuine"


def test_another_text_is_unknown_and_a_scrap_says_nothing() -> None:
    assert verdict("恭喜您获得国家补贴，请点击链接填写银行卡号领取") == "unknown"
    assert verdict("津贴150") == "short"
    assert judge(WHOLE, []).verdict == "unknown"


@given(st.integers(0, len(WHOLE) - 1), st.characters(categories=("L", "N", "Sc")))
def test_no_fact_can_be_put_in_the_place_of_another(place: int, character: str) -> None:
    changed = WHOLE[:place] + character + WHOLE[place + 1 :]
    assume(normal(changed) != normal(WHOLE))
    fact = normal(WHOLE[place])
    assume(any("0" <= c <= "9" or "a" <= c <= "z" or c in DECISIVE for c in fact))
    assert verdict(changed) != "genuine"


@given(st.integers(0, len(WHOLE) - 1), st.sampled_from([*"0123456789abcxyz¥$", *sorted(DECISIVE)]))
def test_no_fact_can_be_slipped_in(place: int, character: str) -> None:
    changed = WHOLE[:place] + character + WHOLE[place:]
    assert verdict(changed) != "genuine"
