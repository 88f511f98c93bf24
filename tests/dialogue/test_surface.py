"""Do intents, rules, actions, slots, forms and sentences fit together, nothing missing and nothing left over?"""

from __future__ import annotations

import inspect
import os
import pkgutil
import re
import string
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Action

import actions
from actions.forms import FormAction
from bot.rasa.everyday import KINDS
from tests.dialogue.training_data import examples

ROOT = Path(__file__).parents[2]
DOMAIN = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))


def rules() -> list[dict[str, Any]]:
    files = sorted((ROOT / "data/rules").glob("*.yml"))
    return [rule for path in files for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]]


def steps(key: str) -> set[str]:
    return {step[key] for rule in rules() for step in rule["steps"] if key in step}


def modules() -> list[Any]:
    names = [
        one.name for one in pkgutil.walk_packages(actions.__path__, "actions.") if not one.name.endswith("__main__")
    ]
    return [import_module(name) for name in names]


def action_classes() -> list[type[Action]]:
    found = {
        member
        for module in modules()
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Action) and member.__module__.startswith("actions.") and not inspect.isabstract(member)
    }
    return sorted(found, key=lambda one: one.__name__)


def sources() -> str:
    return "\n".join(Path(module.__file__).read_text(encoding="utf-8") for module in modules())


def test_every_intent_has_examples_and_a_rule() -> None:
    taught = {intent for _, intent in examples()} | {"nlu_fallback"}

    assert set(DOMAIN["intents"]) == taught
    assert set(DOMAIN["intents"]) == steps("intent")


def test_every_custom_action_of_the_domain_exists_and_the_other_way_round() -> None:
    assert {one().name() for one in action_classes()} == set(DOMAIN["actions"])


def test_the_actions_of_the_rules_are_known() -> None:
    known = set(DOMAIN["actions"]) | set(DOMAIN["forms"]) | set(DOMAIN["responses"])

    assert steps("action") <= known


def test_every_form_has_its_validation_a_start_and_an_end() -> None:
    forms = {one().form: one() for one in action_classes() if issubclass(one, FormAction)}

    assert set(forms) == set(DOMAIN["forms"])
    for name, form in forms.items():
        assert form.name() == f"validate_{name}"
        required = DOMAIN["forms"][name]["required_slots"]
        assert set(required) <= set(form.slots), name
        started = [rule for rule in rules() if {"active_loop": name} in rule["steps"]]
        ended = [rule for rule in rules() if {"active_loop": name} in rule.get("condition", [])]
        assert (len(started), len(ended)) == (1, 1), name


def test_no_sentence_is_asked_by_rasa_itself_beside_the_form() -> None:
    asked = {f"utter_ask_{slot}" for form in DOMAIN["forms"].values() for slot in form["required_slots"]}

    assert asked & set(DOMAIN["responses"]) == set()


def test_every_slot_is_used_and_every_used_slot_exists() -> None:
    code = sources()
    kept = {slot for one in action_classes() if issubclass(one, FormAction) for slot in one().slots}

    assert kept <= set(DOMAIN["slots"])
    assert [slot for slot in DOMAIN["slots"] if f'"{slot}"' not in code] == []


def test_every_sentence_is_said_somewhere_and_every_sentence_said_exists() -> None:
    said = set(re.findall(r"\butter_(?!message)\w+", sources())) | steps("action")
    said = {one for one in said if one.startswith("utter_")}

    assert said == set(DOMAIN["responses"])


def test_no_sentence_has_a_gap_that_rasa_would_take_for_its_own() -> None:
    own = {"text", "buttons", "image", "custom", "attachment", "elements", "template", "response"}
    for name, variants in DOMAIN["responses"].items():
        gaps = {field for variant in variants for _, field, _, _ in string.Formatter().parse(variant["text"]) if field}
        assert not gaps & own, name


def test_sentences_are_chinese_and_show_no_error_codes() -> None:
    for name, variants in DOMAIN["responses"].items():
        for variant in variants:
            assert not re.search(r"error|HTTP|[45]\d\d(?!\d)|null|None|undefined", variant["text"]), name
            assert len(variant["text"].encode()) < 1500, name


def test_entities_are_those_of_the_patterns_the_everyday_things_and_the_payloads() -> None:
    blocks = [
        block
        for path in sorted((ROOT / "data/nlu").glob("*.yml"))
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
    ]
    patterns = {block["regex"] for block in blocks if "regex" in block}

    assert set(DOMAIN["entities"]) == patterns | set(KINDS) | {"latitude", "longitude"}


def test_rasa_finds_nothing_to_complain_about() -> None:
    environment = os.environ | {
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "ZQ_ACTIONS_URL": "http://127.0.0.1:5055/webhook",
        "ZQ_TRACKER_URL": "postgresql+psycopg://unused",
        "ZQ_MODEL_URL": "http://127.0.0.1:1/model",
        "ZQ_SERVICE_TOKEN": "a-service-token-of-the-tests",
    }
    validate = (sys.executable, "-m", "rasa", "data", "validate", "--fail-on-warnings", "--data")
    done = subprocess.run(
        (*validate, "data/nlu", "data/rules"), check=False, cwd=ROOT, env=environment, capture_output=True, text=True
    )

    told = done.stdout + done.stderr
    assert done.returncode == 0, told[-3000:]
    # Sentences that actions say are in no rule; that each of them is said somewhere, another test here sees to.
    warnings = [line for line in told.splitlines() if "UserWarning" in line]
    assert [line for line in warnings if "is not used in any story or rule" not in line] == []
