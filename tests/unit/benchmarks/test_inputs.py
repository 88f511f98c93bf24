"""Are bad lines named, missing inputs said, and foreign tables read as the importer takes them?"""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.understanding.inputs import Notes, found, policies_as_entries, read_questions
from services.faq.incoming import ENTRIES


def test_good_lines_are_read_and_bad_ones_named(tmp_path: Path):
    path = tmp_path / "questions.jsonl"
    path.write_text('{"q": "a", "id": "1"}\nnonsense\n\n{"q": "b"}\n[]\n{"q": "c", "id": 3}\n', encoding="utf-8")
    notes = Notes()
    assert read_questions([path], ("q", "id"), notes) == [{"q": "a", "id": "1"}]
    assert [line.split(": ")[0] for line in notes.bad] == [f"questions.jsonl:{number}" for number in (2, 4, 5, 6)]


def test_several_files_are_read_one_after_the_other(tmp_path: Path):
    for name in ("b", "a"):
        (tmp_path / f"queries_{name}.jsonl").write_text(json.dumps({"q": name}), encoding="utf-8")
    notes = Notes()
    rows = read_questions(found(tmp_path, "queries*.jsonl", notes), ("q",), notes)
    assert [row["q"] for row in rows] == ["a", "b"]
    assert notes == Notes()


def test_what_is_missing_is_said_once(tmp_path: Path):
    notes = Notes()
    assert found(tmp_path, "queries*.jsonl", notes) == []
    assert found(tmp_path, "queries*.jsonl", notes) == []
    assert notes.missing == [f"{tmp_path.name}/queries*.jsonl"]


def test_a_table_of_policies_becomes_entries_that_the_importer_takes(tmp_path: Path):
    table, target = tmp_path / "table.tsv", tmp_path / "entries.jsonl"
    table.write_text(
        'id\tdocid\tquestion\tanswer\nab12\td\t几天？\t"三天内"办好。\nno-answer\td\t怎么办？\t \n', encoding="utf-8"
    )
    notes = Notes()
    assert policies_as_entries(table, target, notes) == 1
    entry = ENTRIES.read(json.loads(target.read_text(encoding="utf-8")))
    assert (entry.id, entry.question, entry.answer) == ("ab12", "几天？", '"三天内"办好。')
    assert notes.bad == ["table.tsv:3: no id, question or answer"]
