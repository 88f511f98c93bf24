"""Options, subjects, aspects and names: how short words are read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from actions.answers import Hall, Service
from actions.deciding import manner_of
from actions.naming import by_distance, named_hall, named_service
from actions.options import Option, is_place, picked
from actions.said import Said, said
from actions.steps.person import introduced
from actions.subject import subject, trimmed

OPTIONS = [
    Option(kind="item", value=str(number), title=title)
    for number, title in enumerate(("居住证申领", "居住证签注", "护照申领", "社保卡补领"))
]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1", 0),
        ("2.", 1),
        ("3、", 2),
        ("第一个", 0),
        ("第2项", 1),
        ("选3", 2),
        ("我选第四个", 3),
        ("三", 2),
        ("②", 1),
        ("就第二个吧", 1),
        ("头一个", 0),
        ("最后一个", 3),
        ("最后那个", 3),
        ("倒数第二个", 2),
        ("上面那个", 0),
        ("我要上面那个", 0),
        ("就要下面那个吧", 3),
        ("下面的", 3),
        ("2号", 1),
        ("护照申领", 2),
        ("护照", 2),
        ("社保卡补领吧", 3),
        ("居住证", None),
        ("9", None),
        ("0", None),
        ("第五个", None),
        ("你好", None),
        ("居住证申领", 0),
        ("要带什么", None),
        ("第一次办居住证要带什么材料呢", None),
        ("", None),
        ("10天后", None),
        ("改到第二天", None),
        ("第一次来", None),
    ],
)
def test_an_option_is_picked_by_number_place_or_words(text: str, place: int | None) -> None:
    option = picked(text, OPTIONS)

    assert (OPTIONS.index(option) if option else None) == place


def test_nothing_is_picked_where_nothing_is_offered() -> None:
    assert picked("1", []) is None


@pytest.mark.parametrize(
    ("text", "place"), [("3", True), ("第三个", True), ("3号", True), ("三点", False), ("后天", False)]
)
def test_a_place_in_a_list_is_told_from_other_words(text: str, place: bool) -> None:
    assert is_place(text) is place


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("那这个呢", ""),
        ("请问一下", ""),
        ("要不要", ""),
        ("居住证", "居住证"),
        ("那居住证呢？", "居住证"),
        ("江北区的呢", "江北区"),
        ("你好，我想办一下护照", "护照"),
    ],
)
def test_filler_names_nothing(words: str, left: str) -> None:
    assert subject(words) == left


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("请问居住证怎么办理？", "居住证"),
        ("我要办护照", "办护照"),
        ("护照", "护照"),
        ("？？", ""),
    ],
)
def test_a_name_to_search_for_is_trimmed(words: str, name: str) -> None:
    assert trimmed(words) == name


def heard(
    text: str, intent: str = "inform", confidence: float = 0.9, entities: list[dict[str, Any]] | None = None
) -> Said:
    message = {"text": text, "intent": {"name": intent, "confidence": confidence}, "entities": entities or []}
    message["metadata"] = {"message_id": "m-1"}
    return said(SimpleNamespace(latest_message=message, sender_id="c-1"))


def cue(name: str, text: str, words: str) -> dict[str, Any]:
    start = text.index(words)
    return {"entity": f"says_{name}", "value": words, "start": start, "end": start + len(words)}


def test_two_aspects_are_told_in_the_order_of_the_message() -> None:
    text = "居住证多少钱，要带什么"
    message = heard(text, "ask_materials", 0.9, [cue("materials", text, "要带什么"), cue("fee", text, "多少钱")])

    assert message.aspects == ("fee", "materials")
    assert subject(message.unasked) == "居住证"


def test_the_longer_of_two_overlapping_cues_counts() -> None:
    text = "投诉电话多少"
    message = heard(
        text, "ask_complaint_phone", 0.9, [cue("phone", text, "电话多少"), cue("complaint_phone", text, "投诉电话多少")]
    )

    assert message.aspects == ("complaint_phone",)


def test_the_classifier_counts_where_no_words_were_found() -> None:
    assert heard("老公代去行不行", "ask_trips").aspects == ("trips",)
    assert heard("居住证", "find_item").aspects == ()
    assert heard("产假几天", "ask_faq").aspects == ()


def test_a_payload_says_nothing_in_words() -> None:
    assert heard("/find_item", "find_item").text == ""


def test_the_message_id_and_the_citizen_are_read() -> None:
    message = heard("你好")

    assert (message.message_id, message.citizen_id) == ("m-1", "c-1")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我叫李娜，身份证", "李娜"),
        ("姓名是张伟", "张伟"),
        ("名字写错了，应该是李梅", "李梅"),
        ("我的名字叫欧阳明", "欧阳明"),
        ("我是本地人", None),
        ("我是想问一下", None),
        ("你好", None),
        ("阿卜杜拉·买买提", None),
        ("我叫阿卜杜拉·买买提", "阿卜杜拉·买买提"),
        ("名字不对，叫王小方", "王小方"),
        ("名字给我写错了是王小方", "王小方"),
        ("名字打错了，改成王小方", "王小方"),
        ("姓名有误，应该是欧阳明", "欧阳明"),
        ("名字不对啊，王小方", "王小方"),
        ("我叫王小方，不是王小芳", "王小方"),
        ("我妈叫李桂花", "李桂花"),
        ("名字不对", None),
        ("名字写错了要改", None),
        ("姓名那里写错了", None),
        ("名字怎么改", None),
        ("我爸高血压", None),
    ],
)
def test_a_name_is_read_where_it_is_introduced(text: str, name: str | None) -> None:
    assert introduced(text) == name


SERVICES = [
    Service(service_code=code, name=name)
    for code, name in (
        ("SB", "社会保险"),
        ("YB", "医疗保障"),
        ("GJJ", "住房公积金"),
        ("HJ", "户籍业务"),
        ("BDC", "不动产登记"),
        ("ZH", "综合窗口"),
    )
]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("社保", "SB"),
        ("办医保", "YB"),
        ("公积金的", "GJJ"),
        ("户籍业务", "HJ"),
        ("不动产", "BDC"),
        ("综合", "ZH"),
        ("社会保险", "SB"),
        ("护照", None),
        ("社保和医保", None),
        ("业务", None),
        ("", None),
    ],
)
def test_a_service_is_known_by_its_short_name(text: str, code: str | None) -> None:
    found = named_service(text, SERVICES)

    assert (found.service_code if found else None) == code


HALLS = [
    Hall(
        hall_code="SZX",
        name="云江市政务服务中心",
        district="云江市",
        area_code="990000",
        latitude=30.0,
        longitude=110.0,
    ),
    Hall(
        hall_code="JB", name="江北区政务服务中心", district="江北区", area_code="990101", latitude=30.1, longitude=110.0
    ),
    Hall(hall_code="JN", name="江南区政务服务中心", district="江南区", area_code="990102"),
]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("江北", "JB"),
        ("去江北区的大厅", "JB"),
        ("江南区政务服务中心", "JN"),
        ("市政务服务中心", "SZX"),
        ("市里的", "SZX"),
        ("云江市政务服务中心", "SZX"),
        ("江北还是江南", None),
        ("大厅", None),
    ],
)
def test_a_hall_is_known_by_its_district(text: str, code: str | None) -> None:
    found = named_hall(text, HALLS)

    assert (found.hall_code if found else None) == code


def test_halls_are_sorted_by_distance_and_those_without_a_position_left_out() -> None:
    near = by_distance(HALLS, 30.09, 110.0)

    assert [hall.hall_code for hall, _ in near] == ["JB", "SZX"]
    assert near[0][1] == pytest.approx(1.1, abs=0.1)


@pytest.mark.parametrize(
    ("text", "intent", "manner"),
    [
        ("没领证生的小孩能落户吗", "nlu_fallback", "yes_no"),
        ("办护照必须回老家不", "find_item", "yes_no"),
        ("产假几天", "ask_faq", "policy"),
        ("护照多少钱", "ask_fee", "aspect"),
        ("居住证", "find_item", "item"),
        ("随便看看", "nlu_fallback", "other"),
    ],
)
def test_how_something_is_asked_is_told_apart(text: str, intent: str, manner: str) -> None:
    assert manner_of(heard(text, intent)) == manner


def test_what_was_written_is_kept_beside_how_it_is_read() -> None:
    tracker = SimpleNamespace(
        sender_id="c", latest_message={"text": "護照多少錢", "level_text": "护照多少钱", "intent": {}, "entities": []}
    )

    assert (said(tracker).text, said(tracker).written) == ("护照多少钱", "護照多少錢")
