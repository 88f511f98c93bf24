"""Is a thing asked for that may be needed, and how is it found in a guide? And what does "怎么领" ask for?"""

from __future__ import annotations

import pytest

from actions.answers import Guide, Section
from actions.detail import lines_on, sentences_on, thing_asked
from actions.facts import COLLECT, collects, spelt_out


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("要体检不", "体检"),
        ("还要先去体检吗？", "体检"),
        ("要不要体检", "体检"),
        ("那需要房东签字不", "房东签字"),
        ("要交押金吗", "押金"),
        ("得有居住证吗", "居住证"),
        ("用不用复印件", "复印件"),
        ("要钱吗", None),
        ("要多久", None),
        ("要本人去吗", None),
        ("要什么材料", None),
        ("要预约", None),
        ("要办居住证吗", None),
        ("我要社保", None),
        ("要", None),
        ("", None),
    ],
)
def test_a_thing_is_asked_for_by_the_beginning_or_the_end(text: str, thing: str | None) -> None:
    assert thing_asked(text) == thing


GUIDE = Guide(
    task_code="licence",
    task_name="机动车驾驶证期满换证",
    sections=[
        Section(aspect="materials", title="申请材料", text="1. 身份证\n2. 身体条件证明：体检机构联网上传"),
        Section(aspect="flow", title="办理流程", text="1. 体检：到联网的医院。\n2. 换证：到窗口。"),
        Section(aspect="conditions", title="受理条件", text="体检合格。"),
        Section(aspect="courier", title="邮寄", missing=True),
        Section(aspect="result", title="办理结果", text="机动车驾驶证"),
        Section(aspect="place", title="办理地点", text="车驾管窗口"),
        Section(aspect="fee", title="收费", text="10元。"),
    ],
)


def test_the_guide_s_own_lines_are_told_two_at_most_and_without_their_numbers() -> None:
    assert lines_on(GUIDE, "体检") == [
        ("申请材料", "身体条件证明：体检机构联网上传"),
        ("办理流程", "体检：到联网的医院。"),
    ]
    assert lines_on(GUIDE, "邮寄") == []


def test_a_thing_is_found_by_the_name_that_guides_give_it() -> None:
    guide = Guide(
        task_code="x", task_name="x", sections=[Section(aspect="materials", title="申请材料", text="居民户口簿")]
    )

    assert lines_on(guide, "户口本") == [("申请材料", "居民户口簿")]
    assert sentences_on("可以。带户口簿来。别的不用。", "户口本") == "带户口簿来。"
    assert sentences_on("可以。", "户口本") == ""


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("怎么领", True),
        ("去哪拿证呢", True),
        ("什么时候能取？", True),
        ("在哪里可以领", True),
        ("怎么领养小孩", False),
        ("怎么办", False),
        ("领多久", False),
    ],
)
def test_how_to_get_the_result_is_told_from_how_to_do_something(text: str, asks: bool) -> None:
    assert collects(text) is asks


def test_a_document_is_fetched_and_money_is_applied_for_and_only_what_is_stated_is_told() -> None:
    money = Guide(
        task_code="y",
        task_name="失业保险金申领",
        sections=[Section(aspect="flow", title="办理流程", text="网上申请。"), *GUIDE.sections[-2:]],
    )

    assert list(spelt_out(GUIDE, [COLLECT])) == ["result", "place"]
    assert list(spelt_out(money, [COLLECT, "fee"])) == ["flow", "place", "fee"]
    assert list(spelt_out(GUIDE, ["fee"])) == ["fee"]
    assert list(spelt_out(Guide(task_code="z", task_name="z", sections=[]), [COLLECT])) == ["result"]
