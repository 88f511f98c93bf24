"""Word lists are files that staff can read and add to."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.search.lexicon import load_lexicon
from services.search.normalise import Normaliser

NORMALISE = Normaliser()


def write(folder: Path, synonyms: str) -> Path:
    (folder / "fillers.txt").write_text("# talk\n请问 我\n", encoding="utf-8")
    (folder / "asking.txt").write_text("多少钱\n", encoding="utf-8")
    (folder / "meanings").mkdir()
    (folder / "meanings" / "topic.txt").write_text(synonyms, encoding="utf-8")
    return folder


def meanings(folder: Path, text: str) -> list[tuple[str, tuple[str, ...]]]:
    lexicon = load_lexicon(NORMALISE, folder)
    return [(text[start:end], names) for start, end, names in lexicon.meanings_in(text)]


def test_wordings_of_one_line_mean_the_same(tmp_path: Path) -> None:
    folder = write(tmp_path, "驾驶证 驾照\n丢失 丢了\n")
    assert meanings(folder, "驾照丢了") == [("驾照", ("驾驶证",)), ("丢了", ("丢失",))]


def test_a_longer_wording_means_what_the_shorter_one_at_its_start_means_too(tmp_path: Path) -> None:
    folder = write(tmp_path, "执照 营业执照\n公司 企业\n公司设立 开公司 公司注册\n")
    assert meanings(folder, "公司注册") == [("公司注册", ("公司设立",)), ("公司", ("公司",))]


def test_wordings_of_several_files_come_together(tmp_path: Path) -> None:
    folder = write(tmp_path, "驾驶证 驾照\n")
    (folder / "meanings" / "other.txt").write_text("丢失 丢了\n", encoding="utf-8")
    assert meanings(folder, "驾照丢了") == [("驾照", ("驾驶证",)), ("丢了", ("丢失",))]


def test_a_wording_may_have_several_meanings(tmp_path: Path) -> None:
    folder = write(tmp_path, "出生登记 上户口\n户口 上户口\n")
    assert meanings(folder, "上户口")[0] == ("上户口", ("出生登记", "户口"))


@pytest.mark.parametrize("said", ["开公司", "开个公司", "开一家公司", "开了家公司"])
def test_a_count_may_stand_after_a_verb(tmp_path: Path, said: str) -> None:
    folder = write(tmp_path, "公司设立 开公司\n")
    assert meanings(folder, said) == [(said, ("公司设立",))]


def test_a_meaning_with_one_wording_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"topic\.txt line 2"):
        load_lexicon(NORMALISE, write(tmp_path, "驾驶证 驾照\n孤单\n"))


def test_the_lists_that_come_along_can_be_read() -> None:
    lexicon = load_lexicon(NORMALISE)
    assert "请问" in {found.group() for found in lexicon.fillers.phrases.finditer("请问社保卡怎么办")}
    assert [names for _, _, names in lexicon.meanings_in("社保卡")] != []
