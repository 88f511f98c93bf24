"""Is what the pages say there: files, folders, headings, make targets, commands?"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "simulator/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
#: Our own files and folders, written as code.
PATH = re.compile(r"`((?:actions|benchmarks|bot|data|docs|launcher|migrations|services|simulator|tests)/[^`\s]*)`")
TARGET = re.compile(r"(?:^|`)(?:[A-Z_]+=\S+ )*make ([a-z][a-z -]*)", re.MULTILINE)
COMMAND = re.compile(r"python -m (bot|services|benchmarks[a-z_.]*|launcher services|simulator)\b([^`#\n]*)")
#: What stands for something else in a command: `<name>`, `FILE`, `…`.
PLACEHOLDER = re.compile(r"[<…A-Z]")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """The headings as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    wrong = []
    for link in LINK.findall(text_of(page)):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(link)
    assert wrong == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name != "decisions"], ids=name_of)
def test_every_path_is_there(page: Path) -> None:
    """Not in decisions: they tell of what was there, too."""
    named = [path for path in PATH.findall(text_of(page)) if not re.search(r"[<{…]", path)]
    assert [path for path in named if not [*ROOT.glob(path.rstrip("/")), *ROOT.glob(f"{path}.py")]] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_is_one(page: Path) -> None:
    known = set(re.findall(r"^([a-z][a-z-]*):", text_of(ROOT / "Makefile"), re.MULTILINE))
    named = {word for words in TARGET.findall(text_of(page)) for word in words.split()}
    assert named <= known


def commands() -> Iterator[tuple[str, ...]]:
    """Program and subcommand words of every command in the README and CONTRIBUTING, each once."""
    found = set()
    for page in PAGES[:2]:
        for program, rest in COMMAND.findall(text_of(page).replace("\\\n", " ")):
            words = []
            for word in shlex.split(rest.replace("'", " "), comments=True):
                if PLACEHOLDER.search(word) or not re.fullmatch(r"[a-z][a-z-]*", word):
                    break
                words.append(word)
            found.add((*program.replace("launcher services", "services").split(), *words))
    yield from sorted(found)


@pytest.mark.parametrize("words", [command for command in commands() if command[1:]], ids=" ".join)
def test_every_command_is_one(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    program, *names = words
    monkeypatch.setattr(sys, "argv", [program, *names, "--help"])
    with pytest.raises(SystemExit) as ended:
        import_module(f"{program}.__main__").main()
    assert ended.value.code == 0


@pytest.mark.parametrize("program", sorted({command[0] for command in commands()}))
def test_every_program_is_there(program: str) -> None:
    assert find_spec(program) is not None
