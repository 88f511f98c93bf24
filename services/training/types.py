"""What is a training example, a model version, and what is known about it?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from services.importing.delivery import Delivered

Intent = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[a-z][a-z0-9_]*$")]
Sentence = Annotated[str, Meta(min_length=1, max_length=500)]
Person = Annotated[str, Meta(min_length=1, max_length=50)]
Note = Annotated[str, Meta(max_length=500)]
State = Literal["waiting", "training", "evaluating", "ready", "failed", "cancelled"]
Verdict = Literal["accepted", "rejected"]
PromotionKind = Literal["released", "promoted", "rolled_back", "withdrawn"]


class Example(Delivered, frozen=True, kw_only=True):
    """One sentence that the assistant learns from."""

    #: Stays the same when text or intent are edited.
    id: Annotated[str, Meta(min_length=1, max_length=64)]
    #: The file of data/nlu that it belongs to, without its ending.
    topic: Annotated[str, Meta(min_length=1, max_length=50, pattern=r"^[a-z][a-z0-9_]*$")]
    intent: Intent
    #: As Rasa writes it: entities as `[words](name)`.
    text: Sentence
    #: Who changed it last; empty for what came with the release.
    changed_by: Annotated[str, Meta(max_length=50)] = ""


class IntentScore(msgspec.Struct, frozen=True, kw_only=True):
    """How well one intent is recognised; shares from 0 to 1."""

    intent: str
    precision: float
    recall: float
    f1: float
    #: How many sentences it was judged by.
    support: int


class Confusion(msgspec.Struct, frozen=True, kw_only=True):
    """Sentences of one intent that were taken for another."""

    intent: str
    taken_for: str
    count: int
    #: Some of them.
    sentences: list[str]


class Sureness(msgspec.Struct, frozen=True, kw_only=True):
    """Sentences of which a model was about as sure, and how often it was right; shares from 0 to 1."""

    #: From this confidence, up to a tenth more.
    least: float
    sentences: int
    #: What it said of itself on average.
    confidence: float
    right: float


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking a model sentences whose right intent is known."""

    sentences: int
    accuracy: float
    #: Expected calibration error, in points of 100, over ten bins.
    calibration_error: float
    intents: list[IntentScore]
    confusions: list[Confusion]
    #: The bins that have sentences, the least sure first; none of versions judged by earlier releases.
    sureness: list[Sureness] = []


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything measured of a version."""

    #: By five-fold cross-validation over its own examples.
    cross_validation: Judged
    #: On the questions that editors keep apart; None where there are none.
    held_out: Judged | None
    #: The same of the version that was live then.
    held_out_before: Judged | None
    #: Milliseconds for one message, median and 95th percentile.
    median_ms: float
    p95_ms: float
    #: Real questions that were asked again, and how many are taken otherwise.
    replayed: int
    changed: int


class ModelVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One model, wanted or made."""

    version: int
    state: State
    requested_by: str
    note: str
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    examples: int
    intents: int
    failure: str
    #: Can it be used by the program that runs now?
    fits: bool
    live: bool
    evaluation: Evaluation | None
    #: Changed questions that staff have not yet decided on.
    undecided: int


class VersionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One model in a list: without everything that was found out about it, which is long."""

    version: int
    state: State
    requested_by: str
    note: str
    requested_at: datetime
    examples: int
    fits: bool
    live: bool
    #: Share of right answers by cross-validation, and on the questions kept apart; None where it was not judged so.
    accuracy: float | None
    held_out: float | None
    undecided: int


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a version's making."""

    seq: int
    at: datetime
    line: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A real question that a version takes otherwise than the one before."""

    question: str
    asked: int
    old_intent: str
    old_confidence: float
    new_intent: str
    new_confidence: float
    verdict: Verdict | None
    verdict_by: str


class Promotion(msgspec.Struct, frozen=True, kw_only=True):
    """When which version became the live one."""

    version: int
    replaced: int | None
    kind: PromotionKind
    by: str
    reason: str
    at: datetime


class HeldOut(msgspec.Struct, frozen=True, kw_only=True):
    """A question to judge models by."""

    question: Sentence
    intent: Intent


class KeptApart(HeldOut, frozen=True, kw_only=True):
    """A question that somebody keeps apart."""

    by: Person


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """Was it there?"""

    removed: bool


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody wants a new version."""

    by: Person
    note: Note = ""


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody decides on one changed question, or on all that are undecided."""

    by: Person
    verdict: Verdict
    #: None: every undecided one.
    question: Sentence | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """How many changed questions were decided on."""

    decided: int


class Reasoned(msgspec.Struct, frozen=True, kw_only=True):
    """Who does it, and why."""

    by: Person
    reason: Note = ""


class NewExample(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence as staff write it; its topic is that of the intent's other sentences."""

    intent: Intent
    text: Sentence
    by: Person
    #: Where staff have it from, such as the questions that were not understood.
    source: Note = ""


class ExamplePage(msgspec.Struct, frozen=True, kw_only=True):
    """Which examples are listed: of one intent, with these words, from this id on."""

    intent: Annotated[str, Meta(max_length=100)] = ""
    words: Annotated[str, Meta(max_length=100)] = ""
    after: Annotated[str, Meta(max_length=64)] = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class IntentSize(msgspec.Struct, frozen=True, kw_only=True):
    """How many examples an intent has."""

    intent: str
    topic: str
    examples: int


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something about the training data that staff should look at."""

    #: held-out: a sentence that models learn and are judged by; unused-pattern: an entity that a pattern is to find,
    #: which Rasa looks for only where an example marks one.
    kind: Literal["two-intents", "held-out", "too-few", "unknown-entity", "unused-pattern"]
    #: The sentence, the intent, or the entity.
    about: str
    intents: list[str]
    #: How many examples the intent has; 0 for others.
    count: int


class LogQuery(msgspec.Struct, frozen=True, kw_only=True):
    """From where on the log is read."""

    after: Annotated[int, Meta(ge=0)] = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 200


class PageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Versions older than this one; 0: from the latest."""

    before: Annotated[int, Meta(ge=0)] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
