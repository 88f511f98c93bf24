"""What did an import do? Counts, and the names of what was left out."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

#: Bad rows and gone entries that the report names one by one; the rest are counted.
NAMED_IN_REPORT = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class BadRow:
    """A row that was left out, for the report."""

    place: str
    field: str
    reason: str
    #: The row as it was read, to be given back; a text where it could not even be read, None where there is no row.
    value: Any = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """Something that its source held before and does not hold now."""

    key: str
    name: str


@dataclass(kw_only=True, slots=True)
class Report:
    """What an import did."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    #: Rows equal to an earlier one of the same import; harmless.
    repeated: int = 0
    gone: list[Gone] = field(default_factory=list)
    #: Were the gone ones marked as no longer in force?
    retired: bool = False
    #: Were they to be marked, but bad rows made it uncertain which are gone?
    retire_withheld: bool = False
    bad: list[BadRow] = field(default_factory=list)
    #: Fields that we have no place for -> in how many rows.
    ignored_fields: Counter[str] = field(default_factory=Counter)

    @property
    def exit_code(self) -> int:
        return 1 if self.bad else 0


def print_report(out: Console, report: Report, *, noun: str) -> None:
    """The report for its reader; Chinese headings, since staff run imports."""
    table = Table(title=f"{noun}导入结果", title_justify="left")
    for heading in ("新增", "更新", "未变", "重复", "来源中已没有", "有误"):
        table.add_column(heading, justify="right")
    counts: Sequence[int] = (
        report.added, report.updated, report.unchanged, report.repeated, len(report.gone), len(report.bad)
    )  # fmt: skip
    table.add_row(*map(str, counts))
    out.print(table)
    if report.gone:
        out.print(f"来源中已没有的，{_fate(report)}：")
        for gone in report.gone[:NAMED_IN_REPORT]:
            out.print(f"  {escape(gone.key)}  {escape(gone.name)}")
        _print_rest(out, len(report.gone))
    for name, rows in sorted(report.ignored_fields.items()):
        out.print(f"未识别的字段 {escape(name)}：{rows} 行，未导入", style="yellow")
    for bad in report.bad[:NAMED_IN_REPORT]:
        out.print(
            f"有误 {escape(bad.place)}  {escape(bad.field or '-')}：{escape(bad.reason)}", style="red", soft_wrap=True
        )
    _print_rest(out, len(report.bad))


def _fate(report: Report) -> str:
    if report.retired:
        return "已标记为失效"
    return "因有误的行尚未改正，仍然有效" if report.retire_withheld else "仍然有效（加 --retire 标记失效）"


def _print_rest(out: Console, count: int) -> None:
    if count > NAMED_IN_REPORT:
        out.print(f"  …… 另有 {count - NAMED_IN_REPORT} 条")
