"""Real conversations, as clerks can read and write them (`conversations/*.yml`), with everything really running."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.acceptance.running import Citizen

SCRIPTS = [
    pytest.param(script, id=f"{path.stem}: {script['name']}")
    for path in sorted((Path(__file__).parent / "conversations").glob("*.yml"))
    for script in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("script", SCRIPTS)
async def test_a_conversation_goes_as_written(
    script: dict[str, Any], new_citizen: Callable[[], Awaitable[Citizen]]
) -> None:
    citizen = await new_citizen()
    for turn in script["turns"]:
        reply = await citizen.say(turn["say"])
        for words in turn.get("hears", ()):
            assert words in reply, f"{turn['say']} -> {reply}"
        for words in turn.get("never", ()):
            assert words not in reply, f"{turn['say']} -> {reply}"


def test_there_are_scripts_enough_and_each_takes_several_turns() -> None:
    scripts = [param.values[0] for param in SCRIPTS]

    assert len(scripts) >= 40
    assert [one["name"] for one in scripts if len(one["turns"]) < 2] == []
