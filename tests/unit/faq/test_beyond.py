"""What nobody answers is a list that can be read, and found without being an answer."""

from __future__ import annotations

from pathlib import Path

from services.faq.beyond import documents, load_beyond


def test_a_line_is_a_question_and_what_follows_a_hash_is_not(tmp_path: Path) -> None:
    (tmp_path / "beyond.txt").write_text("# 闲聊\n讲个笑话\n\n 明天会下雨吗 \n", encoding="utf-8")
    assert load_beyond(tmp_path / "beyond.txt") == ["讲个笑话", "明天会下雨吗"]


def test_the_list_that_comes_along_says_nothing_twice() -> None:
    questions = load_beyond()
    assert len(questions) > 200
    assert len(set(questions)) == len(questions)


def test_each_is_found_by_its_words_and_has_no_answer() -> None:
    found = documents(["讲个笑话", "明天会下雨吗"])
    assert [(one.wordings, one.payload) for one in found] == [(("讲个笑话",), None), (("明天会下雨吗",), None)]
    assert len({one.key for one in found}) == 2
