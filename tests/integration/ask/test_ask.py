"""Does `ask` put every question to the program as a new citizen, and write what came back in order?"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.ask import load_ask_settings, register, run_ask
from services.settings import SettingsError

TOKEN = "a-token-of-more-than-16-letters"


@dataclass
class Program:
    """Assistant, catalogue and FAQ on one port; remembers what it was asked."""

    turns: list[dict[str, Any]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    searched: list[tuple[str, str]] = field(default_factory=list)
    #: Questions that end in a failure.
    broken: set[str] = field(default_factory=set)
    #: Neither an item nor an entry fits.
    knows_nothing: bool = False
    now: int = 0
    most_at_once: int = 0
    url: str = ""

    async def turn(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        body = await request.json()
        self.turns.append(body)
        self.now += 1
        self.most_at_once = max(self.most_at_once, self.now)
        # The first of several is the slowest: answers come back in another order than questions went out.
        await asyncio.sleep(0.05 / len(self.turns))
        self.now -= 1
        if body["text"] in self.broken:
            return web.json_response({"error": "the assistant failed"}, status=500)
        messages = [
            {"text": f"答：{body['text']}"},
            {"text": "请选择：", "buttons": [{"title": "护照", "payload": "/x"}]},
        ]
        return web.json_response({"messages": messages, "intent": {"name": "ask_fee", "confidence": 0.75}})

    async def forget(self, request: web.Request) -> web.Response:
        self.forgotten.append(request.match_info["sender"])
        return web.Response(status=204)

    async def items(self, request: web.Request) -> web.Response:
        self.searched.append(("items", request.query["q"]))
        if self.knows_nothing:
            return web.json_response({"verdict": "none", "hits": []})
        hits = [{"task_code": "A", "score": 0.9, "task_name": "护照"}, {"task_code": "B", "score": 0.4}]
        return web.json_response({"verdict": "sure", "hits": hits})

    async def entries(self, request: web.Request) -> web.Response:
        self.searched.append(("faq", request.query["q"]))
        if self.knows_nothing:
            return web.json_response({"verdict": "none", "hits": []})
        return web.json_response(
            {"verdict": "offer", "hits": [{"id": "passport-01", "score": 0.5, "question": "多久？"}]}
        )


@pytest.fixture
async def program(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Program]:
    running = Program()
    app = web.Application()
    app.router.add_post("/webhooks/edge/webhook", running.turn)
    app.router.add_delete("/webhooks/edge/conversations/{sender}", running.forget)
    app.router.add_get("/catalogue/v1/items", running.items)
    app.router.add_get("/faq/v1/search", running.entries)
    async with TestServer(app) as server:
        running.url = str(server.make_url("")).rstrip("/")
        for name, value in (("RASA_URL", running.url), ("SERVICES_URL", running.url), ("SERVICE_TOKEN", TOKEN)):
            monkeypatch.setenv(f"ZQ_{name}", value)
        yield running


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    return tmp_path / "questions.jsonl"


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    return tmp_path / "out" / "answers.jsonl"


def write(path: Path, *words: str) -> None:
    path.write_text("".join(json.dumps({"q": word}) + "\n" for word in words), encoding="utf-8")


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def ask(questions: Path, answers: Path, *options: str) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    arguments = parser.parse_args(["ask", "--in", str(questions), "--out", str(answers), *options])
    return await run_ask(arguments)


async def test_an_answer_holds_replies_items_entries_intent_and_time(program, questions, answers):
    write(questions, "护照多少钱")
    assert await ask(questions, answers) == 0
    (answer,) = read(answers)
    assert answer.pop("ms") > 0
    assert answer == {
        "line": 1,
        "q": "护照多少钱",
        "replies": ["答：护照多少钱", "请选择：\n1. 护照"],
        "items": [
            {"task_code": "A", "score": 0.9, "task_name": "护照"},
            {"task_code": "B", "score": 0.4, "task_name": ""},
        ],
        "items_verdict": "sure",
        "faq": [{"id": "passport-01", "score": 0.5, "question": "多久？"}],
        "faq_verdict": "offer",
        "intent": {"name": "ask_fee", "confidence": 0.75},
        "error": "",
    }


async def test_what_was_not_found_is_written_as_nothing_and_not_left_out(program, questions, answers):
    program.knows_nothing = True
    write(questions, "月球在哪办")
    assert await ask(questions, answers) == 0
    (answer,) = read(answers)
    assert (answer["items"], answer["items_verdict"]) == ([], "none")
    assert (answer["faq"], answer["faq_verdict"]) == ([], "none")


async def test_every_question_comes_from_a_citizen_who_is_forgotten_afterwards(program, questions, answers):
    write(questions, "一", "二", "三")
    await ask(questions, answers)
    senders = [turn["sender"] for turn in program.turns]
    assert len(set(senders)) == 3
    assert sorted(program.forgotten) == sorted(senders)


async def test_answers_stand_in_the_order_of_the_questions_and_few_are_under_way_at_once(program, questions, answers):
    words = [f"问题{number}" for number in range(12)]
    write(questions, *words)
    await ask(questions, answers, "--at-once", "3")
    assert [answer["q"] for answer in read(answers)] == words
    assert program.most_at_once == 3


async def test_bad_lines_are_named_and_passed_over(program, questions, answers, capsys):
    questions.write_text('{"q": "好"}\nnot json\n{"x": 1}\n\n{"q": " "}\n', encoding="utf-8")
    assert await ask(questions, answers) == 1
    assert [answer["q"] for answer in read(answers)] == ["好"]
    told = capsys.readouterr().out
    assert all(f"questions.jsonl:{number}:" in told for number in (2, 3, 5))


async def test_a_question_that_fails_is_said_to_have_failed_and_the_others_go_on(program, questions, answers):
    program.broken = {"坏"}
    write(questions, "好", "坏", "也好")
    assert await ask(questions, answers) == 1
    first, second, third = read(answers)
    assert "HTTP 500" in second["error"]
    assert second["replies"] == []
    assert first["replies"]
    assert third["replies"]


async def test_resuming_asks_only_what_has_no_answer_yet(program, questions, answers):
    program.broken = {"坏"}
    write(questions, "好", "坏")
    await ask(questions, answers)
    program.broken, program.turns = set(), []
    assert await ask(questions, answers, "--resume") == 0
    assert [turn["text"] for turn in program.turns] == ["坏"]
    assert [answer["replies"][0] for answer in read(answers)] == ["答：好", "答：坏"]


async def test_an_unfinished_run_is_taken_up_even_where_its_last_line_was_cut(program, questions, answers):
    write(questions, "好", "坏")
    answers.parent.mkdir()
    whole = json.dumps({"line": 1, "q": "好", "replies": ["早先的答复"]})
    answers.with_name("answers.jsonl.part").write_text(f'{whole}\n{{"line": 2, "q"', encoding="utf-8")
    assert await ask(questions, answers, "--resume") == 0
    assert [answer["replies"][0] for answer in read(answers)] == ["早先的答复", "答：坏"]


async def test_identifiers_and_commands_do_not_reach_the_assistant(program, questions, answers):
    write(questions, "/restart", "我的身份证是11010519491231002X，能办护照吗")
    await ask(questions, answers)
    told = sorted(turn["text"] for turn in program.turns)
    assert told[0] == "restart"
    assert "11010519491231002X" not in told[1]
    assert told[1].startswith("我的身份证是IDCARD")


async def test_a_program_that_is_not_there_is_given_up_soon(questions, answers, monkeypatch, unused_tcp_port):
    monkeypatch.setenv("ZQ_RASA_URL", f"http://127.0.0.1:{unused_tcp_port}")
    monkeypatch.setenv("ZQ_SERVICE_TOKEN", TOKEN)
    write(questions, *(f"问题{number}" for number in range(500)))
    assert await ask(questions, answers) == 1
    assert not answers.exists()


async def test_a_file_that_is_not_there_is_named(program, questions, answers, capsys):
    assert await ask(questions, answers) == 2
    assert "questions.jsonl" in capsys.readouterr().out.replace("\n", "")


def test_the_token_is_found_in_the_launchers_settings_and_the_environment_wins(tmp_path):
    (tmp_path / "settings.env").write_text(f"# made here\nZQ_SERVICE_TOKEN={TOKEN}\n", encoding="utf-8")
    assert load_ask_settings({}, tmp_path).service_token == TOKEN
    assert load_ask_settings({"ZQ_SERVICE_TOKEN": TOKEN[::-1]}, tmp_path).service_token == TOKEN[::-1]


def test_without_a_token_it_says_where_it_looked(tmp_path):
    with pytest.raises(SettingsError, match=r"ZQ_SERVICE_TOKEN.*settings\.env"):
        load_ask_settings({}, tmp_path)
