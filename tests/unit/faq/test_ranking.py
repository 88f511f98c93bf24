"""An expired answer is withheld, and doubt is offered instead of told."""

from __future__ import annotations

from datetime import date, datetime, timezone
from functools import partial

import pytest

from services.faq.ranking import Scored, is_valid
from services.faq.ranking import result as ranked
from services.faq.types import FaqHit
from services.search.verdict import Thresholds

result = partial(ranked, thresholds=Thresholds(nothing=0.6, sure=0.68, tie=0.08, agreed=0.0))

TODAY = date(2026, 11, 23)


def scored(
    entry_id: str,
    score: float,
    valid_until: date | None = None,
    *,
    valid_from: date | None = None,
    exact: bool = False,
) -> Scored:
    hit = FaqHit(
        id=entry_id,
        question="问",
        answer="答",
        department="",
        source="",
        source_url="",
        valid_from=valid_from,
        valid_until=valid_until,
        topics=[],
        task_code="",
        written_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
        score=score,
    )
    return Scored(hit=hit, score=score, words=score, exact=exact)


@pytest.mark.parametrize(
    ("valid_until", "valid"),
    [(None, True), (date(2026, 11, 24), True), (date(2026, 11, 23), True), (date(2026, 11, 22), False)],
)
def test_an_answer_holds_through_its_last_day(valid_until: date | None, valid: bool) -> None:
    assert is_valid(None, valid_until, TODAY) is valid


@pytest.mark.parametrize(
    ("valid_from", "valid"),
    [(None, True), (date(2026, 11, 24), False), (date(2026, 11, 23), True), (date(2026, 11, 22), True)],
)
def test_an_answer_holds_from_its_first_day(valid_from: date | None, valid: bool) -> None:
    assert is_valid(valid_from, date(2026, 12, 1), TODAY) is valid


def test_a_lone_good_hit_is_sure() -> None:
    found = result([scored("a", 0.95), scored("b", 0.3)], today=TODAY, limit=3)
    assert (found.verdict, [hit.id for hit in found.hits]) == ("sure", ["a", "b"])


def test_close_hits_are_offered() -> None:
    assert result([scored("a", 0.9), scored("b", 0.89)], today=TODAY, limit=3).verdict == "offer"


def test_one_exact_wording_is_sure_beside_a_close_hit() -> None:
    assert result([scored("a", 1.0, exact=True), scored("b", 0.99)], today=TODAY, limit=3).verdict == "sure"


def test_nothing_like_it_shows_nothing() -> None:
    assert result([scored("a", 0.1)], today=TODAY, limit=3).hits == []


def test_an_expired_best_answer_makes_room_for_the_next() -> None:
    found = result([scored("old", 1.0, date(2026, 1, 1), exact=True), scored("new", 0.95)], today=TODAY, limit=3)
    assert (found.verdict, [hit.id for hit in found.hits]) == ("sure", ["new"])


def test_an_answer_of_tomorrow_makes_room_for_the_one_of_today() -> None:
    tomorrow = scored("new", 1.0, valid_from=date(2026, 11, 24), exact=True)
    found = result([tomorrow, scored("old", 0.95, date(2026, 11, 23))], today=TODAY, limit=3)
    assert (found.verdict, [hit.id for hit in found.hits]) == ("sure", ["old"])


def test_when_only_expired_answers_fit_there_is_none() -> None:
    assert result([scored("old", 1.0, date(2026, 1, 1))], today=TODAY, limit=3).verdict == "none"


def test_what_fits_better_to_a_question_that_nobody_answers_is_refused() -> None:
    assert result([scored("a", 0.7)], today=TODAY, limit=3, beyond=0.9).verdict == "none"


def test_an_entry_that_fits_as_well_as_what_nobody_answers_is_told() -> None:
    assert result([scored("a", 0.9)], today=TODAY, limit=3, beyond=0.9).verdict == "sure"


def test_an_entrys_own_wording_is_told_whatever_nobody_answers() -> None:
    assert result([scored("a", 0.9, exact=True)], today=TODAY, limit=3, beyond=1.0).verdict == "sure"
