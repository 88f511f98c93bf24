"""Citizens see options that they can tell apart, and their own district's item first."""

from __future__ import annotations

from functools import partial

import pytest

from services.catalogue.deeds import Wish
from services.catalogue.districts import Reach, reach
from services.catalogue.ranking import Scored
from services.catalogue.ranking import result as ranked
from services.catalogue.types import ItemHit, SearchResult
from services.search.verdict import Thresholds

thresholds = Thresholds(nothing=0.38, sure=0.52, tie=0.08, agreed=0.0)
result = partial(ranked, thresholds=thresholds, wish=Wish(""))

CITY, NORTH, SOUTH = "990000", "990101", "990102"
DISTRICTS = {CITY: "云江市", NORTH: "江北区", SOUTH: "江南区", "440000": "别省"}


def scored(name: str, score: float, area: str = CITY, *, exact: bool = False, code: str = "") -> Scored:
    hit = ItemHit(
        task_code=code or f"{name}@{area}",
        task_name=name,
        dept_name="局",
        district=DISTRICTS[area],
        area_code=area,
        score=0.0,
        aliases=[],
    )
    return Scored(hit=hit, score=score, words=score, exact=exact)


def codes(found: SearchResult) -> list[str]:
    return [hit.task_code for hit in found.hits]


@pytest.mark.parametrize(
    ("item_area", "citizen_area", "expected"),
    [
        (NORTH, NORTH, Reach.OWN),
        (CITY, NORTH, Reach.AROUND),
        (NORTH, CITY, Reach.WITHIN),
        (NORTH, SOUTH, Reach.ELSEWHERE),
        ("440000", "440100", Reach.AROUND),
        ("440000", NORTH, Reach.ELSEWHERE),
    ],
)
def test_area_codes_nest(item_area: str, citizen_area: str, expected: Reach) -> None:
    assert reach(item_area, citizen_area) is expected


def test_a_lone_good_hit_is_sure() -> None:
    found = result([scored("甲", 0.9), scored("乙", 0.3)], area_code="", limit=3)
    assert (found.verdict, codes(found)[0]) == ("sure", "甲@990000")


def test_close_hits_are_asked_about() -> None:
    assert result([scored("甲", 0.9), scored("乙", 0.89)], area_code="", limit=3).verdict == "ask"


def test_a_weak_best_hit_is_asked_about() -> None:
    assert result([scored("甲", 0.5)], area_code="", limit=3).verdict == "ask"


def test_nothing_like_it_shows_nothing() -> None:
    found = result([scored("甲", 0.2)], area_code="", limit=3)
    assert (found.verdict, found.hits) == ("none", [])
    assert result([], area_code="", limit=3).verdict == "none"


def test_one_exact_name_is_sure_beside_close_hits() -> None:
    found = result([scored("甲", 1.0, exact=True), scored("甲乙", 0.99)], area_code="", limit=3)
    assert found.verdict == "sure"


def test_one_name_in_several_districts_is_asked_about_by_district() -> None:
    hits = [scored("居住证申领", 1.0, NORTH, exact=True), scored("居住证申领", 1.0, SOUTH, exact=True)]
    found = result(hits, area_code="", limit=3)
    assert found.verdict == "ask"
    assert {hit.district for hit in found.hits} == {"江北区", "江南区"}


def test_a_citizens_district_decides_between_twins() -> None:
    hits = [scored("居住证申领", 1.0, NORTH, exact=True), scored("居住证申领", 1.0, SOUTH, exact=True)]
    found = result(hits, area_code=SOUTH, limit=3)
    assert (found.verdict, codes(found)) == ("sure", ["居住证申领@990102"])


def test_the_citys_item_serves_a_district_that_has_none_of_its_own() -> None:
    hits = [scored("结婚登记", 0.9, NORTH), scored("结婚登记", 0.9, CITY)]
    assert codes(result(hits, area_code=SOUTH, limit=3)) == ["结婚登记@990000"]


def test_another_districts_item_alone_is_never_sure() -> None:
    found = result([scored("居住证申领", 1.0, NORTH, exact=True)], area_code=SOUTH, limit=3)
    assert (found.verdict, codes(found)) == ("ask", ["居住证申领@990101"])


def test_hits_that_look_the_same_are_shown_once() -> None:
    found = result([scored("甲", 0.9, code="1"), scored("甲", 0.9, code="2")], area_code="", limit=3)
    assert (found.verdict, codes(found)) == ("sure", ["1"])


def test_of_equal_hits_the_shorter_name_comes_first() -> None:
    found = result([scored("许可证核发", 0.9), scored("许可证", 0.9)], area_code="", limit=3)
    assert codes(found) == ["许可证@990000", "许可证核发@990000"]


def test_the_limit_holds_and_does_not_make_it_sure() -> None:
    found = result([scored("甲", 0.9), scored("乙", 0.9)], area_code="", limit=1)
    assert (found.verdict, len(found.hits)) == ("ask", 1)


def test_what_is_to_be_done_decides_between_names_that_differ_by_nothing_else() -> None:
    hits = [scored("社工证变更", 0.6), scored("社工证注销", 0.6), scored("社工证查询", 0.6)]
    for question, expected in (
        ("我不干了，社工证怎么处理", "社工证注销"),
        ("社工证上名字错了", "社工证变更"),
        ("社工证真假哪里查", "社工证查询"),
    ):
        found = ranked(hits, area_code="", limit=3, thresholds=thresholds, wish=Wish(question))
        assert found.hits[0].task_name == expected


def test_an_item_that_is_called_by_its_name_comes_first_whatever_is_to_be_done() -> None:
    hits = [scored("社工证变更", 1.0, exact=True), scored("社工证注销", 0.97)]
    found = ranked(hits, area_code="", limit=3, thresholds=thresholds, wish=Wish("我不干了，社工证变更"))
    assert (found.verdict, found.hits[0].task_name) == ("sure", "社工证变更")


def test_what_is_to_be_done_orders_hits_but_says_nothing_of_whether_one_is_meant() -> None:
    wish = Wish("我不干了，社工证怎么处理")
    hits = [scored("社工证变更", 0.6), scored("社工证注销", 0.58)]
    found = ranked(hits, area_code="", limit=3, thresholds=thresholds, wish=wish)
    assert (found.hits[0].task_name, found.hits[0].score) == ("社工证注销", 0.6)
    doubtful = [scored("社工证查询", 0.39)]
    assert ranked(doubtful, area_code="", limit=3, thresholds=thresholds, wish=wish).verdict == "ask"
