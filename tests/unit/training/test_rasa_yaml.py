"""Do training files become examples, and examples training files, with nothing lost and every fault named?"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import yaml

from services.importing.report import Report
from services.training.errors import BadData
from services.training.examples import digest_of, read_release
from services.training.rasa_yaml import example_id, read_folder, write_folder, zipped

FILE = """
version: "3.1"
nlu:
- intent: greet
  examples: |
    - 你好
    - 您好
- intent: ask_place
  examples: |
    - [护照](item)在哪办
    - '[居住证]{"entity": "item"}去哪儿办'
- regex: case_number
  examples: |
    - YJ[0-9]{8}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "basics.yml").write_text(FILE, encoding="utf-8")
    return tmp_path


def bad(folder: Path, content: str) -> Report:
    (folder / "basics.yml").write_text(content, encoding="utf-8")
    report = Report()
    read_folder(folder, report)
    return report


def test_every_sentence_of_every_intent_is_an_example_of_its_topic(folder: Path) -> None:
    delivery, _ = read_release(folder)

    found = [(entry.value.topic, entry.value.intent, entry.value.text) for entry in delivery.entries]
    assert found == [
        ("basics", "greet", "你好"),
        ("basics", "greet", "您好"),
        ("basics", "ask_place", "[护照](item)在哪办"),
        ("basics", "ask_place", '[居住证]{"entity": "item"}去哪儿办'),
    ]


def test_written_files_hold_the_same_examples_and_the_release_s_own_patterns(folder: Path, tmp_path: Path) -> None:
    delivery, _ = read_release(folder)
    examples = [entry.value for entry in delivery.entries]
    out = tmp_path / "out"

    write_folder(out, examples, folder)

    again, _ = read_release(out)
    assert digest_of([entry.value for entry in again.entries]) == digest_of(examples)
    blocks = yaml.safe_load((out / "basics.yml").read_text(encoding="utf-8"))["nlu"]
    assert [block["regex"] for block in blocks if "regex" in block] == ["case_number"]


def test_the_project_s_own_files_survive_the_way_there_and_back(tmp_path: Path) -> None:
    release = Path(__file__).resolve().parents[3] / "data" / "nlu"
    delivery, _ = read_release(release)
    examples = [entry.value for entry in delivery.entries]

    write_folder(tmp_path, examples, release)

    again, _ = read_release(tmp_path)
    assert len(examples) > 500
    assert digest_of([entry.value for entry in again.entries]) == digest_of(examples)


def test_a_sentence_that_stands_twice_counts_once(folder: Path) -> None:
    report = bad(folder, "nlu:\n- intent: greet\n  examples: |\n    - 你好\n    - 你好\n")

    assert (report.repeated, report.bad) == (1, [])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("nlu: 3", "expected a list under `nlu`"),
        ("nlu:\n- intent: [", "while parsing"),
        ("nlu:\n- intent: greet\n  examples: [你好]", "examples must be one text"),
        ("nlu:\n- intent: greet\n  examples: |\n    你好\n", "each example begins with `- `"),
        ("nlu:\n- intent: Greet\n  examples: |\n    - 你好\n", "Expected `str` matching regex"),
        ("nlu:\n- intent: greet\n  examples: |\n    - [你好](\n", "a bracket of an entity has no partner"),
        ("nlu:\n- intent: greet\n  examples: |\n    - " + "长" * 501 + "\n", "length <= 500"),
    ],
)
def test_a_bad_file_is_named_with_the_place_and_the_reason(folder: Path, content: str, reason: str) -> None:
    report = bad(folder, content)

    assert len(report.bad) == 1
    assert report.bad[0].place.startswith("basics.yml")
    assert reason in report.bad[0].reason


def test_a_release_with_a_bad_file_is_refused_whole(folder: Path) -> None:
    (folder / "more.yml").write_text("nlu: 3", encoding="utf-8")

    with pytest.raises(BadData, match=r"more\.yml"):
        read_release(folder)


def test_an_example_keeps_its_id_however_often_it_is_read() -> None:
    assert example_id("greet", "你好") == example_id("greet", "你好") != example_id("bye", "你好")


def test_the_data_of_a_version_is_one_zip_of_its_files(folder: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(zipped(folder))) as archive:
        assert archive.namelist() == ["basics.yml"]
