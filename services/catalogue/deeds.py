"""What does a citizen want done, and what is an item for? Deeds, in citizens' words and in those of names. Pure.

Names of one licence differ by little but the deed: granted, changed, renewed, replaced, given up, or looked up. What
else is in a question outweighs these few characters, so they are compared by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

#: Names read once are kept: a catalogue has some thousand different ones.
KEPT_NAMES = 50_000
#: What a score gains where question and name have a deed in common, and what more where it alters something.
SHARED, SHARED_ALTERING = 0.06, 0.07
#: What it loses where the name is only for looking something up, or alters something, which nobody asked for.
LOOKING_UNASKED, ALTERING_UNASKED = 0.1, 0.04
#: And where the name is for a person and a company asks, or the other way round.
OTHERS = 0.05

_LOOK = "look"
#: Deeds that need something there already.
_ALTERING = frozenset({"renew", "replace", "change", "cancel", "stop", "resume", "first"})
#: Deed -> in citizens' words, and in names.
_WORDS: Mapping[str, tuple[str, str]] = {
    _LOOK: (
        "(?<![检审调普])查|哪.{0,3}看|能看|看到|看看|怎么看|公布|公开|名单|真假|真不真|是不是真|公示|公告|有没有.{0,6}(?:信息|资料)"
        "|(?<![发开拓])展(?![期业开])|哪一?步|进度|好了没|下来没|到哪了",
        "查询|查阅|公示|公告|公报|公布|公开|通报|名单|名录|指数|(?<![发开拓])展(?![期业开])|(?:信息|报告|资源)(?:[（(]|$)",
    ),
    "grant": (
        "申请|申报|申省|报省|想报|怎么报|想申|怎么拿|(?<!一)批(?!发)|许可",
        "授予|评审|核发|许可|审批|认定|申领|评定|申报|审核|核准",
    ),
    "consult": ("问问|问一|咨询|请教|问谁|谁问|打听", "咨询"),
    "reward": ("奖|表彰|评优|评先", "奖|表彰|评选"),
    "renew": ("延|(?<![手接连继存])续|到期|过期", "延续|延期|(?<![手接连继存])续|换证|到期|期满"),
    "replace": (
        "丢|遗失|不见了|补[办领发一张个本]|坏了|坏掉|损坏|损毁|烂了|破了|换新|换一?[张本]",
        "补[办领发证换]|遗失|损毁|换发|换领|更换",
    ),
    "change": (
        "变更|更改|改(?![革造建])|换(?!新|证|一?[张本])|更正|错了|调到|转到|转成|转所",
        "变更|更正|更换|修改|转入|转所|换发",
    ),
    "cancel": ("注销|取消|不开了|不想开|不干了|不做了|撤销|关门|关掉|解散|停办", "注销|撤销|终止|取消"),
    "first": (
        "首次|第一次|头一次|新办|初次|刚考|设立|开办|想开|开一?[家所个]|想办|成立",
        "首次|初始|设立|新办|初次|成立",
    ),
    "stop": ("暂停|先停|停一|停发", "暂停|停[发业止用保]"),
    "resume": ("恢复|复工|重新|再开通", "恢复|重新"),
    "complain": ("举报|投诉|检举|反映", "举报|投诉|检举"),
    "file": ("备案|报备", "备案"),
    "download": ("下载", "下载"),
}
_ASKED = {deed: re.compile(asked) for deed, (asked, _) in _WORDS.items()}
_NAMED = {deed: re.compile(named) for deed, (_, named) in _WORDS.items()}
_FOR_COMPANIES, _FOR_PEOPLE = re.compile(r"[（(](?:企业|单位|法人)"), re.compile(r"[（(](?:个人|自然人)")
_COMPANY_ASKS = re.compile("公司|企业|单位|厂|我们店|开店|法人")
_PERSON_ASKS = re.compile("我(?!们)|自己|个人|本人|老公|老婆|爸|妈|孩子")


class Wish:
    """What one question wants done, and for whom."""

    def __init__(self, question: str) -> None:
        """`question`: normalised."""
        self._deeds = frozenset(deed for deed, words in _ASKED.items() if words.search(question))
        company, person = bool(_COMPANY_ASKS.search(question)), bool(_PERSON_ASKS.search(question))
        self._not_for = _FOR_PEOPLE if company and not person else _FOR_COMPANIES if person and not company else None

    def fit(self, name: str) -> float:
        """By what an item's score is multiplied: more than 1 where its name does what is wanted."""
        deeds = _deeds_of(name)
        shared = self._deeds & deeds
        factor = 1.0
        if shared:
            factor += SHARED
        if shared & _ALTERING:
            factor += SHARED_ALTERING
        elif deeds & _ALTERING - {"first"}:
            factor -= ALTERING_UNASKED
        if _LOOK in deeds - shared:
            factor -= LOOKING_UNASKED
        if self._not_for and self._not_for.search(name):
            factor -= OTHERS
        return factor


@lru_cache(maxsize=KEPT_NAMES)
def _deeds_of(name: str) -> frozenset[str]:
    return frozenset(deed for deed, words in _NAMED.items() if words.search(name))
