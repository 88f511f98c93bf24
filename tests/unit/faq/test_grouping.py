"""Do questions that ask the same come together, and others not?"""

from __future__ import annotations

from datetime import datetime, timezone

from hypothesis import given
from hypothesis import strategies as st

from services.faq.grouping import grouped
from services.faq.types import Unanswered

AT = datetime(2026, 11, 27, tzinfo=timezone.utc)


def asked(question: str, count: int = 1) -> Unanswered:
    return Unanswered(
        question=question, count=count, first_asked_at=AT, last_asked_at=AT, best_id=None, best_score=None
    )


def test_what_shares_most_of_its_words_is_one_group_with_the_most_asked_at_its_head() -> None:
    groups = grouped([asked("公园几点开门", 5), asked("公园几点开门呀", 3), asked("停车费怎么交", 4)])

    assert [(group.head.question, group.count) for group in groups] == [("公园几点开门", 8), ("停车费怎么交", 4)]


def test_single_characters_and_marks_do_not_fall_over() -> None:
    assert len(grouped([asked("啊"), asked("？？"), asked("呢")])) == 3


@given(st.lists(st.text(max_size=12), max_size=30))
def test_every_question_is_in_exactly_one_group(questions: list[str]) -> None:
    groups = grouped([asked(question) for question in questions])

    assert sorted(one.question for group in groups for one in group.questions) == sorted(questions)
