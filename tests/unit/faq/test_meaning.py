"""What becomes of the words' result when meanings are known too?"""

from __future__ import annotations

from services.dense.fusion import Near
from services.faq.meaning import joined
from services.faq.types import FaqHit, FaqResult


def hit(entry_id: str, score: float = 0.0) -> FaqHit:
    return FaqHit(
        id=entry_id,
        question="",
        answer="",
        department="",
        source="",
        source_url="",
        valid_until=None,
        topics=[],
        task_code="",
        score=score,
    )


def near(**similarity: float) -> list[Near]:
    return [Near(key=key, similarity=value) for key, value in similarity.items()]


HELD = {key: hit(key) for key in "abcd"}
NOTHING = FaqResult(verdict="none", hits=[])
OFFER = FaqResult(verdict="offer", hits=[hit("a", 0.65), hit("b", 0.62)])


def join(lexical: FaqResult, *found: Near) -> tuple[str, list[str]]:
    result = joined(lexical, found, HELD, sure=0.8, limit=3)
    return result.verdict, [one.id for one in result.hits]


def test_nothing_near_changes_nothing() -> None:
    assert joined(OFFER, [], HELD, sure=0.8, limit=3) == OFFER


def test_words_and_meaning_that_agree_are_sure() -> None:
    assert join(OFFER, *near(a=0.85, b=0.7)) == ("sure", ["a", "b"])


def test_they_are_not_where_a_second_entry_means_as_much() -> None:
    assert join(OFFER, *near(a=0.9, b=0.85))[0] == "offer"


def test_they_are_not_where_the_meaning_is_only_near() -> None:
    assert join(OFFER, *near(a=0.75))[0] == "offer"


def test_meaning_alone_offers_and_never_answers() -> None:
    assert join(NOTHING, *near(c=0.99)) == ("offer", ["c"])


def test_where_they_differ_both_are_offered_the_common_ones_first() -> None:
    assert join(OFFER, *near(c=0.9, b=0.85)) == ("offer", ["b", "a", "c"])


def test_an_entry_that_does_not_hold_today_is_not_offered() -> None:
    assert join(NOTHING, *near(expired=0.99)) == ("none", [])


def test_a_score_is_what_found_the_entry() -> None:
    result = joined(OFFER, near(c=1.0000001), HELD, sure=0.8, limit=3)

    assert {one.id: one.score for one in result.hits} == {"a": 0.65, "b": 0.62, "c": 1.0}
