"""Do the held-out questions name what exists in the example city, and are they kept apart from what is trained on?"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.faq.beyond import load_beyond

ROOT = Path(__file__).resolve().parents[3]
QUESTIONS = ROOT / "benchmarks" / "understanding"
STYLES = {"plain", "colloquial", "homophone", "typo", "traditional", "story"}
ASPECTS = {
    "materials",
    "conditions",
    "time_limit",
    "fee",
    "place",
    "hours",
    "phone",
    "complaint_phone",
    "flow",
    "online",
    "trips",
    "department",
    "courier",
    "appointment",
    "result",
    "basis",
    "audience",
}
FIELD_OF_ASPECT = {
    "conditions": "accept_condition",
    "place": "transact_addr",
    "hours": "transact_time",
    "phone": "link_way",
    "flow": "handle_flow",
    "online": "online_handle_url",
    "result": "result_name",
    "department": "dept_name",
    "basis": "by_law",
}

Row = dict[str, Any]


def _questions(name: str) -> list[Row]:
    return [json.loads(line) for line in (QUESTIONS / name).read_text(encoding="utf-8").splitlines()]


def _city(folder: str) -> list[Row]:
    paths = sorted((ROOT / "data" / "city" / folder).glob("*.yml"))
    return [row for path in paths for row in yaml.safe_load(path.read_text(encoding="utf-8"))]


def _bare(wording: str) -> str:
    return re.sub(r"[\s，。？！、,.?!]", "", wording)


@pytest.fixture(scope="module")
def items() -> dict[str, Row]:
    return {item["task_code"]: item for item in _city("items")}


@pytest.fixture(scope="module")
def entries() -> dict[str, Row]:
    return {entry["id"]: entry for entry in _city("faq")}


@pytest.fixture(scope="module")
def asked() -> list[str]:
    names = ("item_questions.jsonl", "faq_questions.jsonl", "unanswerable.jsonl")
    return [row["q"] for name in names for row in _questions(name)]


def _facts(item: Row, aspect: str) -> list[str]:
    if aspect == "materials":
        return [material["material_name"] for material in item["material"]]
    if aspect == "time_limit":
        return [str(item.get("promise_day")), str(item.get("anticipate_day"))]
    if aspect == "fee":
        return [fee["fee_stand"] for fee in item.get("fee_project", [])] + [item.get("fee_basis", "")]
    return [str(item.get(FIELD_OF_ASPECT[aspect], ""))]


def test_there_are_enough_questions_of_every_style():
    for name in ("item_questions.jsonl", "faq_questions.jsonl"):
        rows = _questions(name)
        assert len(rows) >= 200
        assert {row["style"] for row in rows} == STYLES
    assert len(_questions("unanswerable.jsonl")) >= 60


def test_no_question_is_asked_twice(asked):
    assert [question for question, count in Counter(asked).items() if count > 1] == []


def test_every_item_is_asked_for_and_its_expected_answer_is_a_fact_of_it(items):
    rows = _questions("item_questions.jsonl")
    assert {row["task_code"] for row in rows} == set(items)
    for row in rows:
        assert {row["aspect"], *row.get("also", ())} <= ASPECTS, row["q"]
        for wanted in row["must_contain"]:
            facts = _facts(items[row["task_code"]], row["aspect"])
            assert any(wanted in fact for fact in facts), row["q"]


def test_every_entry_in_force_is_asked_for_and_no_expired_one(entries):
    in_force = {key for key, entry in entries.items() if (entry["valid_until"] or "9999") >= "2026-11-01"}
    assert {row["id"] for row in _questions("faq_questions.jsonl")} == in_force


def test_no_held_out_question_is_in_the_data_that_the_assistant_learns_from(asked, items, entries):
    known = {_bare(wording) for entry in entries.values() for wording in (entry["question"], *entry["similar"])}
    known |= {_bare(alias) for item in items.values() for alias in (item["task_name"], *item["aliases"])}
    known |= {_bare(question) for question in load_beyond()}
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        lines = re.findall(r"^\s*-\s+(.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        known |= {_bare(re.sub(r"\[([^\]]*)\](\{[^}]*\}|\([^)]*\))", r"\1", line)) for line in lines}
    assert [question for question in asked if _bare(question) in known and _bare(question)] == []
