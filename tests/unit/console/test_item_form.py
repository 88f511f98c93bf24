"""Is an item that is shown as a form and sent back as it was still the same item?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from multidict import MultiDict

from services.catalogue.incoming import ITEMS
from services.catalogue.types import Item
from services.console.catalogue.fields import GROUPS, MORE, NAMES
from services.console.catalogue.forms import ItemForm, fields_of
from services.console.catalogue.words import fault_of
from services.importing.delivery import read_delivery
from services.importing.report import Report

CITY = Path(__file__).parents[3] / "data" / "city" / "items"


def city_items() -> Sequence[Item]:
    """The items of the example city."""
    delivery = read_delivery(ITEMS, sorted(CITY.glob("*.yml")), Report(), source="")
    return [entry.value for entry in delivery.entries]


def sent(item: Item) -> MultiDict[str]:
    """As a browser sends the form: every line ends with both signs, what is empty is sent too."""
    fields: MultiDict[str] = MultiDict()
    for name, value in fields_of(item).items():
        if isinstance(value, list):
            for one in value:
                fields.add(name, one)
        else:
            fields.add(name, "" if value is None else str(value).replace("\n", "\r\n"))
    fields.add("base", "1")
    return fields


def test_every_item_of_the_city_stays_the_same() -> None:
    items = city_items()
    assert len(items) > 90
    for item in items:
        form = ItemForm(sent(item))
        form.offer(item, [])
        assert form.validate(), (item.task_code, form.errors)
        assert form.item(item) == item, item.task_code


def test_every_field_of_an_item_has_a_name_and_a_place_on_the_page() -> None:
    fields = set(Item.__struct_fields__)
    placed = [name for names in (*GROUPS.values(), MORE) for name in names]
    assert fields == NAMES.keys()
    assert {*placed, "task_code"} == fields
    assert len(placed) == len(set(placed))
    assert set(ItemForm(MultiDict())._fields) == {*placed, "base"}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("Expected `str` of length <= 200 - at `$.aliases[2]`", "“群众的叫法”不合要求：太长，最多 200。"),
        ("Expected `str` of length >= 1 - at `$.material[0].material_name`", "“申请材料”不合要求：不能为空。"),
        ("Expected `object`, got `int`", "不合要求："),
    ],
)
def test_a_fault_of_the_whole_item_is_said_in_chinese(error: str, told: str) -> None:
    assert fault_of(error).startswith(told)
