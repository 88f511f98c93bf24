"""An index made step by step is the index made at once."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.search.builder import IndexBuilder
from services.search.index import Document, Language, TextIndex
from services.search.space import Tuning

NAMES = st.text(alphabet="身份证丢失补领户口登记公司a1 ，", min_size=1, max_size=12)


def document(key: str, *wordings: str) -> Document[str]:
    return Document(key=key, wordings=wordings, payload=key)


def ranking(index: TextIndex[str], question: str) -> list[tuple[str, float]]:
    return [(match.key, match.score) for match in index.search(question, 10)]


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


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from("abc"), st.one_of(st.none(), NAMES)), max_size=8), question=NAMES)
def test_the_way_to_the_documents_does_not_matter(
    language: Language, steps: list[tuple[str, str | None]], question: str
) -> None:
    stepwise: IndexBuilder[str] = IndexBuilder(language, Tuning())
    last: dict[str, str] = {}
    for key, name in steps:
        if name is None:
            stepwise.remove(key)
            last.pop(key, None)
        else:
            stepwise.put(document(key, name))
            last[key] = name
        stepwise.build()
    at_once: IndexBuilder[str] = IndexBuilder(language, Tuning())
    for key, name in last.items():
        at_once.put(document(key, name))
    assert ranking(stepwise.build(), question) == ranking(at_once.build(), question)
