"""Which names of the catalogue and FAQ become words, and is the release's list that of its city?"""

from __future__ import annotations

import jieba
import msgspec
import pytest

import bot.rasa.words as reader
from services.embedded import ROOT
from services.words import rules
from services.words.__main__ import HEAD, make_words
from services.words.rules import Names, words_of


@pytest.fixture(scope="module")
def cut() -> rules.Cut:
    everyday = jieba.Tokenizer()
    everyday.initialize()
    return lambda said: everyday.lcut(said, HMM=False)


def test_the_release_s_words_are_those_of_its_city() -> None:
    words = HEAD + "".join(f"{word}\n" for word in make_words(ROOT / "data" / "city"))

    assert (ROOT / "data" / "words.txt").read_text(encoding="utf-8") == words, (
        "run python -m services.words data/city data/words.txt"
    )


def test_names_on_their_way_through_a_file_give_the_same_words(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("words") / "names.json"
    path.write_bytes(msgspec.json.encode(Names(things={"往来港澳通行证首次申领": 1})))

    assert make_words(path) == ["往来港澳通行证"]


def test_an_office_is_a_word_without_its_district(cut: rules.Cut) -> None:
    names = Names(offices={"云江市自然资源和规划局江北区分局": 2}, districts=["云江市", "江北区"])

    assert words_of(names, cut) == ["自然资源和规划局"]


def test_what_is_done_with_a_thing_is_no_part_of_its_name(cut: rules.Cut) -> None:
    assert words_of(Names(things={"烟草专卖零售许可证核发": 1, "公租房申请": 1}), cut) == [
        "公租房",
        "烟草专卖零售许可证",
    ]


def test_both_parts_of_a_joined_name_are_words(cut: rules.Cut) -> None:
    assert words_of(Names(things={"代理人身份证和授权委托书": 1}), cut) == ["代理人身份证", "授权委托书"]


def test_how_one_asks_is_no_word(cut: rules.Cut) -> None:
    assert words_of(Names(things={"居住证怎么办": 1, "没钱打官司": 1, "人走了怎么销户口": 1}), cut) == []


def test_what_several_answers_speak_of_is_a_word_and_a_single_turn_of_phrase_none(cut: rules.Cut) -> None:
    asked = [["电子社保卡怎么领", "电子社保卡在哪开"], ["电子社保卡能取钱吗"], ["蓝色居住证有用吗"]]

    assert words_of(Names(asked=asked), cut) == ["电子社保卡"]


def test_of_too_many_words_those_named_in_the_most_places_stay(cut: rules.Cut, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_WORDS", 1)

    assert words_of(Names(things={"烟草证": 1, "临时身份证": 5}), cut) == ["临时身份证"]


def test_the_assistant_takes_as_many_and_as_long_words_as_are_made() -> None:
    made, taken = (
        (rules.SHORTEST, rules.LONGEST, rules.MOST_WORDS),
        (reader.SHORTEST, reader.LONGEST, reader.MOST_WORDS),
    )

    assert made == taken
