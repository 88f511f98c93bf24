"""Do the tables of docs/settings.md name every setting there is, with its real default, and no other?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

from actions.settings import PLAIN, PREFIX, TOPICS, ActionSettings
from bot.asking import AskSettings
from bot.settings import BotSettings
from services.settings import ServicesSettings
from simulator.settings import SimulatorSettings

ROOT = Path(__file__).resolve().parents[3]
KINDS = (ServicesSettings, BotSettings, SimulatorSettings)
NAME = re.compile(r"\bZQ_[A-Z_]*[A-Z]\b|\bDATABASE_URL\b")
LINE = re.compile(r"^\| (?P<names>`[^|]*`) \| (?P<default>[^|]*) \|")
#: Read by programs that are not ours, from their own files.
RASA_FILES = ("endpoints.yml", "credentials.yml")


def in_code() -> Mapping[str, object]:
    """Name -> default, `msgspec.NODEFAULT` where a value must be given; ... where it is not fixed."""
    found: dict[str, object] = {
        field.encode_name: field.default for kind in (*KINDS, AskSettings) for field in msgspec.structs.fields(kind)
    }
    # The edge's bound for a turn counts, not that of who tries out a list of questions.
    found |= {field.encode_name: field.default for kind in KINDS for field in msgspec.structs.fields(kind)}
    defaults = {field.name: field.default for field in msgspec.structs.fields(ActionSettings)}
    found |= {PREFIX + name.upper(): defaults[name] for name in PLAIN}
    found |= {f"{PREFIX}{topic.upper()}_{part}": ... for topic in TOPICS for part in ("URL", "TOKEN")}
    sources = [ROOT / name for name in RASA_FILES]
    for folder in ("actions", "bot", "launcher", "services", "simulator"):
        sources += (ROOT / folder).rglob("*.py")
    for source in sources:
        found |= {name: ... for name in NAME.findall(source.read_text(encoding="utf-8")) if name not in found}
    return found


def lines() -> Iterator[tuple[list[str], str]]:
    """Names and default of each line of the tables."""
    for line in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").splitlines():
        if match := LINE.match(line):
            yield NAME.findall(match["names"]), match["default"]


def test_every_setting_has_its_line_and_every_line_its_setting() -> None:
    named = NAME.findall((ROOT / "docs" / "settings.md").read_text(encoding="utf-8"))
    assert set(named) == set(in_code())


def test_no_setting_has_two_lines() -> None:
    named = [name for names, _ in lines() for name in names]
    assert sorted(named) == sorted(set(named))


def test_the_defaults_are_the_real_ones() -> None:
    code, wrong = in_code(), []
    for names, told in lines():
        for name in names:
            default = code[name]
            if default is ...:
                continue
            real = "required" if default is msgspec.NODEFAULT else f"`{default}`" if default != "" else "empty"
            wrong += [(name, told, real)] if told != real else []
    assert wrong == []


@pytest.mark.parametrize(
    "page",
    ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", *sorted(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))],
)
def test_no_page_names_a_setting_that_there_is_not(page: str) -> None:
    assert set(NAME.findall((ROOT / page).read_text(encoding="utf-8"))) <= set(in_code())
