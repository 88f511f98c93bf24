"""Is every list searched and paged, and does every button that takes something away ask first?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[3] / "services" / "console"
#: Tables that nobody searches -> why each has an end that one sees.
BOUNDED: Mapping[str, str] = {
    "appointments/day.html": "one hall's day; a person is found at /appointments/find",
    "appointments/find.html": "one person's appointments",
    "appointments/hall.html": "the services of one hall",
    "appointments/holidays.html": "the holidays of this year and the next",
    "appointments/week.html": "seven days of one hall",
    "audit/entry.html": "the fields of one change",
    "catalogue/import.html": "the first 200 of one file; all bad rows are in the file that one downloads",
    "catalogue/sync.html": "the latest imports, and the machines",
    "faq/import.html": "the first 200 of one file; all are in the file that one downloads",
    "faq/recall.html": "the versions of one answer",
    "notices/notice.html": "the steps of one notice",
    "notices/testers.html": "at most twenty testers",
    "notices/ways.html": "the routes of one notice",
    "training/exchange.html": "the first 200 of one file; all are in the file that one downloads",
}
#: Last words of addresses that take something away, or that many people see at once.
WEIGHTY = (
    *("remove", "cancel", "withdraw", "disable", "discard", "end", "restore", "rollback", "promote", "approve"),
    *("missed", "stranded", "skip", "recovery-codes", "reset", "emergency"),
)
#: Those that need not ask -> what they do instead.
WITHOUT_ASKING: Mapping[str, str] = {"recovery-codes": "wants the password"}
FORM = re.compile(r"<form\b[^>]*method=\"post\"[^>]*>|forms\.button\((?:[^()]|\([^()]*\))*\)", re.DOTALL)
ADDRESS = re.compile(rf"/({'|'.join(WEIGHTY)})(?:[\"'?#]|$)")


def _templates() -> Iterator[tuple[str, str]]:
    for path in sorted(TEMPLATES.glob("*/templates/**/*.html")):
        area = path.relative_to(TEMPLATES).parts[0]
        yield f"{area}/{path.name}", path.read_text(encoding="utf-8")


def test_every_list_is_searched_and_paged_or_has_an_end_that_one_sees() -> None:
    lists = {name: text for name, text in _templates() if "lists.table(" in text or "<table" in text}

    assert len(lists) > 20
    for name, text in lists.items():
        searched = "lists.search(" in text and "lists.table(" in text  # the macro pages
        assert searched != (name in BOUNDED), f"{name} is neither searched and paged nor named as having an end"
    assert not set(BOUNDED) - set(lists), "a template that is no more"


def test_every_button_that_takes_something_away_asks_first() -> None:
    found = [(name, form) for name, text in _templates() for form in FORM.findall(text) if ADDRESS.search(form)]

    assert len(found) > 12
    for name, form in found:
        asks = "data-confirm=" in form or "ask=" in form
        assert asks or ADDRESS.findall(form)[0] in WITHOUT_ASKING, f"{name}: {form}"
