"""What is wrong with training data as a whole? Each sentence may be good, and the set of them bad. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from services.training import marks
from services.training.types import Problem
from services.training.vocabulary import Vocabulary

#: Fewer examples than these teach an intent badly.
FEWEST = 20


class Taught(Protocol):
    """What is looked at of an example."""

    @property
    def intent(self) -> str: ...

    @property
    def text(self) -> str: ...


def faults(examples: Sequence[Taught], *, held_out: Collection[str], vocabulary: Vocabulary) -> list[Problem]:
    """Sentences that teach two things or judge what they taught, small intents, and entities that nothing teaches."""
    said: dict[str, set[str]] = defaultdict(set)
    sizes: dict[str, int] = defaultdict(int)
    for example in examples:
        said[marks.plain(example.text)].add(example.intent)
        sizes[example.intent] += 1
    return [
        *(_about_sentence("two-intents", text, said[text]) for text in sorted(said) if len(said[text]) > 1),
        *(_about_sentence("held-out", text, said[text]) for text in sorted(held_out) if text in said),
        *(
            Problem(kind="too-few", about=intent, intents=[intent], count=count)
            for intent, count in sorted(sizes.items())
            if count < FEWEST
        ),
        *_about_entities(examples, vocabulary),
    ]


def _about_sentence(kind: str, text: str, intents: Iterable[str]) -> Problem:
    return Problem(kind=kind, about=text, intents=sorted(intents), count=0)  # type: ignore[arg-type]


def _about_entities(examples: Sequence[Taught], vocabulary: Vocabulary) -> Iterable[Problem]:
    written = [example.text for example in examples if "[" in example.text]
    marked = {mark.entity for text in written for mark in marks.readable(text).marks}
    for entity in sorted(marked - vocabulary.entities):
        yield Problem(kind="unknown-entity", about=entity, intents=[], count=0)
    # Rasa looks for a pattern only where an example marks its entity.
    for entity in sorted(vocabulary.patterns - marked):
        yield Problem(kind="unused-pattern", about=entity, intents=[], count=0)
