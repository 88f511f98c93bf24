"""How is a guide told? The facts that are asked for, first; or the item in short, with what else can be asked."""

from __future__ import annotations

import re
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
#: What is asked with "怎么领": no section of a guide by itself, but several that tell it together.
COLLECT = "collect"
_COLLECTS = re.compile(
    r"(?:怎么|咋|如何|哪里?|哪儿|什么时候|啥时候|几时)(?:能|可以|去|来|才)*(?:领取?|取|拿)"
    r"(?:证件?|件|结果|到|的|呢|啊|呀|吗)*[?？。！!\s]*$"
)
#: Where the result is a document one fetches it; where it is money one applies for it.
_MONEY = re.compile(r"津贴|补贴|补助|救助|待遇|抚恤|奖励|保险金|养老金|失业金|低保|最低生活保障")
FETCHED = ("result", "place", "hours", "courier")
APPLIED_FOR = ("flow", "place", "online")


def tell_facts(say: CollectingDispatcher, guide: Guide, aspects: Sequence[str], *, hotline: str, more: bool) -> None:
    """Each fact that is asked for, with where it comes from. `more`: what else can be asked is named too."""
    for aspect in aspects:
        _fact(say, guide, aspect, hotline)
    others = [_title(guide, one) for one in ASPECTS if more and one not in aspects and guide.told(one)][:OTHERS]
    response = "utter_guide_source" if others else "utter_guide_source_only"
    say.utter_message(response=response, source=_source(guide), others="、".join(others))


def collects(text: str) -> bool:
    """Whether a question without a subject asks how to get the result ("怎么领", "去哪拿")."""
    return bool(_COLLECTS.search(text))


def spelt_out(guide: Guide, aspects: Sequence[str]) -> Sequence[str]:
    """`aspects` with COLLECT as the sections that tell it, those that are stated."""
    if COLLECT not in aspects:
        return aspects
    wanted = APPLIED_FOR if _MONEY.search(guide.task_name) else FETCHED
    stated = [one for one in wanted if guide.told(one)] or [wanted[0]]
    return tuple(dict.fromkeys(one for aspect in aspects for one in (stated if aspect == COLLECT else [aspect])))


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
