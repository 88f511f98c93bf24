"""Does Rasa read what we write of marked sentences as we mean it, and do we read it back?"""

from __future__ import annotations

from pathlib import Path

from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

from services.importing.report import Report
from services.training import rasa_yaml
from services.training.marks import read, write
from services.training.types import Example
from tests.unit.training.test_marks import WRITTEN


def test_what_is_marked_on_a_page_is_what_rasa_reads_from_the_file(tmp_path: Path) -> None:
    examples = [
        Example(id=str(number), topic="basics", intent="ask_place", text=write(marked))
        for number, marked in enumerate(WRITTEN.values())
    ]
    rasa_yaml.write_folder(tmp_path / "out", examples, tmp_path)

    read_by_rasa = RasaYAMLReader().read(str(tmp_path / "out" / "basics.yml")).training_examples

    for message, marked in zip(read_by_rasa, WRITTEN.values(), strict=True):
        found = [(one["start"], one["end"], one["entity"]) for one in message.get("entities") or ()]
        assert message.get("text") == marked.text
        assert found == [(one.start, one.end, one.entity) for one in marked.marks]
    again = rasa_yaml.read_folder(tmp_path / "out", Report())
    assert [read(entry.value.text) for entry in again.entries] == list(WRITTEN.values())
