"""Do staff's edits of the training data hold, whatever a release brings?"""

from __future__ import annotations

import pytest

from services.training.errors import BadData, ExampleChanged, ExampleKnown, ExampleNotFound, IsExample, IsHeldOut
from services.training.marks import BadMarks
from services.training.rasa_yaml import example_id
from services.training.types import ExamplePage, HeldOut, NewExample, Problem
from tests.fakes.school import SENTENCES, School


async def texts(school: School) -> list[tuple[str, str]]:
    return [(one.intent, one.text) for one in await school.examples.all()]


def new(intent: str, text: str) -> NewExample:
    return NewExample(intent=intent, text=text, by="李四")


@pytest.fixture(autouse=True)
async def _released(school: School) -> None:
    await school.import_release(*SENTENCES)


async def test_a_release_read_again_changes_nothing(school: School) -> None:
    report = await school.import_release(*SENTENCES)

    assert (report.added, report.updated, report.unchanged) == (0, 0, len(SENTENCES))


async def test_an_added_sentence_stays_when_a_release_comes(school: School) -> None:
    added = await school.examples.add(new("ask_fee", "办护照收费吗"))
    await school.import_release(*SENTENCES, ("greet", "早上好"))

    assert (added.topic, added.changed_by) == ("basics", "李四")
    assert ("ask_fee", "办护照收费吗") in await texts(school)
    assert ("greet", "早上好") in await texts(school)


async def test_an_edited_sentence_stays_edited_as_long_as_the_release_says_what_it_said(school: School) -> None:
    key = example_id("ask_fee", "护照多少钱")
    await school.examples.edit(key, new("ask_place", "护照去哪儿办"))
    await school.import_release(*SENTENCES)

    assert ("ask_place", "护照去哪儿办") in await texts(school)
    assert ("ask_fee", "护照多少钱") not in await texts(school)


async def test_a_removed_sentence_is_not_brought_back_by_a_release_but_can_be_added_again(school: School) -> None:
    await school.examples.remove(example_id("greet", "您好"), by="李四")
    await school.import_release(*SENTENCES)
    assert ("greet", "您好") not in await texts(school)

    await school.examples.add(new("greet", "您好"))
    assert ("greet", "您好") in await texts(school)


async def test_what_a_release_no_longer_has_is_gone_but_for_what_staff_wrote(school: School) -> None:
    await school.examples.add(new("ask_fee", "办护照收费吗"))
    await school.import_release(*SENTENCES[1:])

    assert set(await texts(school)) == {*SENTENCES[1:], ("ask_fee", "办护照收费吗")}


@pytest.mark.parametrize(
    ("intent", "text"), [("unknown", "你好"), ("greet", "[你好](greeting"), ("greet", "你好\n您好"), ("greet", "  ")]
)
async def test_a_sentence_that_cannot_be_learnt_from_is_refused(school: School, intent: str, text: str) -> None:
    with pytest.raises(BadData):
        await school.examples.add(new(intent, text))


async def test_a_sentence_that_is_there_is_not_added_twice(school: School) -> None:
    with pytest.raises(ExampleKnown):
        await school.examples.add(new("greet", "你好"))


async def test_what_is_not_there_cannot_be_changed_or_removed(school: School) -> None:
    with pytest.raises(ExampleNotFound):
        await school.examples.edit("none", new("greet", "早"))
    with pytest.raises(ExampleNotFound):
        await school.examples.remove("none", by="李四")


async def test_examples_are_found_by_intent_and_by_words_page_by_page(school: School) -> None:
    first = await school.examples.page(ExamplePage(limit=3))
    rest = await school.examples.page(ExamplePage(after=first[-1].id, limit=3))

    assert len(first) + len(rest) == len(SENTENCES)
    found = await school.examples.page(ExamplePage(intent="ask_place", words="护照"))
    assert [one.text for one in found] == ["[护照](item)在哪办"]
    assert await school.examples.page(ExamplePage(words="%")) == []


async def test_a_sentence_of_two_intents_and_a_small_intent_are_problems(school: School) -> None:
    await school.examples.add(new("ask_place", "护照多少钱"))

    found = await school.examples.problems()

    assert [(one.about, one.intents) for one in found if one.kind == "two-intents"] == [
        ("护照多少钱", ["ask_fee", "ask_place"])
    ]
    assert {one.about for one in found if one.kind == "too-few"} == {"greet", "ask_fee", "ask_place"}


async def test_what_is_marked_otherwise_is_still_the_same_sentence(school: School) -> None:
    with pytest.raises(ExampleKnown):
        await school.examples.add(new("ask_place", "护照在哪办"))
    with pytest.raises(ExampleKnown):
        await school.examples.edit(example_id("greet", "你好"), new("ask_place", "护照在[哪办](item)"))


async def test_marking_words_of_a_sentence_changes_it_and_the_way_back_is_open(school: School) -> None:
    key = example_id("ask_fee", "护照多少钱")

    await school.examples.edit(key, new("ask_fee", "[护照](item)多少钱"))
    assert ("ask_fee", "[护照](item)多少钱") in await texts(school)
    await school.examples.edit(key, new("ask_fee", "护照多少钱"))
    assert ("ask_fee", "护照多少钱") in await texts(school)


async def test_an_entity_that_the_assistant_does_not_know_is_refused(school: School) -> None:
    with pytest.raises(BadMarks, match="knows no entity `city`"):
        await school.examples.add(new("ask_place", "[云江](city)在哪"))


async def test_who_edits_an_older_state_of_a_sentence_is_told(school: School) -> None:
    key = example_id("ask_fee", "护照多少钱")
    seen = await school.examples.example(key)
    await school.examples.edit(key, new("ask_fee", "护照要多少钱"), seen=seen)

    with pytest.raises(ExampleChanged):
        await school.examples.edit(key, new("ask_fee", "护照几块钱"), seen=seen)


async def test_a_sentence_can_be_added_where_it_was_edited_into_another(school: School) -> None:
    await school.examples.edit(example_id("ask_fee", "护照多少钱"), new("ask_fee", "护照几块钱"))

    added = await school.examples.add(new("ask_fee", "护照多少钱"))

    assert added.id != example_id("ask_fee", "护照多少钱")
    assert {"护照多少钱", "护照几块钱"} <= {text for _, text in await texts(school)}


async def test_sentences_move_together_or_not_at_all(school: School) -> None:
    await school.examples.add(new("ask_fee", "在哪办护照"))
    await school.examples.add(new("ask_place", "护照多少钱"))
    keys = [example_id("ask_fee", "在哪办护照"), example_id("ask_fee", "护照多少钱")]

    with pytest.raises(ExampleKnown, match="护照多少钱"):
        await school.examples.move(keys, "ask_place", by="李四")
    assert ("ask_fee", "在哪办护照") in await texts(school)

    assert await school.examples.move(keys[:1], "ask_place", by="李四") == 1
    assert await school.examples.move(keys[:1], "ask_place", by="李四") == 0
    assert ("ask_place", "在哪办护照") in await texts(school)
    with pytest.raises(BadData):
        await school.examples.move(keys, "unknown", by="李四")
    with pytest.raises(ExampleNotFound):
        await school.examples.move(["none"], "ask_place", by="李四")
    with pytest.raises(BadData):
        await school.examples.move([str(number) for number in range(201)], "ask_place", by="李四")


async def test_models_do_not_learn_what_they_are_judged_by(school: School) -> None:
    await school.held_out.keep(HeldOut(question="护照几块钱", intent="ask_fee"), by="李四")
    with pytest.raises(IsExample) as refused:
        await school.held_out.keep(HeldOut(question="护照在哪办", intent="ask_place"), by="李四")
    assert refused.value.intent == "ask_place"
    with pytest.raises(IsHeldOut):
        await school.examples.add(new("ask_fee", "[护照](item)几块钱"))
    await school.import_release(*SENTENCES, ("ask_fee", "护照几块钱"))
    found = await school.examples.problems()
    assert [(one.about, one.intents) for one in found if one.kind == "held-out"] == [("护照几块钱", ["ask_fee"])]


async def test_questions_kept_apart_are_found_page_by_page(school: School) -> None:
    for number, intent in enumerate(("ask_fee", "ask_place", "greet")):
        await school.held_out.keep(HeldOut(question=f"第{number}题", intent=intent), by="李四")

    first = await school.held_out.page(limit=2)
    assert [one.question for one in first] == ["第0题", "第1题"]
    assert [one.question for one in await school.held_out.page(after="第1题")] == ["第2题"]
    assert [one.question for one in await school.held_out.page(intent="greet")] == ["第2题"]
    assert [one.question for one in await school.held_out.page(words="1题")] == ["第1题"]
    assert await school.held_out.page(words="%") == []


async def test_a_pattern_that_no_example_marks_is_a_problem(school: School) -> None:
    def kinds(found: list[Problem]) -> list[tuple[str, str]]:
        return [(one.kind, one.about) for one in found if one.kind in {"unused-pattern", "unknown-entity"}]

    assert kinds(await school.examples.problems()) == [("unused-pattern", "mobile")]
    await school.examples.add(new("ask_fee", "电话[13800138000](mobile)"))
    assert kinds(await school.examples.problems()) == []
    await school.import_release(*SENTENCES, ("greet", "[云江](city)你好"))
    assert kinds(await school.examples.problems()) == [("unknown-entity", "city")]
