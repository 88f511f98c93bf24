"""How does a trained model take these questions? `python -m bot.rasa.predict MODEL QUESTIONS PREDICTIONS`

QUESTIONS: a JSON list of texts. PREDICTIONS, written: a JSON list of {intent, confidence, ms}, in the same order.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent


async def predict(model: str, questions: Sequence[str]) -> list[dict[str, Any]]:
    """Each question alone, as messages come."""
    agent = Agent.load(model)
    await agent.parse_message("你好")  # the first one also loads dictionaries
    found = []
    for question in questions:
        started = time.perf_counter()
        parsed = await agent.parse_message(question)
        intent = parsed.get("intent") or {}
        found.append(
            {
                "intent": intent.get("name") or "",
                "confidence": float(intent.get("confidence") or 0.0),
                "ms": (time.perf_counter() - started) * 1000,
            }
        )
    return found


def main() -> None:
    model, questions, predictions = sys.argv[1:]
    texts = json.loads(Path(questions).read_text(encoding="utf-8"))
    found = asyncio.run(predict(model, texts))
    Path(predictions).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
