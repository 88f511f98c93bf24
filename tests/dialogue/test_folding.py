"""Does a long conversation stay quick, and does it know what it knew?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa.folding import KEPT_TURNS, MOST_EVENTS, folded
from tests.dialogue.assistant import Assistant
from tests.dialogue.test_channel import rows

TURNS = 2 * MOST_EVENTS // 5

Event = dict[str, Any]
LISTEN = {"event": "action", "name": "action_listen", "timestamp": 1.0}


@pytest.fixture(scope="module")
def domain() -> Domain:
    described = {
        "version": "3.1",
        "intents": ["ask"],
        "actions": ["action_answer"],
        "forms": {"booking_form": {"required_slots": []}},
        "slots": {
            name: {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]}
            for name in ("item", "options", "count")
        },
    }
    # Rasa says this of every domain.
    with pytest.warns(UserWarning, match="Slot auto-fill has been removed"):
        return Domain.from_dict(described)


def turn(number: int, *events: Event) -> list[Event]:
    said = {"event": "user", "text": f"问{number}", "parse_data": {"intent": {"name": "ask"}}, "timestamp": number}
    return [said, {"event": "action", "name": "action_answer", "timestamp": number}, *events, LISTEN]


def slot(name: str, value: object) -> Event:
    return {"event": "slot", "name": name, "value": value, "timestamp": 1.0}


def loop(name: str | None) -> Event:
    return {"event": "active_loop", "name": name, "timestamp": 1.0}


def session(turns: int, **more: list[Event]) -> list[Event]:
    """So many turns that count themselves; `more`: further events of a turn, as t3=[...]."""
    events: list[Event] = [{"event": "session_started", "timestamp": 0.0}, LISTEN]
    for number in range(1, turns + 1):
        events += turn(number, slot("count", number), *more.get(f"t{number}", []))
    return events


def tracker_of(events: list[Event], domain: Domain) -> DialogueStateTracker:
    return DialogueStateTracker.from_dict("c", events, domain.slots)


def test_a_short_session_stays_as_it_is(domain: Domain) -> None:
    assert folded(session(10), domain) is None


def test_a_long_one_keeps_its_slots_and_its_last_turns(domain: Domain) -> None:
    events = session(80, t2=[slot("item", "护照"), slot("options", ["a"])], t3=[slot("options", None)])
    short = folded(events, domain)

    assert short is not None
    assert len(short) < 40
    assert short[0]["event"] == "session_started"
    before, after = tracker_of(events, domain), tracker_of(short, domain)
    assert after.current_slot_values() == before.current_slot_values()
    assert after.get_slot("item") == "护照"
    assert after.latest_action_name == before.latest_action_name == "action_listen"
    assert after.latest_message == before.latest_message
    said = [event["text"] for event in short if event["event"] == "user"]
    assert said == [f"问{number}" for number in range(81 - KEPT_TURNS, 81)]
    assert folded(short, domain) is None


def test_a_form_that_is_open_is_kept_from_its_beginning(domain: Domain) -> None:
    events = session(80, t60=[loop("booking_form")])
    short = folded(events, domain)

    assert short is not None
    after = tracker_of(short, domain)
    assert after.active_loop_name == tracker_of(events, domain).active_loop_name == "booking_form"
    assert next(event["text"] for event in short if event["event"] == "user") == "问60"


def test_a_form_that_was_left_again_keeps_nothing(domain: Domain) -> None:
    short = folded(session(80, t10=[loop("booking_form")], t12=[loop(None)]), domain)

    assert short is not None
    assert tracker_of(short, domain).active_loop_name is None


@pytest.mark.parametrize(
    "events",
    [session(80, t1=[loop("booking_form")]), session(80)[:-1]],
    ids=["a form open from the first turn", "a turn that is not over"],
)
def test_what_stands_in_the_middle_of_something_is_left_alone(events: list[Event], domain: Domain) -> None:
    assert folded(events, domain) is None


async def test_a_conversation_of_many_turns_is_read_in_few_events_and_goes_on_as_before(
    assistant: Assistant, citizen: str
) -> None:
    for number in range(TURNS):
        reply = await assistant.say(citizen, "居住证多少钱" if number % 2 else "谢谢", message_id=f"m{number}")
        assert reply.status == 200
    again = await assistant.say(citizen, "居住证多少钱", message_id=f"m{TURNS - 1}")
    follow_up = await assistant.say(citizen, "在哪办")

    assert again.text == reply.text
    assert "派出所" in follow_up.text
    kept = rows(assistant, citizen)
    begun = max(place for place, (type_name, _, _) in enumerate(kept) if type_name == "session_started")
    assert begun > 0
    assert len(kept) - begun <= MOST_EVENTS + 20
    # Nothing that was said is lost, or there twice for whoever reads it.
    said = [json.loads(data)["text"] for type_name, _, data in kept if type_name == "user"]
    assert len(said) == TURNS + 1
