"""What does this citizen have to bring? Questions in their order, then the checklist that the answers make. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.catalogue.guide import make_guide, material_line, ordered_materials, plain
from services.catalogue.types import Asked, AskedOption, Aspect, Checklist, Item, Situation, SituationOption
from services.errors import BadRequest

#: What stands below the materials of a checklist.
FACTS: tuple[Aspect, ...] = ("time_limit", "fee", "place", "hours", "phone")


class UnknownAnswer(BadRequest):
    """An answer belongs to no question of the item, or to none of its options."""

    type = "unknown-answer"


def checklist(item: Item, answers: Mapping[str, str]) -> Checklist:
    """The next question, or the whole checklist where all are answered; raises UnknownAnswer."""
    chosen = _chosen(item, answers)
    asked = _next(item, chosen)
    return Checklist(
        task_code=item.task_code,
        task_name=item.task_name,
        dept_name=item.dept_name,
        asked=asked,
        given=[f"{one.question}{chosen[one.id].label}" for one in item.situations if one.id in chosen],
        materials=[] if asked else list(_materials(item, chosen)),
        conditions=[] if asked else list(_conditions(item, chosen)),
        sections=[] if asked else [one for one in make_guide(item).sections if one.aspect in FACTS],
    )


def fault(item: Item) -> tuple[str, str] | None:
    """Field and reason of what is wrong with the item's situations; None where nothing is."""
    need = {one.material_name: one.is_need for one in item.material}
    seen: set[str] = set()
    for number, situation in enumerate(item.situations):
        where = f"situations[{number}]"
        if situation.id in seen:
            return f"{where}.id", f"the id {situation.id} is there twice"
        seen.add(situation.id)
        found = _option_fault(situation, need)
        if found is not None:
            return f"{where}.options{found[0]}", found[1]
    return None


def _option_fault(situation: Situation, need: Mapping[str, bool | None]) -> tuple[str, str] | None:
    for field in ("id", "label"):
        values = [getattr(one, field) for one in situation.options]
        twice = next((one for one in values if values.count(one) > 1), None)
        if twice is not None:
            return "", f"two options have the {field} {twice}"
    for number, option in enumerate(situation.options):
        for name in (*option.adds_material, *option.removes_material):
            if name not in need:
                return f"[{number}]", f"the item has no material {name}"
        for name in option.adds_material:
            if need[name] is not False:
                return f"[{number}].adds_material", f"{name} is needed by everybody: write is_need: false"
    return None


def _chosen(item: Item, answers: Mapping[str, str]) -> Mapping[str, SituationOption]:
    options = {one.id: {option.id: option for option in one.options} for one in item.situations}
    try:
        return {key: options[key][value] for key, value in answers.items()}
    except KeyError as error:
        raise UnknownAnswer(f"answers: {error.args[0]} is not known") from None


def _next(item: Item, chosen: Mapping[str, SituationOption]) -> Asked | None:
    for number, one in enumerate(item.situations, start=1):
        if one.id not in chosen:
            return Asked(
                id=one.id,
                question=one.question,
                options=[AskedOption(id=option.id, label=option.label) for option in one.options],
                number=number,
                count=len(item.situations),
            )
    return None


def _materials(item: Item, chosen: Mapping[str, SituationOption]) -> Iterator[str]:
    """Needed by everybody or in this case; what no question decides stays, said to depend."""
    added = {name for option in chosen.values() for name in option.adds_material}
    removed = {name for option in chosen.values() for name in option.removes_material} - added
    decided = {name for one in item.situations for option in one.options for name in option.adds_material}
    for material in ordered_materials(item):
        name = material.material_name
        if name in removed or (name in decided and name not in added):
            continue
        yield material_line(material, certain=name in added)


def _conditions(item: Item, chosen: Mapping[str, SituationOption]) -> Iterator[str]:
    if item.accept_condition:
        yield plain(item.accept_condition)
    for one in item.situations:
        if one.id in chosen:
            yield from (plain(text) for text in chosen[one.id].adds_condition)
