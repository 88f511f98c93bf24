"""Does an unsure question go on about the item in hand? Judged by what is found for it along with the name."""

from __future__ import annotations

from dataclasses import replace

from actions.answers import FaqHit, FaqSearch, ItemHit, ItemSearch
from actions.deciding import TheAnswer, TheItem, Unknown, Which
from actions.in_hand import meant
from actions.memory import ItemInHand
from actions.said import Said

HAND = ItemInHand(code="card", name="社会保障卡申领")
SAID = Said(text="丢了", intent="find_item", confidence=0.9, found=(), message_id="m", citizen_id="c")
NOTHING = ItemSearch(verdict="none", hits=[])
NO_ANSWER = FaqSearch(verdict="none", hits=[])
CARD = ItemHit(task_code="card", task_name="社会保障卡申领", score=0.77)
LOST = ItemHit(task_code="lost", task_name="社会保障卡补领、换领", score=0.86)
ELSEWHERE = ItemHit(task_code="passport", task_name="普通护照换发", score=0.66)
OPTIONS = Which(items=[ELSEWHERE], questions=[])


def answer(score: float, code: str | None = "card") -> FaqHit:
    return FaqHit(id="a", question="社保卡掉了怎么办？", answer="丢了先挂失。", task_code=code, score=score)


def sure(*hits: ItemHit) -> ItemSearch:
    return ItemSearch(verdict="sure", hits=list(hits))


def test_the_staff_s_answer_about_this_item_is_what_was_asked() -> None:
    answers = FaqSearch(verdict="sure", hits=[answer(0.8)])

    found = meant(sure(CARD), answers, message=replace(SAID, text="掉了"), decision=OPTIONS, hand=HAND)

    assert found == TheAnswer(hit=answers.hits[0])


def test_an_answer_that_does_not_speak_of_what_was_asked_is_none_and_so_is_one_of_another_item() -> None:
    parking = replace(SAID, text="停车方便吗")

    for answers in (FaqSearch(verdict="sure", hits=[answer(0.8)]), FaqSearch(verdict="sure", hits=[answer(0.9, "x")])):
        assert meant(sure(CARD), answers, message=parking, decision=OPTIONS, hand=HAND) == OPTIONS


def test_what_is_to_be_done_with_the_thing_in_hand_may_be_another_item() -> None:
    found = meant(sure(LOST, CARD), NO_ANSWER, message=SAID, decision=OPTIONS, hand=HAND)

    assert found == TheItem(code="lost", name="社会保障卡补领、换领")
    told = replace(SAID, text="多大")
    assert meant(sure(LOST, CARD), NO_ANSWER, message=told, decision=OPTIONS, hand=HAND) == OPTIONS


def test_who_comes_is_a_circumstance_and_a_name_of_its_own_is_none() -> None:
    child = replace(SAID, text="孩子要去现场吗", intent="ask_trips")
    mars = replace(SAID, text="火星签证要去现场吗", intent="ask_trips")

    assert meant(sure(CARD), NO_ANSWER, message=child, decision=OPTIONS, hand=HAND) == TheItem(
        code="card", name="社会保障卡申领"
    )
    whose = replace(SAID, text="小孩归谁", intent="ask_department")
    assert meant(sure(CARD), NO_ANSWER, message=whose, decision=OPTIONS, hand=HAND) == OPTIONS
    nothing = Unknown(best=None)
    assert meant(sure(CARD), NO_ANSWER, message=mars, decision=nothing, hand=HAND) == nothing


def test_options_that_hardly_fit_are_not_offered_while_an_item_is_in_hand() -> None:
    poor = Which(items=[ItemHit(task_code="birth", task_name="新生儿出生登记", score=0.48)], questions=[])

    found = meant(NOTHING, NO_ANSWER, message=replace(SAID, text="小孩归谁"), decision=poor, hand=HAND)

    assert found == Unknown(best=None)
