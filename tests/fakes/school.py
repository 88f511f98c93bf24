"""Models that are wanted, made and compared without training any: the services on a database, made-up scores."""

from __future__ import annotations

from dataclasses import dataclass

from services.db import Sessions
from services.importing.delivery import Delivery, Entry, content_hash
from services.importing.report import Report
from services.training.examples import ExampleService
from services.training.held_out import HeldOutService
from services.training.making import Claim, Made, MakingService
from services.training.rasa_yaml import example_id
from services.training.rules import Rules
from services.training.service import TrainingService
from services.training.types import Change, Evaluation, Example, Judged, ModelVersion, Wanted
from services.training.vocabulary import Vocabulary
from tests.fakes.clock import FixedClock

RELEASE = "release-1"
VOCABULARY = Vocabulary(entities=frozenset({"item", "mobile"}), patterns=frozenset({"mobile"}))
SENTENCES = (("greet", "你好"), ("greet", "您好"), ("ask_place", "[护照](item)在哪办"), ("ask_fee", "护照多少钱"))


@dataclass
class School:
    """Where models are wanted, made and compared."""

    sessions: Sessions
    clock: FixedClock
    examples: ExampleService
    held_out: HeldOutService
    training: TrainingService
    making: MakingService

    async def import_release(self, *sentences: tuple[str, str]) -> Report:
        """A release with exactly these sentences."""
        delivery: Delivery[Example] = Delivery()
        delivery.feeds.add("release")
        for intent, text in sentences:
            example = Example(id=example_id(intent, text), topic="basics", intent=intent, text=text)
            entry = Entry(key=example.id, value=example, feed="release", content_hash=content_hash(example, "release"))
            delivery.entries.append(entry)
            delivery.mentioned.add(example.id)
        report = Report()
        await self.examples.take_in(delivery, report)
        return report

    async def register(self, model: bytes = b"released", digest: str = "d1") -> int | None:
        return await self.training.register(model=model, data=b"zip", data_digest=digest, examples=4, intents=3)

    async def made(self, model: bytes, *changed: Change, accuracy: float | None = None) -> ModelVersion:
        """A version from being wanted to ready; `accuracy`: on the questions kept apart, where the live one had 0.9."""
        await self.training.want(Wanted(by="张三"))
        claim = await self.claimed()
        await self.making.trained(claim, made(model))
        await self.making.judged(claim, evaluation(accuracy, changed=len(changed)), changed)
        return await self.training.version(claim.version)

    async def claimed(self) -> Claim:
        claim = await self.making.claim()
        assert claim is not None
        return claim

    def with_rules(self, rules: Rules, release: str = RELEASE) -> TrainingService:
        return TrainingService(sessions=self.sessions, clock=self.clock, release=release, rules=rules)


def make_school(sessions: Sessions) -> School:
    """On a clock of its own."""
    clock = FixedClock()
    return School(
        sessions=sessions,
        clock=clock,
        examples=ExampleService(sessions=sessions, clock=clock, vocabulary=VOCABULARY),
        held_out=HeldOutService(sessions=sessions, clock=clock),
        training=TrainingService(sessions=sessions, clock=clock, release=RELEASE, rules=Rules()),
        making=MakingService(sessions=sessions, clock=clock, release=RELEASE),
    )


def made(model: bytes = b"model") -> Made:
    return Made(model=model, data=b"zip", data_digest="d2", examples=5, intents=3)


def evaluation(accuracy: float | None = None, *, changed: int = 0) -> Evaluation:
    def scored(value: float) -> Judged:
        return Judged(sentences=10, accuracy=value, calibration_error=2.0, intents=[], confusions=[])

    return Evaluation(
        cross_validation=scored(0.95),
        held_out=None if accuracy is None else scored(accuracy),
        held_out_before=None if accuracy is None else scored(0.9),
        median_ms=5.0,
        p95_ms=9.0,
        replayed=100,
        changed=changed,
    )


def change(question: str, asked: int = 1) -> Change:
    return Change(
        question=question,
        asked=asked,
        old_intent="ask_fee",
        old_confidence=0.8,
        new_intent="ask_place",
        new_confidence=0.7,
        verdict=None,
        verdict_by="",
    )
