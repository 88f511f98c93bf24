"""Which entries does a file hold, and on which line does each start? JSON lines, JSON and YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from services.importing.report import BadRow, Report


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One entry of a file as it was read."""

    file: str
    line: int
    value: Any

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


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
            reason = f"not JSON: {_first_line(error)}"
            report.bad.append(BadRow(place=f"{file}:{number}", field="", reason=reason, value=line.strip()))


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
    # The same rules in C, some ten times as fast; a few platforms have no wheel with it.
    loader = (yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)(text)
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
