"""Staff read from the report what an import did and what to correct."""

from __future__ import annotations

from collections import Counter
from io import StringIO

import pytest
from rich.console import Console

from services.importing.report import NAMED_IN_REPORT, BadRow, Gone, Report, print_report


def shown(report: Report) -> str:
    file = StringIO()
    print_report(Console(file=file, width=200), report, noun="事项")
    return file.getvalue()


def test_bad_rows_are_named_with_place_and_field() -> None:
    text = shown(Report(bad=[BadRow(place="a.yml:3", field="is_fee", reason="Expected `bool`")]))
    assert "有误 a.yml:3  is_fee：Expected `bool`" in text


def test_what_looks_like_markup_is_shown_as_it_is() -> None:
    assert "[red]x" in shown(Report(bad=[BadRow(place="a.yml:3", field="", reason="[red]x")]))


@pytest.mark.parametrize(
    ("report", "fate"),
    [
        (Report(retired=True), "已标记为失效"),
        (Report(retire_withheld=True), "因有误的行尚未改正，仍然有效"),
        (Report(), "仍然有效（加 --retire 标记失效）"),
    ],
)
def test_gone_entries_are_named_with_what_became_of_them(report: Report, fate: str) -> None:
    report.gone.append(Gone(key="1", name="居住证申领"))
    text = shown(report)
    assert fate in text
    assert "1  居住证申领" in text


def test_a_long_list_is_cut_and_counted() -> None:
    bad = [BadRow(place=f"a.yml:{line}", field="x", reason="bad") for line in range(NAMED_IN_REPORT + 7)]
    assert "另有 7 条" in shown(Report(bad=bad))


def test_fields_that_were_left_out_are_told() -> None:
    assert "未识别的字段 colour：2 行" in shown(Report(ignored_fields=Counter(colour=2)))
