"""How well, how fast and how honestly does our intent pipeline classify? Trained here, on the data handed in."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from actions.said import ASPECT_PREFIX, Found, Said
from benchmarks.understanding.inputs import read_examples
from benchmarks.understanding.scores import calibration_error, share
from bot.rasa.linear import Shape, train
from bot.rasa.text import Leveller, Reader
from bot.rasa.words import Words, configured

_MARKED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
_LINE = re.compile(r"^- ?(.*)$", re.MULTILINE)


def measure_intents(folder: Path) -> dict[str, Any]:
    """Accuracy on dev, and on test where there is one; seconds, ms a message, MB on disk, calibration error."""
    texts, intents = read_examples(folder / "train.json")
    reader = Reader([])
    started = time.perf_counter()
    model = train(texts, intents, Shape(), reader)
    spent = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as saved:
        model.save(Path(saved))
        size = sum(path.stat().st_size for path in Path(saved).iterdir())
    result: dict[str, Any] = {"train_seconds": round(spent, 2), "mb": round(size / 1e6, 2)}
    for half in ("dev", "test"):
        path = folder / f"{half}.json"
        if path.exists():
            result[half] = judged(model.predict, *read_examples(path))
    return result


def judged(
    predict: Callable[[str], list[tuple[str, float]]], texts: Sequence[str], intents: Sequence[str]
) -> dict[str, Any]:
    """One sentence at a time, as messages come."""
    predict(texts[0])
    started = time.perf_counter()
    ranked = [predict(text)[0] for text in texts]
    spent = time.perf_counter() - started
    right = [name == intent for (name, _), intent in zip(ranked, intents, strict=True)]
    return {
        "sentences": len(texts),
        "accuracy": share(right),
        "ece": calibration_error([confidence for _, confidence in ranked], right),
        "ms": round(spent / len(texts) * 1000, 2),
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Taught:
    """What the assistant is taught, and how: its blocks of data/nlu, the classifier's settings in config.yml."""

    blocks: list[dict[str, Any]]
    settings: dict[str, Any]
    #: Kept whole beside those of everyday Chinese.
    words: Words

    @classmethod
    def read(cls, root: Path) -> Taught:
        """From the project at `root`."""
        pipeline: list[dict[str, Any]] = yaml.safe_load((root / "config.yml").read_text(encoding="utf-8"))["pipeline"]
        settings = next(step for step in pipeline if step["name"].endswith("LinearIntentClassifier"))
        return cls(
            blocks=[
                block
                for path in sorted((root / "data" / "nlu").glob("*.yml"))
                for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
            ],
            settings=settings,
            words=configured(settings.get("vocabulary", ()), root),
        )

    @property
    def sentences(self) -> tuple[list[str], list[str]]:
        """The sentences without their marks, and their intents."""
        pairs = [
            (_MARKED.sub(r"\1", line.strip("'")), block["intent"])
            for block in self.blocks
            if "intent" in block
            for line in _examples(block)
        ]
        return [text for text, _ in pairs], [intent for _, intent in pairs]

    @property
    def shape(self) -> Shape:
        return Shape(**{name: value for name, value in self.settings.items() if name in Shape.__dataclass_fields__})

    @property
    def reader(self) -> Reader:
        return Reader(self.words)


class AspectReader:
    """Reads what is asked of an item as the assistant does: our classifier and the patterns of its training data."""

    def __init__(self, root: Path) -> None:
        taught = Taught.read(root)
        self._patterns = [
            (block["regex"], re.compile(line, re.IGNORECASE))
            for block in taught.blocks
            if block.get("regex", "").startswith(ASPECT_PREFIX)
            for line in _examples(block)
        ]
        self._leveller = Leveller()
        self._model = train(*taught.sentences, taught.shape, taught.reader)

    def __call__(self, question: str) -> Sequence[str]:
        """The aspects, in the order in which they are asked."""
        level = self._leveller.level(question)
        intent, confidence = self._model.predict(level)[0]
        cues = tuple(
            Found(name=name, value=hit.group(), start=hit.start(), end=hit.end())
            for name, pattern in self._patterns
            for hit in pattern.finditer(level)
            if hit.group()
        )
        message = Said(text=level, intent=intent, confidence=confidence, found=cues, message_id="", citizen_id="")
        return message.aspects


def _examples(block: dict[str, Any]) -> list[str]:
    return [line.strip() for line in _LINE.findall(block["examples"]) if line.strip()]
