"""Do marked sentences survive the way from places to Rasa's writing and back, and is what means nothing refused?"""

from __future__ import annotations

import pytest

from services.training.marks import BadMarks, Mark, Marked, check, pieces, plain, problem, read, readable, write

ITEM = Mark(start=0, end=2, entity="item")
#: Written by Rasa's rules -> what is said, and what is marked in it.
WRITTEN = {
    "你好": Marked(text="你好", marks=[]),
    "[护照](item)在哪办": Marked(text="护照在哪办", marks=[ITEM]),
    "[护照](item:passport)在哪办": Marked(
        text="护照在哪办", marks=[Mark(start=0, end=2, entity="item", value="passport")]
    ),
    '从[云江]{"entity":"city","role":"from"}到[海宁]{"entity":"city","role":"to","value":"HN"}': Marked(
        text="从云江到海宁",
        marks=[
            Mark(start=1, end=3, entity="city", role="from"),
            Mark(start=4, end=6, entity="city", role="to", value="HN"),
        ],
    ),
    # A name beyond the first 65,536 characters is one character here, and two to a browser.
    "我叫𠮷野，电话[13800138000](mobile)": Marked(
        text="我叫𠮷野，电话13800138000", marks=[Mark(start=7, end=18, entity="mobile")]
    ),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_marked_sentence_is_read_and_written_again(written: str) -> None:
    assert read(written) == WRITTEN[written]
    assert write(read(written)) == written
    assert plain(written) == WRITTEN[written].text


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("[](item)在哪办", "marks no words"),
        ("[护照](Item)在哪办", "`Item` is no name"),
        ('[护照]{"entity": 3}在哪办', "is no name"),
        ('[护照]{"colour": "red"}在哪办', "is no name"),
        ("护照]在哪办", "has no partner"),
        ("[护照](item在哪办", "has no partner"),
    ],
)
def test_marks_that_mean_nothing_are_refused_and_can_be_looked_at(written: str, reason: str) -> None:
    assert reason in (problem(written) or "")
    assert readable(written) == Marked(text=written)


@pytest.mark.parametrize(
    ("marks", "fault"),
    [
        ([Mark(start=0, end=6, entity="item")], "out-of-bounds"),
        ([Mark(start=2, end=2, entity="item")], "out-of-bounds"),
        ([Mark(start=3, end=2, entity="item")], "out-of-bounds"),
        ([ITEM, Mark(start=1, end=3, entity="item")], "overlap"),
        ([Mark(start=0, end=2, entity="Item")], "bad-name"),
        ([Mark(start=0, end=2, entity="item", value="a]b")], "bracket"),
    ],
)
def test_marks_that_have_no_place_in_the_sentence_are_refused(marks: list[Mark], fault: str) -> None:
    with pytest.raises(BadMarks) as refused:
        write(Marked(text="护照在哪办", marks=marks))

    assert refused.value.fault == fault


def test_a_mark_neither_begins_nor_ends_with_a_space_and_a_sentence_has_no_brackets() -> None:
    with pytest.raises(BadMarks, match="space"):
        write(Marked(text="护照 在哪办", marks=[Mark(start=0, end=3, entity="item")]))
    with pytest.raises(BadMarks, match="no partner"):
        write(Marked(text="护照[在哪办"))


def test_an_entity_that_the_assistant_does_not_know_is_refused() -> None:
    check(read("[护照](item)在哪办"), {"item"})
    with pytest.raises(BadMarks, match="knows no entity `item`"):
        check(read("[护照](item)在哪办"), {"mobile"})


def test_a_sentence_is_shown_in_pieces() -> None:
    said = read("办[护照](item)去哪")

    assert [(words, mark.entity if mark else "") for words, mark in pieces(said)] == [
        ("办", ""),
        ("护照", "item"),
        ("去哪", ""),
    ]
