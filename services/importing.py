"""How do rows of files come into a topic's tables? Rows with their lines, what is wrong with which, and the report."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml
from rich.console import Console
from rich.markup import escape
from rich.table import Table

#: How feeds write "not known".
_NOTHING = frozenset({"", "无", "null", "NULL", "None"})
#: PostgreSQL holds neither NUL nor half of a surrogate pair; the other controls are noise in a feed.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff\u200b]")
_FIELD_IN_ERROR = re.compile(r" - at `\$\.?([^`]*)`$")
_MISSING_FIELD = re.compile(r"missing required field `(\w+)`")
#: Bad rows and gone entries that the report names one by one; the rest are counted.
NAMED_IN_REPORT = 50

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One entry of a file as it was read."""

    file: str
    line: int
    value: Any

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


class BadRowError(Exception):
    """A row cannot be used: `field` (empty for the row as a whole) and why."""

    def __init__(self, field_name: str, reason: str) -> None:
        self.field = field_name
        self.reason = reason
        super().__init__(f"{field_name}: {reason}" if field_name else reason)


@dataclass(frozen=True, kw_only=True, slots=True)
class BadRow:
    """A row that was left out, for the report."""

    place: str
    field: str
    reason: str


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
    bad: list[BadRow] = field(default_factory=list)
    #: Fields that we have no place for -> in how many rows.
    ignored_fields: Counter[str] = field(default_factory=Counter)

    @property
    def exit_code(self) -> int:
        return 1 if self.bad else 0


def read_rows(path: Path, report: Report) -> list[Row]:
    """The entries of a .jsonl, .json, .yml or .yaml file; what cannot be read goes into the report's bad rows."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        report.bad.append(BadRow(place=str(path), field="", reason=_why_unreadable(error)))
        return []
    if path.suffix == ".jsonl":
        return list(_json_lines(path.name, text, report))
    try:
        if path.suffix == ".json":
            return list(_json_list(path.name, text))
        if path.suffix in {".yml", ".yaml"}:
            return list(_yaml_list(path.name, text))
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        report.bad.append(BadRow(place=f"{path.name}:{_line_of(error)}", field="", reason=_first_line(error)))
        return []
    report.bad.append(BadRow(place=str(path), field="", reason="expected a .jsonl, .json, .yml or .yaml file"))
    return []


def _why_unreadable(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 at byte {error.start}"
    return error.strerror or type(error).__name__


def _json_lines(file: str, text: str, report: Report) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield Row(file=file, line=number, value=json.loads(line))
        except (ValueError, RecursionError) as error:
            report.bad.append(BadRow(place=f"{file}:{number}", field="", reason=f"not JSON: {_first_line(error)}"))


def _json_list(file: str, text: str) -> Iterator[Row]:
    """Each element of the file's one list, read one by one so that each knows its line."""
    decoder = json.JSONDecoder()
    space = re.compile(r"\s*")

    def skip(at: int) -> int:
        found = space.match(text, at)
        return found.end() if found else at

    at = skip(0)
    if text[at : at + 1] != "[":
        raise ValueError("expected one list of entries")
    at = skip(at + 1)
    while text[at : at + 1] != "]":
        value, end = decoder.raw_decode(text, at)
        yield Row(file=file, line=text.count("\n", 0, at) + 1, value=value)
        at = skip(end)
        if text[at : at + 1] == ",":
            at = skip(at + 1)
        elif text[at : at + 1] != "]":
            raise json.JSONDecodeError("expected , or ]", text, at)


def _yaml_list(file: str, text: str) -> Iterator[Row]:
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return
        if not isinstance(root, yaml.SequenceNode):
            raise yaml.YAMLError("expected one list of entries")
        for node in root.value:
            value = loader.construct_object(node, deep=True)
            yield Row(file=file, line=node.start_mark.line + 1, value=value)
    finally:
        loader.dispose()


def _line_of(error: Exception) -> int:
    if isinstance(error, json.JSONDecodeError):
        return error.lineno
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark is not None else 1


def _first_line(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (column {error.colno})"
    return str(getattr(error, "problem", None) or error).splitlines()[0]


def cleaned(value: Any) -> Any:
    """The value without noise: texts trimmed and storable; what says "not known" is None, and left out of lists."""
    if isinstance(value, str):
        text = _UNSTORABLE.sub("", value.replace("\r\n", "\n")).strip()
        return None if text in _NOTHING else text
    if isinstance(value, list):
        return [kept for kept in map(cleaned, value) if kept is not None]
    if isinstance(value, dict):
        pairs = ((key, cleaned(one)) for key, one in value.items() if isinstance(key, str))
        return {_UNSTORABLE.sub("", key): one for key, one in pairs if one is not None}
    return value


def converted(value: Mapping[str, Any], kind: type[T]) -> T:
    """The value as the typed struct; raises BadRowError naming the field."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        text = str(error)
        missing = _MISSING_FIELD.search(text)
        at = _FIELD_IN_ERROR.search(text)
        parts = [part for part in (at.group(1) if at else "", missing.group(1) if missing else "") if part]
        reason = _FIELD_IN_ERROR.sub("", text)
        if "Expected `str`, got `int`" in reason:
            reason += " (write it in quotes)"
        raise BadRowError(".".join(parts), reason) from error


def unknown_fields(value: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    """Names that the row has and we have no place for."""
    return sorted(set(value).difference(known))


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
        out.print("来源中已没有的，" + ("已标记为失效：" if report.retired else "仍然有效（加 --retire 标记失效）："))
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


def _print_rest(out: Console, count: int) -> None:
    if count > NAMED_IN_REPORT:
        out.print(f"  …… 另有 {count - NAMED_IN_REPORT} 条")
