"""How is a guide told? The facts that are asked for, first; or the item in short, with what else can be asked."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk.executor import CollectingDispatcher

from actions.answers import Guide
from actions.options import Option
from actions.said import ASPECTS, TITLES

ASPECT_KIND = "aspect"
#: Facts short enough to stand in the first reply about an item.
OVERVIEW = ("time_limit", "fee", "place")
OVERVIEW_SIGNS = 60
#: How many further things to ask are named after an answer.
OTHERS = 4
OFFERED = ("materials", "time_limit", "fee", "place", "flow")


def tell_facts(say: CollectingDispatcher, guide: Guide, aspects: Sequence[str], *, hotline: str, more: bool) -> None:
    """Each fact that is asked for, with where it comes from. `more`: what else can be asked is named too."""
    for aspect in aspects:
        _fact(say, guide, aspect, hotline)
    others = [_title(guide, one) for one in ASPECTS if more and one not in aspects and guide.told(one)][:OTHERS]
    response = "utter_guide_source" if others else "utter_guide_source_only"
    say.utter_message(response=response, source=_source(guide), others="、".join(others))


def tell_overview(say: CollectingDispatcher, guide: Guide) -> list[Option]:
    """The item's name and its short facts; gives what else can be asked."""
    facts = [(_title(guide, one), guide.told(one)) for one in OVERVIEW]
    short = [f"{title}：{text}" for title, text in facts if text and len(text) <= OVERVIEW_SIGNS]
    response = "utter_overview" if short else "utter_overview_bare"
    say.utter_message(response=response, item=guide.task_name, source=_source(guide), facts="\n".join(short))
    return [Option(kind=ASPECT_KIND, value=one, title=_title(guide, one)) for one in OFFERED if guide.told(one)]


def _fact(say: CollectingDispatcher, guide: Guide, aspect: str, hotline: str) -> None:
    text, title = guide.told(aspect), _title(guide, aspect)
    if text:
        fact = f"\n{text}" if "\n" in text else text
        say.utter_message(response="utter_fact", item=guide.task_name, title=title, fact=fact)
        return
    phone = guide.told("phone") or hotline
    say.utter_message(response="utter_fact_missing", item=guide.task_name, title=title, phone=phone)


def _title(guide: Guide, aspect: str) -> str:
    section = guide.section(aspect)
    return section.title if section and section.title else TITLES[aspect]


def _source(guide: Guide) -> str:
    return guide.dept_name or guide.source or ""
