"""An index made step by step is the index made at once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.catalogue.ranking import TUNING
from services.dense.types import Near
from services.search.builder import IndexBuilder
from services.search.index import Document, Language, TextIndex
from services.search.space import Tuning

NAMES = st.text(alphabet="身份证丢失补领户口登记公司a1 ，", min_size=1, max_size=12)


#: What is left to be made anew: after each change, after some, and never.
MOST_ADDED = st.sampled_from([0, 3, 1_000])


def document(key: str, *wordings: str, context: str = "", local: str = "", about: str = "") -> Document[str]:
    return Document(key=key, wordings=wordings, context=(context,), local=(local,), about=about, payload=key)


def ranking(index: TextIndex[str], question: str, near: Near | None = None) -> list[tuple[str, float]]:
    return [(match.key, match.score) for match in index.search(question, 10, near=near)]


def test_a_changed_document_is_found_by_its_new_name_only(language: Language) -> None:
    builder: IndexBuilder[str] = IndexBuilder(language, Tuning())
    builder.put(document("a", "结婚登记"))
    builder.put(document("b", "犬只登记"))
    before = builder.build()
    builder.put(document("a", "护照换发"))
    after = builder.build()
    assert ranking(after, "护照换发")[0] == ("a", 1.0)
    assert ranking(after, "结婚")[:1] != [("a", 1.0)]
    assert ranking(before, "结婚登记")[0] == ("a", 1.0), "an index that is in use must not change"


def test_a_removed_document_is_gone(language: Language) -> None:
    builder: IndexBuilder[str] = IndexBuilder(language, Tuning())
    builder.put(document("a", "结婚登记"))
    builder.remove("a")
    builder.remove("never there")
    assert len(builder.build()) == 0


#: Names, context, place and what it is about: few of each, so that documents share them; None: it is removed.
DOCUMENTS = st.one_of(
    st.none(),
    st.tuples(
        st.lists(NAMES, min_size=1, max_size=2).map(tuple),
        st.sampled_from(["", "公安局", "丢失"]),
        st.sampled_from(["", "北区公安局", "南区"]),
        st.sampled_from(["", "户口 登记", "补领"]),
    ),
)
Held = tuple[tuple[str, ...], str, str, str]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.sampled_from("abcd"), DOCUMENTS, st.booleans()), max_size=12),
    question=NAMES,
    most_added=MOST_ADDED,
)
def test_the_way_to_the_documents_does_not_matter(
    language: Language, steps: list[tuple[str, Held | None, bool]], question: str, most_added: int
) -> None:
    stepwise: IndexBuilder[str] = IndexBuilder(language, TUNING, most_added=most_added)
    last: dict[str, Held] = {}
    for key, held, built in steps:
        if held is None:
            stepwise.remove(key)
            last.pop(key, None)
        else:
            stepwise.put(made(key, held))
            last[key] = held
        if built:
            stepwise.build()
    at_once: IndexBuilder[str] = IndexBuilder(language, TUNING)
    for key, held in last.items():
        at_once.put(made(key, held))
    found, expected = stepwise.build(), at_once.build()
    assert dict(found.texts) == dict(expected.texts)
    for near in (None, Near(nearness=dict.fromkeys(sorted(expected.texts)[::2], 0.7), unread=frozenset())):
        assert ranking(found, question, near) == ranking(expected, question, near)


@pytest.mark.parametrize("key", ["a", "A１"])
def test_documents_without_a_name_go_by_their_own_keys(language: Language, key: str) -> None:
    builder: IndexBuilder[str] = IndexBuilder(language, TUNING)
    for one in ("b", key):
        builder.put(document(one, " "))
    builder.remove("b")
    index = builder.build()
    assert len(index) == 1
    assert list(index.texts.values()) == [language.normalise(key)]


def test_many_edits_one_by_one_leave_the_index_that_is_made_at_once(language: Language) -> None:
    stepwise: IndexBuilder[str] = IndexBuilder(language, TUNING)
    names = [f"{matter}{deed}" for matter in ("居住证", "护照", "犬只", "公司") for deed in ("登记", "换发", "注销")]
    for number, name in enumerate(names):
        stepwise.put(document(str(number), name, local="公安局"))
    stepwise.build()
    for number, name in enumerate(reversed(names)):
        stepwise.put(document(str(number), name, "另外的名字", context=name[:2], local="市公安局"))
        index = stepwise.build()
    at_once: IndexBuilder[str] = IndexBuilder(language, TUNING)
    for number, name in enumerate(reversed(names)):
        at_once.put(document(str(number), name, "另外的名字", context=name[:2], local="市公安局"))
    expected = at_once.build()
    for question in (*names, "公安局怎么换护照", "狗要登记吗"):
        assert ranking(index, question) == ranking(expected, question)


def test_an_index_that_could_not_be_made_is_made_from_nothing_the_next_time(
    language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder: IndexBuilder[str] = IndexBuilder(language, TUNING)
    builder.put(document("a", "结婚登记"))
    builder.build()
    builder.put(document("b", "犬只登记"))
    with monkeypatch.context() as broken:
        broken.setattr("services.search.assembly.Beside", _no_memory)
        with pytest.raises(MemoryError):
            builder.build()
    builder.put(document("c", "护照换发"))
    index = builder.build()
    assert [ranking(index, name)[0] for name in ("结婚登记", "犬只登记", "护照换发")] == [
        ("a", 1.0),
        ("b", 1.0),
        ("c", 1.0),
    ]


def made(key: str, held: Held) -> Document[str]:
    names, context, local, about = held
    return document(key, *names, context=context, local=local, about=about)


def _no_memory(**_: object) -> None:
    raise MemoryError
