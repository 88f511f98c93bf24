"""Is a sentence understood that was never seen, quickly, with a confidence that means something?"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from actions.said import ASPECTS
from benchmarks.understanding.intents import Taught
from benchmarks.understanding.thresholds import COST, STALE, choose, judged, read_pair
from bot.rasa.linear import LinearModel, Shape, held_out, train
from bot.rasa.text import Leveller, Reader
from tests.dialogue.assistant import ROOT
from tests.dialogue.training_data import examples

UNSEEN = yaml.safe_load((Path(__file__).parent / "nlu_test.yml").read_text(encoding="utf-8"))
LEAST_ACCURACY = 0.9
LEAST_EXAMPLES = 20
#: Of the project's own questions about items and policies.
LEAST_SEARCHED = 0.96


def test_unseen_sentences_are_understood(trained: LinearModel) -> None:
    wrong = []
    total = 0
    for intent, sentences in UNSEEN.items():
        for sentence in sentences:
            total += 1
            likeliest, confidence = trained.predict(str(sentence))[0]
            if likeliest != intent:
                wrong.append(f"{sentence}: {likeliest} {confidence:.2f}, not {intent}")

    assert total >= 250
    assert 1 - len(wrong) / total >= LEAST_ACCURACY, "\n".join(wrong)


@pytest.mark.parametrize(
    "sentence",
    [
        "这家公司的信用情况上哪儿查",
        "想看看哪些医院有体检资质",
        "验一下这本教师证是真的还是假的",
        "农科所都有什么新品种",
        "统计年鉴在哪能看到",
        "检测站最近在做什么项目",
        "采石场的许可内容变了，要交什么",
        "药店不开了，证要退掉",
    ],
)
def test_a_matter_to_look_up_or_to_change_is_searched_for_and_no_case_notice_or_appointment(
    trained: LinearModel, sentence: str
) -> None:
    assert _is_searched_for(trained, sentence), trained.predict(sentence)[:2]


@pytest.mark.parametrize("file", ["item_questions", "faq_questions"])
def test_hardly_any_held_out_question_is_taken_for_something_that_is_not_searched_for(
    trained: LinearModel, file: str
) -> None:
    lines = (ROOT / "benchmarks" / "understanding" / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["q"] for line in lines]
    searched = [_is_searched_for(trained, one) for one in asked]

    assert sum(searched) / len(asked) >= LEAST_SEARCHED


def _is_searched_for(model: LinearModel, sentence: str) -> bool:
    """Would the assistant look for an item or an answer? What is unsure is looked for too."""
    threshold, ambiguity = read_pair((ROOT / "config.yml").read_text(encoding="utf-8"))
    (intent, confidence), (_, second) = model.predict(sentence)[:2]
    unsure = confidence < threshold or confidence - second < ambiguity
    return unsure or intent in {"find_item", "ask_faq"} or (intent.startswith("ask_") and intent[4:] in ASPECTS)


def test_the_test_sentences_are_not_training_sentences() -> None:
    seen = {text for text, _ in examples()}

    assert [one for sentences in UNSEEN.values() for one in sentences if str(one) in seen] == []


def test_no_sentence_is_taught_with_two_meanings() -> None:
    meanings: dict[str, set[str]] = {}
    for text, intent in examples():
        meanings.setdefault(text, set()).add(intent)

    assert {text: found for text, found in meanings.items() if len(found) > 1} == {}


def test_every_intent_has_twenty_examples_or_more() -> None:
    counts: dict[str, int] = {}
    for _, intent in examples():
        counts[intent] = counts.get(intent, 0) + 1

    assert {intent: count for intent, count in counts.items() if count < LEAST_EXAMPLES} == {}


def test_confidence_is_about_as_high_as_the_share_that_is_right(trained: LinearModel) -> None:
    told = [
        (trained.predict(str(one))[0][1], trained.predict(str(one))[0][0] == intent)
        for intent, sentences in UNSEEN.items()
        for one in sentences
    ]
    confidence, right = np.array([one for one, _ in told]), np.array([float(one) for _, one in told])

    assert abs(confidence.mean() - right.mean()) <= 0.1


def test_probabilities_add_up_to_one(trained: LinearModel) -> None:
    assert sum(chance for _, chance in trained.predict("居住证要带什么")) == pytest.approx(1)


@pytest.mark.parametrize("text", ["", " ", "😀😀", "。。。", "\u200d", "a" * 2000])
def test_odd_messages_get_an_intent_without_an_error(trained: LinearModel, text: str) -> None:
    assert trained.predict(text)[0][0]


def test_a_saved_model_predicts_the_same(trained: LinearModel, reader: Reader, tmp_path: Path) -> None:
    trained.save(tmp_path)
    loaded = LinearModel.load(tmp_path, Shape(), reader)

    for text in ("居住证要带什么", "你好", "算了不办了"):
        before, after = trained.predict(text)[0], loaded.predict(text)[0]
        assert after[0] == before[0]
        assert after[1] == pytest.approx(before[1], abs=1e-4)


def test_two_intents_are_enough_to_learn(reader: Reader) -> None:
    model = train(["你好", "您好", "再见", "拜拜"], ["greet", "greet", "goodbye", "goodbye"], Shape(folds=2), reader)

    assert model.predict("你好")[0][0] == "greet"
    assert model.predict("拜拜")[0][0] == "goodbye"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("居住証要帶什麼資料", "居住证要带什么资料"),
        ("ＹＪ２０２６", "YJ2026"),
        ("護照多少錢？", "护照多少钱?"),
        ("㈱㎡", "㈱㎡"),
        ("ﷺ", "ﷺ"),
    ],
)
def test_levelling_never_changes_the_length(written: str, plain: str) -> None:
    levelled = Leveller().level(written)

    assert len(levelled) == len(written)
    assert levelled == plain


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("在吗吗吗吗吗", "在吗吗"),
        ("好的😀👍", "好的"),
        ("谢谢[玫瑰]", "谢谢"),
        ("👍👍", "谢谢"),
        ("[OK]", "好的"),
        ("😀", ""),
        ("我的身份证IDCARDK3Q7ZP2A", "我的身份证㊀"),
        ("YJ20261103000017 381920", "㊄ ㊅"),
        ("居 住 证", "居住证"),
        ("7", "㊆"),
        ("12.", "㊆"),
    ],
)
def test_what_carries_no_meaning_is_taken_out(reader: Reader, text: str, cleaned: str) -> None:
    assert reader.clean(text) == cleaned


def test_the_thresholds_are_those_that_the_command_would_choose() -> None:
    taught = Taught.read(ROOT)
    chances, labels = held_out(*taught.sentences, taught.shape, taught.reader)
    confidence, gap = read_pair((ROOT / "config.yml").read_text(encoding="utf-8"))

    present = judged(chances, labels, confidence=confidence, gap=gap, cost=COST)

    assert choose(chances, labels).worth - present.worth <= STALE, "run python -m benchmarks.understanding.thresholds"
