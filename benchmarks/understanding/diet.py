"""How does Rasa's default classifier do on the same data? Run as a process of its own: `FOLDER RESULT EPOCHS`."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml
from rasa.core.agent import Agent, load_agent
from rasa.model_training import train_nlu

from benchmarks.understanding.inputs import read_examples
from benchmarks.understanding.scores import calibration_error, share

#: Rasa's suggested pipeline for a language without spaces; before DIET with its defaults.
FEATURES = [
    {"name": "JiebaTokenizer"},
    {"name": "RegexFeaturizer", "use_word_boundaries": False},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]


def main(folder: Path, target: Path, epochs: int) -> None:
    """Trains on the folder's train.json, tries dev.json and test.json, writes the figures to `target`."""
    with tempfile.TemporaryDirectory() as place:
        started = time.perf_counter()
        model = _train(folder, Path(place), epochs)
        result: dict[str, Any] = {
            "epochs": epochs,
            "train_seconds": round(time.perf_counter() - started, 2),
            "mb": round(model.stat().st_size / 1e6, 2),
        }
        agent = asyncio.run(load_agent(model_path=str(model)))
        for half in ("dev", "test"):
            path = folder / f"{half}.json"
            if path.exists():
                result[half] = asyncio.run(_judged(agent, *read_examples(path)))
    target.write_text(json.dumps(result), encoding="utf-8")


def _train(folder: Path, place: Path, epochs: int) -> Path:
    texts, intents = read_examples(folder / "train.json")
    examples: dict[str, list[str]] = {}
    for text, intent in zip(texts, intents, strict=True):
        examples.setdefault(intent, []).append(" ".join(text.split()))
    nlu = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in found)} for intent, found in examples.items()
    ]
    data, config = place / "nlu.yml", place / "config.yml"
    data.write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True), encoding="utf-8")
    classifier = {"name": "DIETClassifier", "epochs": epochs, "entity_recognition": False, "random_seed": 7}
    settings = {
        "recipe": "default.v1",
        "assistant_id": "diet",
        "language": "zh",
        "pipeline": [*FEATURES, classifier],
    }
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    trained = train_nlu(str(config), str(data), str(place))
    if trained is None:
        raise RuntimeError(f"Rasa trained nothing on {folder}")
    return Path(trained)


async def _judged(agent: Agent, texts: list[str], intents: list[str]) -> dict[str, Any]:
    await agent.parse_message(texts[0])
    started = time.perf_counter()
    answers = [(await agent.parse_message(text))["intent"] for text in texts]
    spent = time.perf_counter() - started
    right = [answer["name"] == intent for answer, intent in zip(answers, intents, strict=True)]
    return {
        "sentences": len(texts),
        "accuracy": share(right),
        "ece": calibration_error([answer["confidence"] for answer in answers], right),
        "ms": round(spent / len(texts) * 1000, 2),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
