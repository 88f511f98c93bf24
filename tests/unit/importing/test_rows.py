"""Each entry of a file knows its line, and what cannot be read is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.importing.report import Report
from services.importing.rows import read_rows


def read(tmp_path: Path, name: str, text: str) -> tuple[list[tuple[int, object]], list[tuple[str, str]]]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    report = Report()
    rows = [(row.line, row.value) for row in read_rows(path, report)]
    return rows, [(bad.place, bad.reason) for bad in report.bad]


def test_json_lines_skip_the_bad_ones(tmp_path: Path) -> None:
    rows, bad = read(tmp_path, "a.jsonl", '{"a": 1}\n\n{"a": \n{"a": 2}\n')
    assert rows == [(1, {"a": 1}), (4, {"a": 2})]
    assert bad == [("a.jsonl:3", "not JSON: Expecting value (column 7)")]


def test_a_json_list_gives_the_line_of_each_element(tmp_path: Path) -> None:
    rows, bad = read(tmp_path, "a.json", '[\n {"a": 1},\n\n {"a":\n 2}\n]')
    assert rows == [(2, {"a": 1}), (4, {"a": 2})]
    assert bad == []


def test_a_yaml_list_gives_the_line_of_each_element(tmp_path: Path) -> None:
    rows, bad = read(tmp_path, "a.yml", "# items\n- a: 1\n  b: |-\n    x\n    y\n- a: 2\n")
    assert rows == [(2, {"a": 1, "b": "x\ny"}), (6, {"a": 2})]
    assert bad == []


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.json", '{"a": 1}', "a.json:1"),
        ("a.json", '[{"a": 1},\n{"a" 2}]', "a.json:2"),
        ("a.yml", "a: 1\n", "a.yml:1"),
        ("a.yml", "- a: 1\n- {b: \n", "a.yml:3"),
    ],
)
def test_a_file_that_is_no_list_of_entries_is_named_with_its_line(
    tmp_path: Path, name: str, text: str, place: str
) -> None:
    rows, bad = read(tmp_path, name, text)
    assert rows == []
    assert [where for where, _ in bad] == [place]


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    _, bad = read(tmp_path, "a.csv", "a,b")
    assert bad[0][1] == "expected a .jsonl, .json, .yml or .yaml file"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    report = Report()
    assert read_rows(tmp_path / "none.jsonl", report) == []
    assert report.bad[0].reason == "No such file or directory"


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gbk.jsonl"
    path.write_bytes('{"a": "身份证"}'.encode("gbk"))
    report = Report()
    assert read_rows(path, report) == []
    assert report.bad[0].reason.startswith("not UTF-8")


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    for name in ("a.jsonl", "a.yml"):
        assert read(tmp_path, name, "") == ([], [])


def test_yaml_cannot_make_objects(tmp_path: Path) -> None:
    rows, bad = read(tmp_path, "a.yml", "- !!python/object/apply:os.system ['true']\n")
    assert rows == []
    assert len(bad) == 1


@given(text=st.text(max_size=200))
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.yml"])
def test_no_text_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, name: str, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    report = Report()
    rows = read_rows(path, report)
    assert all(row.line >= 1 for row in rows)


@given(st.lists(st.dictionaries(st.text(max_size=5), st.one_of(st.none(), st.integers(), st.text(max_size=9)))))
def test_what_is_written_as_lines_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, entries: list[dict[str, object]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "back.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    assert [row.value for row in read_rows(path, Report())] == entries
