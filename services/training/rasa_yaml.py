"""How does Rasa's YAML become examples, and examples Rasa's YAML?

The database is the master of the intents' examples; the files of a release are how they first get there, and what
training reads is written from the database. Everything else in the files (patterns, look-up tables) is the release's
own and is taken from there unchanged.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
import yaml

from services.importing.delivery import Delivery, Entry, content_hash
from services.importing.report import BadRow, Report
from services.training import marks
from services.training.types import Example

FEED = "release"
LINE = re.compile(r"^\s*- ?(.*)$")
VERSION = "3.1"
#: What an archive may unfold to.
MOST_FILES, MOST_BYTES = 200, 20 * 1024 * 1024
# The same rules in C, some ten times as fast; a few platforms have no wheel with them.
_LOADER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_DUMPER: Any = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One line of a file."""

    topic: str
    intent: str
    text: str
    place: str


def read_folder(folder: Path, report: Report) -> Delivery[Example]:
    """Every intent's example in the folder's files, once; bad ones are named in the report."""
    delivery: Delivery[Example] = Delivery()
    delivery.feeds.add(FEED)
    for path in sorted(folder.glob("*.yml")):
        for said in _lines(path.name, _content(path, report), report):
            _take(delivery, said, report)
    return delivery


def read_upload(name: str, content: bytes, report: Report) -> list[Said]:
    """The sentences of a .yml or .yaml file, or of a .zip of them; what cannot be read is named in the report."""
    if not name.lower().endswith(".zip"):
        return list(_lines(name, content, report))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = [one for one in archive.infolist() if one.filename.lower().endswith((".yml", ".yaml"))]
            if len(files) > MOST_FILES or sum(one.file_size for one in files) > MOST_BYTES:
                report.bad.append(BadRow(place=name, field="", reason="too much in one archive"))
                return []
            texts = [(PurePosixPath(one.filename).name, archive.read(one)) for one in files]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        report.bad.append(BadRow(place=name, field="", reason="no .zip archive that can be read"))
        return []
    return [said for file, text in texts for said in _lines(file, text, report)]


def _content(path: Path, report: Report) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        report.bad.append(BadRow(place=path.name, field="", reason=str(error).splitlines()[0]))
        return b"nlu: []"


def _take(delivery: Delivery[Example], said: Said, report: Report) -> None:
    key = example_id(said.intent, said.text)
    value = {"id": key, "topic": said.topic, "intent": said.intent, "text": said.text}
    try:
        example = msgspec.convert(value, Example)
    except msgspec.ValidationError as error:
        report.bad.append(BadRow(place=said.place, field="", reason=str(error)))
        return
    problem = marks.problem(said.text)
    if problem:
        report.bad.append(BadRow(place=said.place, field="text", reason=problem))
        return
    if key in delivery.places:
        report.repeated += 1
        return
    entry = Entry(key=key, value=example, feed=FEED, content_hash=content_hash(example, FEED))
    delivery.places[key] = (said.place, entry.content_hash)
    delivery.mentioned.add(key)
    delivery.entries.append(entry)


def example_id(intent: str, text: str) -> str:
    """The same for the same sentence of the same intent, however often the files are read."""
    return hashlib.blake2b(f"{intent}\0{text}".encode(), digest_size=12).hexdigest()


def _lines(name: str, content: bytes, report: Report) -> Iterator[Said]:
    for block in _blocks(name, content, report):
        if "intent" not in block:
            continue
        intent, examples = str(block["intent"]), block.get("examples")
        if not isinstance(examples, str):
            reason = f"{intent}: examples must be one text with a line for each"
            report.bad.append(BadRow(place=name, field="examples", reason=reason))
            continue
        for number, line in enumerate(examples.splitlines(), start=1):
            if not line.strip():
                continue
            found = LINE.match(line)
            place = f"{name}: {intent}, example {number}"
            if found is None:
                report.bad.append(BadRow(place=place, field="examples", reason="each example begins with `- `"))
                continue
            yield Said(topic=Path(name).stem, intent=intent, text=_unquoted(found.group(1).strip()), place=place)


def _blocks(name: str, content: bytes, report: Report) -> Sequence[Mapping[str, Any]]:
    try:
        read = yaml.load(content.decode("utf-8-sig"), Loader=_LOADER)  # noqa: S506 - a safe loader, in C
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}" if mark is not None else ""
        report.bad.append(BadRow(place=name + where, field="", reason=str(error).splitlines()[0]))
        return ()
    blocks = read.get("nlu") if isinstance(read, dict) else None
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        report.bad.append(BadRow(place=name, field="nlu", reason="expected a list under `nlu`"))
        return ()
    return blocks


def _unquoted(text: str) -> str:
    """A line that begins with a bracket may stand in quotes, since YAML would else take it for a list."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text


def write_folder(folder: Path, examples: Iterable[Example], release: Path) -> None:
    """Rasa's files from the examples, beside what only the release's own files hold."""
    folder.mkdir(parents=True, exist_ok=True)
    by_topic: dict[str, dict[str, list[str]]] = {}
    for example in examples:
        by_topic.setdefault(example.topic, {}).setdefault(example.intent, []).append(example.text)
    others = {path.stem: _other_blocks(path) for path in sorted(release.glob("*.yml"))}
    for topic in sorted(set(by_topic) | set(others)):
        blocks = [
            {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
            for intent, texts in by_topic.get(topic, {}).items()
        ]
        content = {"version": VERSION, "nlu": [*blocks, *others.get(topic, ())]}
        text = yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
        (folder / f"{topic}.yml").write_text(text, encoding="utf-8")


def write_left_out(left_out: Iterable[tuple[Said, str]]) -> bytes:
    """A file of sentences that could not be used, each below its reason: to be put right and imported alone."""
    parts = [f'version: "{VERSION}"\nnlu:\n']
    for said, reason in left_out:
        block = [{"intent": said.intent, "examples": f"- {said.text}\n"}]
        text = yaml.dump(block, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
        parts.append(f"# {' '.join(reason.splitlines())}\n{text}")
    return "".join(parts).encode()


def _other_blocks(path: Path) -> list[Mapping[str, Any]]:
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
    return [block for block in content["nlu"] if "intent" not in block]


def zipped(folder: Path) -> bytes:
    """The folder's YAML files in one zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.glob("*.yml")):
            archive.write(path, path.name)
    return content.getvalue()


class _Dumper(_DUMPER):  # type: ignore[misc]
    """Writes texts of several lines as people do, so that the files stay readable."""


def _text(dumper: Any, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    written: yaml.ScalarNode = dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)
    return written


_Dumper.add_representer(str, _text)
