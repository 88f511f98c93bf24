"""Has everything that the assistant knows a name that staff can read?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from services.dialogues.words import ACTIONS, INTENTS, action_name, intent_name

DOMAIN = yaml.safe_load((Path(__file__).parents[3] / "domain.yml").read_text(encoding="utf-8"))


def test_every_intent_action_and_form_has_a_name_in_chinese() -> None:
    intents = {one if isinstance(one, str) else next(iter(one)) for one in DOMAIN["intents"]}
    assert intents <= INTENTS.keys()
    assert {*DOMAIN["actions"], *DOMAIN["forms"]} <= ACTIONS.keys()
    assert all(re.search(r"[\u4e00-\u9fff]", name) for name in (*INTENTS.values(), *ACTIONS.values()))


@pytest.mark.parametrize(
    ("said", "shown"), [("ask_fee", "问收费"), ("of_a_later_release", "of_a_later_release"), ("", "没有意图")]
)
def test_what_is_not_known_stays_as_it_is_called(said: str, shown: str) -> None:
    assert intent_name(said) == shown
    assert action_name("utter_faq") == "utter_faq"
