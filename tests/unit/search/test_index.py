"""What citizens write finds what the government calls differently."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from services.dense.types import Near, hash_of
from services.search.builder import IndexBuilder
from services.search.index import Document, Language, Match, TextIndex
from services.search.space import Tuning

ITEMS = {
    "newborn": ("新生儿出生登记", "宝宝落户"),
    "id-lost": ("居民身份证丢失补领", "补身份证"),
    "id-expired": ("居民身份证到期换领",),
    "residence": ("居住证申领", "暂住证"),
    "licence": ("机动车驾驶证期满换证",),
    "company": ("有限责任公司设立登记", "注册公司"),
    "food": ("食品经营许可证核发",),
    "divorce": ("离婚登记",),
}


def documents(items: dict[str, tuple[str, ...]]) -> list[Document[str]]:
    return [Document(key=key, wordings=wordings, payload=wordings[0]) for key, wordings in items.items()]


def build(language: Language, found: Sequence[Document[str]], tuning: Tuning | None = None) -> TextIndex[str]:
    builder: IndexBuilder[str] = IndexBuilder(language, tuning or Tuning())
    for document in found:
        builder.put(document)
    return builder.build()


@pytest.fixture(scope="module")
def index(language: Language) -> TextIndex[str]:
    return build(language, documents(ITEMS))


def first(matches: Sequence[Match[str]]) -> str:
    return matches[0].key


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("居民身份证丢失补领", "id-lost"),
        ("我的身份证掉了，请问要怎么弄", "id-lost"),
        ("娃儿上户口要带什么", "newborn"),
        ("驾照过期了", "licence"),
        ("居住正怎么办", "residence"),
        ("辦理居住證", "residence"),
        ("想开一家公司", "company"),
        ("昨天去面试，人家说要食品经营的证，在哪办", "food"),
    ],
)
def test_citizens_words_find_the_item(index: TextIndex[str], question: str, key: str) -> None:
    assert first(index.search(question, 3)) == key


def test_what_is_not_there_scores_low(index: TextIndex[str]) -> None:
    assert all(match.score < 0.3 for match in index.search("办理宇宙飞船牌照", 3))


def test_a_name_between_fillers_is_exact(index: TextIndex[str]) -> None:
    best = index.search("请问暂住证怎么办理", 1)[0]
    assert (best.key, best.exact, best.score) == ("residence", True, 1.0)


def test_fillers_change_the_score_little(index: TextIndex[str]) -> None:
    plain = index.search("身份证到期", 1)[0].score
    wordy = index.search("你好我想问一下身份证到期怎么办呀谢谢", 1)[0].score
    assert wordy == pytest.approx(plain, abs=0.1)


def test_the_limit_holds(index: TextIndex[str]) -> None:
    assert len(index.search("登记", 2)) == 2


def test_the_payload_comes_back(index: TextIndex[str]) -> None:
    assert index.search("离婚", 1)[0].payload == "离婚登记"


@pytest.mark.parametrize("question", ["", "？？？", "的", "zzzzzz", "\ud800"])
def test_what_says_nothing_finds_nothing_or_little(index: TextIndex[str], question: str) -> None:
    assert all(match.score < 0.3 for match in index.search(question, 3))


def test_an_empty_index_finds_nothing(language: Language) -> None:
    assert build(language, []).search("身份证", 3) == []


def test_context_helps_between_equals(language: Language) -> None:
    index = build(
        language,
        [
            Document(key="port", wordings=("资质查询",), context=("港口管理局",), payload="port"),
            Document(key="estate", wordings=("资质查询",), context=("房产管理局",), payload="estate"),
            Document(key="other", wordings=("驾驶证补证",), context=("公安局",), payload="other"),
        ],
    )
    assert first(index.search("港口的资质查询", 3)) == "port"


def test_the_rest_of_a_story_helps_its_main_clause(index: TextIndex[str]) -> None:
    assert first(index.search("钱包被偷了，身份证也在里面，要补", 3)) == "id-lost"


def test_words_that_ask_for_a_fact_count_where_the_tuning_says_so(language: Language) -> None:
    found = documents({"price": ("护照多少钱一本？",), "where": ("护照在哪里办？",)})
    scores = {
        asking: {
            match.key: match.score for match in build(language, found, Tuning(asking=asking)).search("护照要多少钱", 2)
        }
        for asking in (0.04, 0.5)
    }
    assert scores[0.5]["price"] - scores[0.5]["where"] > scores[0.04]["price"] - scores[0.04]["where"]


def near(unread: Sequence[str] = (), **nearness: float) -> Near:
    """Of wordings; keywords are wordings."""
    return Near(
        nearness={hash_of(wording): value for wording, value in nearness.items()},
        unread=frozenset(map(hash_of, unread)),
    )


def test_what_is_said_in_other_words_is_found_by_its_meaning(language: Language) -> None:
    index = build(language, documents({"pension": ("养老保险待遇申领",), "fishing": ("捕捞许可证核发",)}))
    asked = "上了岁数以后每月领钱"
    assert first(index.search(asked, 2, near=near(养老保险待遇申领=1.0))) == "pension"
    assert first(index.search(asked, 2, near=near(捕捞许可证核发=1.0))) == "fishing"


def test_a_wording_that_no_vector_is_known_of_is_judged_by_its_words(language: Language) -> None:
    index = build(language, documents(ITEMS))
    lost = "居民身份证丢失补领"
    (by_words,) = index.search(lost, 1)
    (found,) = index.search(lost, 1, near=near(unread=[one for names in ITEMS.values() for one in names], 离婚登记=0.5))
    assert (found.key, found.score) == ("id-lost", by_words.score)


def test_a_document_is_found_by_what_it_is_about(language: Language) -> None:
    told = "养老保险待遇申领 达到法定退休年龄"
    index = build(
        language,
        [
            Document(key="pension", wordings=("养老保险待遇申领",), about=told, payload=""),
            Document(key="fishing", wordings=("捕捞许可证核发",), payload=""),
        ],
    )
    assert set(index.texts.values()) == {"养老保险待遇申领", "捕捞许可证核发", told}
    found = index.search("上了岁数以后每月领钱", 2, near=Near(nearness={hash_of(told): 1.0}, unread=frozenset()))
    assert first(found) == "pension"


def test_one_item_of_many_districts_is_found_in_each_of_them(language: Language) -> None:
    districts = ["第七区", *(f"第{number}区" for number in range(300))]
    index = build(
        language,
        [
            Document(key=f"{name}@{district}", wordings=(name,), local=(district,), payload=district)
            for district in districts
            for name in ("居住证申领", "离婚登记")
        ],
    )
    found = index.search("居住证怎么办", 301)
    assert {match.payload for match in found} == set(districts)
    assert {match.key.split("@")[0] for match in found} == {"居住证申领"}
    assert index.search("第七区居住证怎么办", 1)[0].payload == "第七区"
