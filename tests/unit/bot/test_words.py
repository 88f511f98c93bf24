"""Are a model's words kept whole over one shared dictionary, limited, and the same wherever the model goes?"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.rasa.everyday import Everyday
from bot.rasa.words import KEPT, MOST_WORDS, BadWords, checked, configured, dictionary, keep, kept
from services.embedded import ROOT

CITY = configured("data/words.txt", ROOT)


def found(words: tuple[str, ...], text: str) -> list[str]:
    return [f"{one.kind}:{text[one.start : one.end]}" for one in Everyday(dictionary(words)).find(text)]


@pytest.mark.parametrize("name", ["往来港澳通行证", "不动产登记中心", "自然资源和规划局", "烟草专卖零售许可证"])
def test_a_name_that_everyday_chinese_cuts_is_whole_with_the_city_s_words(name: str) -> None:
    said = f"请问{name}怎么走"

    assert name not in dictionary().lcut(said, HMM=False)
    assert name in dictionary(CITY).lcut(said, HMM=False)


def test_the_words_of_one_model_are_none_of_another_s_nor_of_everyday_chinese() -> None:
    theirs = dictionary(("云江一卡通",)).lcut("云江一卡通", HMM=False)

    assert theirs == ["云江一卡通"]
    assert len(dictionary(("云江卡",)).lcut("云江一卡通", HMM=False)) > 1
    assert len(dictionary().lcut("云江一卡通", HMM=False)) > 1


def test_components_with_the_same_words_share_one_dictionary() -> None:
    assert dictionary(("云江通",)) is dictionary(("云江通",))


def test_sentences_without_such_words_are_cut_as_ever() -> None:
    said = "我明天下午去大厅可以吗，要带户口本吗"

    assert dictionary(("云江一卡通",)).lcut(said, HMM=False) == dictionary().lcut(said, HMM=False)


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("自然资源和规划局电话多少", ["department:自然资源和规划局"]),
        ("我想去云江市自然资源和规划局问", ["department:云江市自然资源和规划局", "district:云江市"]),
        (
            "自然资源和规划局江北区分局在哪",
            ["department:自然资源和规划局江北区分局", "district:江北区"],
        ),
        ("请问云江市城市管理局几点下班", ["department:云江市城市管理局", "district:云江市"]),
    ],
)
def test_offices_have_true_borders_that_everyday_words_alone_do_not_give(text: str, things: list[str]) -> None:
    assert found(CITY, text) == things
    assert found((), text) != things


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("不动产登记中心周几上班", ["department:不动产登记中心"]),
        ("去云江市不动产登记中心过户", ["department:云江市不动产登记中心", "district:云江市"]),
        ("江北区残疾人联合会的电话", ["department:江北区残疾人联合会", "district:江北区"]),
        ("材料交到江南区政务服务中心", ["hall:江南区政务服务中心", "district:江南区"]),
        ("找人力资源和社会保障局和公安局", ["department:人力资源和社会保障局", "department:公安局"]),
        ("我是残疾人", ["applicant:残疾人"]),
    ],
)
def test_names_of_the_city_have_true_borders(text: str, things: list[str]) -> None:
    assert found(CITY, text) == things


def test_a_model_keeps_its_words(tmp_path: Path) -> None:
    keep(CITY, tmp_path)

    assert kept(tmp_path) == CITY


def test_remarks_empty_lines_and_repetitions_are_no_words(tmp_path: Path) -> None:
    (tmp_path / KEPT).write_text("# made\n\n云江通\n云江卡\n云江通\n", encoding="utf-8")

    assert kept(tmp_path) == ("云江通", "云江卡")


@pytest.mark.parametrize("word", ["证", "一" * 13, "两 词", "", "标点，"])
def test_what_is_no_word_is_refused_with_its_name(word: str) -> None:
    with pytest.raises(BadWords, match="no word of 2 to 12 signs"):
        checked(["云江通", word])


def test_too_many_words_are_refused() -> None:
    with pytest.raises(BadWords, match="20001 words, of 20000 at most"):
        checked(f"词{number}" for number in range(MOST_WORDS + 1))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_bytes("云江".encode("gb18030"))

    with pytest.raises(BadWords, match=r"words\.txt: not UTF-8"):
        configured("words.txt", tmp_path)


def test_a_list_in_the_configuration_is_as_good_as_a_file() -> None:
    assert configured(["云江通", "云江通"]) == ("云江通",)
