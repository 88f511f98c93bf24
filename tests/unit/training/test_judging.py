"""Are a model's scores, confusions, calibration and changes what they say they are?"""

from __future__ import annotations

import json

import pytest

from bot.training.judging import Asked, Prediction, changes, from_reports, judged, latency


def guess(intent: str, confidence: float = 1.0, ms: float = 1.0) -> Prediction:
    return Prediction(intent=intent, confidence=confidence, ms=ms)


def test_precision_and_recall_are_told_for_each_intent() -> None:
    found = judged([("你好", "greet", guess("greet")), ("再见", "bye", guess("greet")), ("拜拜", "bye", guess("bye"))])

    assert found.accuracy == pytest.approx(2 / 3)
    bye, greet = found.intents
    assert (bye.intent, bye.precision, bye.recall, bye.support) == ("bye", 1.0, 0.5, 2)
    assert (greet.precision, greet.recall) == (0.5, 1.0)
    assert bye.f1 == pytest.approx(2 / 3)


def test_confusions_come_with_their_sentences_the_most_frequent_first() -> None:
    found = judged(
        [
            ("再见", "bye", guess("greet")),
            ("拜拜", "bye", guess("greet")),
            ("你好", "greet", guess("thank")),
            ("您好", "greet", guess("greet")),
        ]
    )

    assert [(one.intent, one.taken_for, one.count, one.sentences) for one in found.confusions] == [
        ("bye", "greet", 2, ["再见", "拜拜"]),
        ("greet", "thank", 1, ["你好"]),
    ]


def test_a_model_that_is_as_sure_as_it_is_right_has_no_calibration_error() -> None:
    honest = [("a", "x", guess("x", 0.75))] * 3 + [("b", "y", guess("x", 0.75))]
    boasting = [("a", "x", guess("x", 0.95)), ("b", "y", guess("x", 0.95))]

    assert judged(honest).calibration_error == 0
    assert judged(boasting).calibration_error == pytest.approx(45)


def test_sentences_are_told_by_how_sure_the_model_was_and_how_often_it_was_right_then() -> None:
    found = judged([("a", "x", guess("x", 0.95)), ("b", "y", guess("x", 1.0)), ("c", "x", guess("x", 0.2))]).sureness

    assert [(one.least, one.sentences, one.right) for one in found] == [(0.2, 1, 1.0), (0.9, 2, 0.5)]
    assert found[1].confidence == pytest.approx(0.975)
    assert judged([]).sureness == []


def test_nothing_asked_gives_no_scores_and_no_error() -> None:
    assert judged([]).accuracy == 0
    assert latency([]) == (0.0, 0.0)
    assert latency([guess("x", ms=3.0)]) == (3.0, 3.0)


def test_the_latency_is_told_by_median_and_95th_percentile() -> None:
    assert latency([guess("x", ms=float(number)) for number in range(1, 101)]) == pytest.approx((50.5, 95.95))


def test_rasa_s_reports_are_read_as_sentences_with_their_predictions() -> None:
    wrong = [{"text": "再见", "intent": "bye", "intent_prediction": {"name": "greet", "confidence": 0.4}}]
    right = [{"text": "你好", "intent": "greet", "intent_prediction": {"name": "greet", "confidence": 0.9}}]

    found = from_reports(json.dumps(wrong).encode(), json.dumps(right).encode())

    assert [(text, intent, prediction.intent) for text, intent, prediction in found] == [
        ("再见", "bye", "greet"),
        ("你好", "greet", "greet"),
    ]


def test_a_sentence_without_a_prediction_counts_as_taken_for_nothing() -> None:
    none = [{"text": "再见", "intent": "bye", "intent_prediction": {"name": None, "confidence": 0.0}}]

    assert judged(from_reports(json.dumps(none).encode(), b"[]")).accuracy == 0


def test_only_questions_that_are_taken_otherwise_are_changes() -> None:
    asked = [Asked(question="护照多少钱", count=7), Asked(question="你好", count=3)]

    found = changes(asked, [guess("ask_time", 0.6), guess("greet")], [guess("ask_fee", 0.8), guess("greet", 0.5)])

    assert [(one.question, one.asked, one.old_intent, one.new_intent) for one in found] == [
        ("护照多少钱", 7, "ask_time", "ask_fee")
    ]
