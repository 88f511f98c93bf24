"""Conversations as citizens would write them, through the real Rasa server and the real action server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dialogue.assistant import Assistant, Reply
from tests.fakes.backend_data import STARTS, WRITTEN_AT
from tests.fakes.backends import FakeBackends

FOLDER = Path(__file__).parent / "conversations"
SCRIPTS = [
    pytest.param(script, id=f"{path.stem}: {script['name']}")
    for path in sorted(FOLDER.glob("*.yml"))
    for script in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("script", SCRIPTS)
async def test_a_conversation_goes_as_written(assistant: Assistant, citizen: str, script: dict[str, Any]) -> None:
    for turn in script["turns"]:
        if "set" in turn:
            arrange(assistant, turn["set"])
            continue
        reply = await assistant.say(citizen, turn["say"])
        assert reply.status == 200, f"{turn['say']}: {reply.body}"
        check(assistant, reply, turn)


def arrange(assistant: Assistant, wanted: dict[str, Any]) -> None:
    """Puts the backends into the state that the script asks for."""
    backends = assistant.backends
    if "faults" in wanted:
        backends.faults = dict(wanted["faults"])
    if "full_day" in wanted:
        backends.full |= {f"{wanted['full_day']}T{start}" for start in STARTS}
    backends.full |= set(wanted.get("full", ()))
    backends.wrong_codes = wanted.get("wrong_codes", backends.wrong_codes)
    backends.out_of_scope = wanted.get("out_of_scope", backends.out_of_scope)
    if "settled" in wanted:
        backends.unanswered = []
    backends.promises += [("早先的问题", "somebody")] * wanted.get("promises", 0)


def check(assistant: Assistant, reply: Reply, turn: dict[str, Any]) -> None:
    """The reply and what the backends hold are what the turn says."""
    told = f"{turn['say']} -> {reply.text} [{reply.intent}]"
    for words in turn.get("hears", ()):
        assert str(words) in reply.text, f"{words!r} is missing: {told}"
    for words in turn.get("never", ()):
        assert str(words) not in reply.text, f"{words!r} does not belong: {told}"
    assert "{" not in reply.text, f"a gap was not filled: {told}"
    if "intent" in turn:
        assert reply.intent == turn["intent"], told
    if "told" in turn:
        assert reply.body["told"] == [{"entry": entry, "written_at": WRITTEN_AT} for entry in turn["told"]], told
    held(assistant.backends, turn)


def held(backends: FakeBackends, turn: dict[str, Any]) -> None:
    """The backends hold what the turn says."""
    if "booked" in turn:
        last = backends.appointments[-1]
        assert [last["state"], last["hall_code"], last["starts_at"][:16]] == turn["booked"]
    if "recorded" in turn:
        wanted = turn["recorded"] if isinstance(turn["recorded"], list) else [turn["recorded"]]
        assert [one["question"] for one in backends.unanswered] == wanted
    if "promised" in turn:
        assert [question for question, _ in backends.promises] == turn["promised"]
    if "follows" in turn:
        assert [sorted(codes) for codes in backends.followed.values()] == [sorted(turn["follows"])]
    if "left" in turn:
        assert bool(backends.left) == turn["left"]
    if "subscribed" in turn:
        assert [number for number, _ in backends.subscriptions] == [turn["subscribed"]]


def test_there_are_many_scripts_and_each_has_turns() -> None:
    assert len(SCRIPTS) >= 40
    for script in SCRIPTS:
        turns = [turn for turn in script.values[0]["turns"] if "say" in turn]  # type: ignore[index, call-overload]
        assert turns
        assert all(turn.get("hears") for turn in turns)
