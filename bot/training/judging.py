"""What do Rasa's reports say of a model? Scores, confusions, honesty of its confidence, and what changed; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import quantiles

import msgspec

from services.training.types import Change, Confusion, IntentScore, Judged, Sureness

#: Bins of the calibration error.
BINS = 10
#: Sentences shown of each confusion.
SHOWN = 5


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """How a model took a text."""

    intent: str
    confidence: float
    ms: float = 0.0


class _Guess(msgspec.Struct, frozen=True):
    name: str | None = None
    confidence: float = 0.0


class _Sentence(msgspec.Struct, frozen=True):
    text: str
    intent: str
    intent_prediction: _Guess


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A real question, and how often it was asked."""

    question: str
    count: int


def judged(sentences: Sequence[tuple[str, str, Prediction]]) -> Judged:
    """(text, right intent, prediction) of each sentence -> scores."""
    right = [(prediction.confidence, intent == prediction.intent) for _, intent, prediction in sentences]
    sureness = _sureness(right)
    return Judged(
        sentences=len(sentences),
        accuracy=sum(hit for _, hit in right) / max(len(right), 1),
        calibration_error=_calibration_error(sureness),
        intents=_scores(sentences),
        confusions=_confusions(sentences),
        sureness=sureness,
    )


def from_reports(errors: bytes, successes: bytes) -> list[tuple[str, str, Prediction]]:
    """`intent_errors.json` and `intent_successes.json` of `rasa test nlu`."""
    found = msgspec.json.decode(errors, type=list[_Sentence]) + msgspec.json.decode(successes, type=list[_Sentence])
    return [
        (
            one.text,
            one.intent,
            Prediction(intent=one.intent_prediction.name or "", confidence=one.intent_prediction.confidence),
        )
        for one in found
    ]


def changes(asked: Sequence[Asked], before: Sequence[Prediction], after: Sequence[Prediction]) -> list[Change]:
    """The questions that are taken for something else than before."""
    return [
        Change(
            question=one.question,
            asked=one.count,
            old_intent=old.intent,
            old_confidence=old.confidence,
            new_intent=new.intent,
            new_confidence=new.confidence,
            verdict=None,
            verdict_by="",
        )
        for one, old, new in zip(asked, before, after, strict=True)
        if old.intent != new.intent
    ]


def latency(predictions: Sequence[Prediction]) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds; zeros where nothing was asked."""
    if len(predictions) < 2:
        return (predictions[0].ms,) * 2 if predictions else (0.0, 0.0)
    steps = quantiles([one.ms for one in predictions], n=20)
    return round(steps[9], 2), round(steps[18], 2)


def _scores(sentences: Sequence[tuple[str, str, Prediction]]) -> list[IntentScore]:
    support: Mapping[str, int] = _counted(intent for _, intent, _ in sentences)
    taken: Mapping[str, int] = _counted(prediction.intent for _, _, prediction in sentences)
    hits: Mapping[str, int] = _counted(intent for _, intent, guess in sentences if guess.intent == intent)
    scores = []
    for intent in sorted(support):
        precision = hits.get(intent, 0) / taken[intent] if taken.get(intent) else 0.0
        recall = hits.get(intent, 0) / support[intent]
        both = precision + recall
        f1 = 2 * precision * recall / both if both else 0.0
        scores.append(IntentScore(intent=intent, precision=precision, recall=recall, f1=f1, support=support[intent]))
    return scores


def _counted(names: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for name in names:
        counts[name] += 1
    return counts


def _confusions(sentences: Sequence[tuple[str, str, Prediction]]) -> list[Confusion]:
    wrong: dict[tuple[str, str], list[str]] = defaultdict(list)
    for text, intent, prediction in sentences:
        if prediction.intent != intent:
            wrong[intent, prediction.intent].append(text)
    most = sorted(wrong.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        Confusion(intent=intent, taken_for=other, count=len(texts), sentences=texts[:SHOWN])
        for (intent, other), texts in most
    ]


def _sureness(right: Sequence[tuple[float, bool]]) -> list[Sureness]:
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, hit in right:
        bins[min(int(confidence * BINS), BINS - 1)].append((confidence, hit))
    return [
        Sureness(
            least=place / BINS,
            sentences=len(held),
            confidence=sum(confidence for confidence, _ in held) / len(held),
            right=sum(hit for _, hit in held) / len(held),
        )
        for place, held in sorted(bins.items())
    ]


def _calibration_error(sureness: Sequence[Sureness]) -> float:
    """Expected calibration error in points of 100: how far confidence is from how often it is right."""
    gaps = (one.sentences * abs(one.confidence - one.right) for one in sureness)
    return round(100 * sum(gaps) / max(sum(one.sentences for one in sureness), 1), 2)
