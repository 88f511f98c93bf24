"""Does a figure under its floor, or one that was not measured, show?"""

from __future__ import annotations

from benchmarks.understanding.floors import below, read_floors

RESULTS = {"own": {"items": {"first": 90.5, "by_style": {"typo": {"first": None}}}, "faq": {}}}


def test_figures_at_or_over_their_floor_are_fine():
    assert below(RESULTS, {"own.items.first": 90.5}) == []


def test_a_figure_under_its_floor_is_named_with_both_numbers():
    (line,) = below(RESULTS, {"own.items.first": 91})
    assert line == "own.items.first: 90.5, at least 91 is expected"


def test_what_was_not_measured_counts_as_too_low():
    lines = below(RESULTS, {"own.faq.recall1": 50, "own.items.by_style.typo.first": 50, "own.none.at.all": 1})
    assert all("was not measured" in line for line in lines)
    assert len(lines) == 3


def test_the_committed_floors_are_shares_of_the_projects_own_questions():
    floors = read_floors()
    assert floors
    assert all(place.startswith(("own.items.", "own.faq.")) and 0 < least <= 100 for place, least in floors.items())
