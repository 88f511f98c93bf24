"""Do staff's edits of the training data hold, whatever a release brings?"""

from __future__ import annotations

import pytest

from services.training.errors import BadData
from services.training.examples import ExampleKnown, ExampleNotFound
from services.training.rasa_yaml import example_id
from services.training.types import ExamplePage, NewExample
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
