"""Does each square of the confusions' chart lead to its sentences?"""

from __future__ import annotations

from services.console.training.confusions import confusion_chart
from services.training.types import Confusion


def confusion(intent: str, taken_for: str, count: int) -> Confusion:
    return Confusion(intent=intent, taken_for=taken_for, count=count, sentences=[])


def test_each_pair_of_intents_is_one_square_with_its_place_in_the_list() -> None:
    found = confusion_chart(
        [confusion("ask_fee", "ask_place", 3), confusion("greet", "ask_fee", 2), confusion("ask_fee", "greet", 1)]
    )

    assert found["labels"] == ["问地点", "问收费", "打招呼"]
    assert found["series"] == [
        {"name": "打招呼", "values": [None, 2, None]},
        {"name": "问收费", "values": [3, None, 1]},
    ]
    assert found["places"] == {"0,1": 1, "1,0": 2, "2,1": 3}


def test_without_confusions_there_is_nothing_to_draw() -> None:
    assert confusion_chart([]) == {"labels": [], "series": [], "places": {}}
