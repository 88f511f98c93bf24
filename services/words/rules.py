"""Which words of the office does the assistant's dictionary need? Names out of the catalogue and the FAQ; pure.

A dictionary of everyday Chinese cuts 往来港澳通行证 to pieces, and 自然资源和规划局 into two offices; what is named
here stays whole. A name that is said in many places comes before one that is said once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import msgspec

#: One sign says nothing, and a longer name is never said as it is written.
SHORTEST, LONGEST = 2, 12
#: The catalogue and FAQ of a province have fewer; each costs memory and time at every load.
MOST_WORDS = 20_000
#: What only one answer speaks of may be a turn of phrase.
FEWEST_ENTRIES = 2
#: Words that a topic of a question is made of, at most.
MOST_PARTS = 4

#: Cuts a sentence into everyday words.
Cut = Callable[[str], Iterable[str]]

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
#: Between the parts of a name: 学生证或在读证明, 身份证和监护关系证明.
_JOINTS = re.compile(r"或者|以及|[和与或及的]")
#: What is done with a thing, at the end of an item's name: 居民身份证首次申领.
_DEEDS = re.compile(
    r"(?:首次|到期|期满|丢失|遗失|异地|正常)?(?:申领|换领|补领|换发|补发|换证|补证|核发|办理|申请|登记|认定|认证|查询|打印|开具"
    r"|备案|支付|报销|绑定|减免|提取|过户|变更|注销|签注|报考|报名|许可|检查|转移|接续|转学|迁移|迁入|上牌|参保|领取|缴费|挂失)+$"
)
#: A name ends in what it is; whatever else stands together is a turn of phrase.
_NAMED = re.compile(
    r"(?:证|证明|卡|照|本|簿|书|表|单|据|票|函|页|照片|材料|凭证|合同|协议|清单|记录|报告|病历|小结|标志|号牌|声明|决议|意见|通知|说明"
    r"|金|险|费|税|补贴|津贴|补助|工资|待遇|贷款|医保|社保|农保|援助|公证|房|自行车|户口|工商户|公司|学校|幼儿园"
    r"|局|委|会|所|处|厅|院|站|中心|大厅|支队|分局)$"
)
#: Nor does a name begin with what is done, or with whose it is.
_DOING = re.compile(
    r"^(?:申请|补[办领换]?|换|领|开|打印|查|注销|变更|更换|取|提|买|卖|交(?!通)|强险|上|扯|挂失|登记|继承|考|改|办|去|把|认定|收养|成立"
    r"|注册|报|销|缴|续|审|吃|刷|困难|钱|原|拟|外地|孩子|小孩|老人|老婆|父母|家里|自己|没|无(?!房|配偶)|不(?!动产)|转|给|绑|看|单位"
    r"|有(?!房|限)|国(?!家))"
)
_ABOVE = ("国家税务总局", "中华人民共和国")
#: Words that ask, bind or do: a topic of a question ends before them and begins after them.
_ASKING = frozenset(
    re.findall(
        r"\S+",
        """
        怎么 怎么办 怎么样 怎样 什么 什么样 哪 哪里 哪儿 哪个 哪些 多少 多少钱 多久 多长 几 几天 几个 几点 何时 时候
        如何 为什么 为啥 咋 咋办 咋样 啥 吗 呢 吧 么 嘛 啊 呀 了 着 过 的 地 得 可以 能 能不能 可不可以 会 不会 要
        要不要 不要 需要 需不需要 想 提 取 迁 买 卖 付 改 免费 买房 必须 应该 已经 还是 还 没有 没 不 不能 无法 让
        给 把 被 用 在 去 到 从 跟 和 与 或 或者 及 以及 也 都 就 才 只 又 再 很 太 最 更 我 你 您 他 她 它 我们
        你们 他们 自己 这 那 这个 那个 这样 那样 是 是不是 有没有 算 算不算 说 问 请问 看 带 拿 交 办 办理 做 弄 搞
        开 领 查 补 换 打 走 来 上 下 里 外 前 后 以前 以后 之前 之后 现在 一个 一次 一下 一张 两 个 次 天 年 月
        怎么弄 怎么回事 要是 如果 因为 所以 但是 对 为 向 由 等 行 行不行 好 好了 直接 一起 另外 还要 只要 只能 不了
        不用 叫 找
        """,
    )
)


class Names(msgspec.Struct, kw_only=True):
    """What is named, and how often, before it is decided which of it are words."""

    #: Items, what they are called, what one brings and gets.
    things: dict[str, int] = msgspec.field(default_factory=dict)
    offices: dict[str, int] = msgspec.field(default_factory=dict)
    districts: list[str] = msgspec.field(default_factory=list)
    #: Questions, each in all its wordings.
    asked: list[list[str]] = msgspec.field(default_factory=list)


def words_of(names: Names, cut: Cut) -> list[str]:
    """The words in the order of their signs; of too many, those that are named in the most places."""
    districts = sorted({one for one in names.districts if one}, key=len, reverse=True)
    found: Counter[str] = Counter()
    for office, count in names.offices.items():
        found.update(dict.fromkeys(_fitting(_own_names(office, districts)), count))
    for thing, count in names.things.items():
        for word in set(_parts(thing, cut)):
            found[word] += count
    spoken_of = Counter(
        word for wordings in names.asked for word in {one for said in wordings for one in _topics(said, cut)}
    )
    found.update({word: count for word, count in spoken_of.items() if count >= FEWEST_ENTRIES})
    # A district within a longer word would not be seen any more.
    kept = [one for one in found if not any(district in one for district in districts) and len(list(cut(one))) > 1]
    return sorted(sorted(kept, key=lambda one: (-found[one], one))[:MOST_WORDS])


def _own_names(office: str, districts: Iterable[str]) -> set[str]:
    """An office's name without what it belongs to: 云江市公安局高新区分局 has two."""
    return set(_without(office, (*_ABOVE, *districts)).split())


def _without(text: str, parts: Iterable[str]) -> str:
    for part in parts:
        text = text.replace(part, " ")
    return text


def _parts(thing: str, cut: Cut) -> Iterator[str]:
    """A name's own words; one in citizens' words is read as a question is."""
    for name in _CHINESE.findall(_without(thing, _ABOVE)):
        for part in (name, *_JOINTS.split(name)):
            yield from _topics(_DEEDS.sub("", part), cut)


def _topics(said: str, cut: Cut) -> Iterator[str]:
    """What the sentence speaks of: neighbouring words between those that ask."""
    parts: list[str] = []
    for word in (*cut(said), ""):
        if word and word not in _ASKING and _CHINESE.fullmatch(word):
            parts.append(word)
            continue
        if len(parts) <= MOST_PARTS:
            yield from _fitting(["".join(parts)])
        parts = []


def _fitting(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if SHORTEST <= len(name) <= LONGEST and _NAMED.search(name) and not _DOING.match(name) and "办" not in name:
            yield name
