"""Which everyday things does a sentence name, and where exactly? Days, times, phones, places, offices, kinds of people.

By shape, not by lists: a hall that opened this morning has the shape of a hall. What a name stands for (which hall,
which item) the actions ask the backend, whose list is current; nothing here has to be trained again for it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import jieba

DATE, TIME, PHONE, APPLICANT = "date", "time", "phone", "applicant"
DISTRICT, HALL, DEPARTMENT = "district", "hall", "department"
#: Every kind that is found here.
KINDS = (DATE, TIME, PHONE, APPLICANT, DISTRICT, HALL, DEPARTMENT)

_NUMBER = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_PART = r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|午后|傍晚|晚上)"
#: What stands before or behind tells 后天 from 以后天天, 三号 from 三号窗口, 约一下周一 from 下周一.
_DATE = re.compile(
    rf"(?:\d{{4}}年)?{_NUMBER}月(?:份)?{_NUMBER}(?:日|号)"
    rf"|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}"
    rf"|(?:下|这|本|上)个?月(?:{_NUMBER}(?:日|号)|初|中|底|末)?"
    rf"|(?<![第\d一二三四五六七八九十]){_NUMBER}(?:日|号)(?![窗线楼门厅柜文令院店机码])"
    rf"|(?:下下|(?<!一)下|这|本|上)?个?(?:周|星期|礼拜)(?:[一二三四五六日天末]|[1-7](?!\d))(?![年岁次遍])"
    rf"|(?:(?<!一)下|这|本|上)个?(?:周|星期|礼拜)(?!期)"
    rf"|今[天儿]|明儿|后儿|(?<![说声证表注])明天(?!数)|大?(?<![今以之先背随最])后天(?![天气性])|昨天|(?<![提目之以])前天(?![数气])"
    rf"|过{_NUMBER}天|{_NUMBER}天(?:以?后|之后)"
)
_TIME = re.compile(
    rf"{_PART}?\s*\d{{1,2}}[:：]\d{{2}}(?!\d)"
    rf"|{_PART}\s*{_NUMBER}(?:点钟?|时)(?:半|一刻|三刻|{_NUMBER}分)?"
    rf"|(?<![第\d有这几共下意])(?!一点(?![钟半])){_NUMBER}点(?:钟|半|一刻|三刻|{_NUMBER}分|(?=[去来到开上下关之前后左以吧的，。]|$))"
    rf"|{_PART}"
)
_PHONE = re.compile(
    r"(?<![\dA-Za-z])(?:0\d{2,3}[-—\s]?\d{7,8}|[48]00[-\s]?\d{3,4}[-\s]?\d{3,4}|1(?:23\d{2}|1\d|2\d))(?![\dA-Za-z])"
)
_APPLICANT = re.compile(
    r"个体工商户|个体户|退役军人|残疾人(?!联合会)|老年人|未成年人|新生儿|农民工|低保户|外地人|外国人|港澳居民|台湾居民|大学生|留学生"
    r"|事业单位|社会组织|民办非企业|(?:我们|咱们|小|分|本)?公司(?!法)|企业(?!所得税|年金)|法人(?!证书)|本人|个人(?!所得税|账户|信息)"
    r"|孕妇|老人|学生(?!证)|军人|孩子|小孩"
)
#: Names end in one of these, the longest first.
_ENDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (HALL, re.compile(r"(?:行政|政务|便民|党群|市民)?(?:服务|办事)(?:中心|大厅)|政务(?:中心|大厅)|市民中心|大厅")),
    (
        DEPARTMENT,
        re.compile(
            r"住建[局委]|分局|局|委员会|管委会|发改委|卫健委|国资委|派出所|街道办事处|街道办|居委会|村委会|法院|检察院|支队|管理中心|登记中心|联合会"
        ),
    ),
    (DISTRICT, re.compile(r"新区|区|县|市")),
)
#: A district does not reach back over an office: 云江市公安局江北区分局.
_OFFICE = re.compile(r"(?:局|委员会|支队|中心)$")
#: Ends that are a name by themselves.
_WHOLE = frozenset({"住建局", "住建委", "发改委", "卫健委", "国资委"})
#: Words that a department's name joins to others by 和: 人力资源和社会保障局.
_JOINED = frozenset({"人力资源", "住房", "工业", "规划", "文化", "发展", "农业农村"})
#: Words that end like a name and are none.
_NO_NAMES = frozenset(
    re.findall(
        r"\S+",
        "小区 社区 地区 城区 市区 园区 校区 辖区 景区 片区 山区 学区 各区 哪个区 "
        "城市 超市 本市 全市 县市 结局 布局 格局 邮局",
    )
)
#: Words that no name begins with: who goes where, how, and to do what.
_BEFORE = frozenset(
    re.findall(
        r"\S+",
        """
        我 你 您 他 她 它 我们 咱 咱们 这 那 这个 那个 哪 哪个 哪里 各 各个 每个 几个 一个 自己 家 我家 家里
        请 请问 问 想 要 想要 需要 可以 能 能不能 得 不 不要 不想 用 走 坐 有 没有 是 不是 还是 的 了 吗 呢 吧 啊
        去 到 在 往 从 来 由 找 离 跟 和 与 或 或者 就 都 也 给 把 被 让 对 向 归 属 属于 住 住在 位于 路过 为 叫
        办 办理 办事 预约 约 约个 查 查下 一下 看 看看 帮 帮我 开 开到 搬 搬到 转 转到 调 交 交到 送 送到 改 改成 改到
        换 换到 换成 说 听说 打 打给 联系 投诉 举报 咨询
        今天 明天 后天 上午 下午 现在 最近 附近 到底 怎么 什么 为什么 下 上 里 后 前 先 再 又
        """,
    )
)
#: A name has no more words before its end.
_MOST_WORDS = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """`text[start:end]` is of this kind."""

    kind: str
    start: int
    end: int


class Everyday:
    """Finds things by patterns and by the words that a name is made of."""

    def __init__(self, words: jieba.Tokenizer) -> None:
        self._words = words

    def find(self, text: str) -> list[Thing]:
        """All things, in the order of the text; only a district may lie within a hall or a department."""
        found = [
            Thing(kind=kind, start=hit.start(), end=hit.end())
            for kind, pattern in ((PHONE, _PHONE), (DATE, _DATE), (TIME, _TIME), (APPLICANT, _APPLICANT))
            for hit in pattern.finditer(text)
        ]
        places = list(self._places(text, [one.end for one in found]))
        found += [one for one in places if one.kind != DISTRICT or not _cut(one, places)]
        return sorted(_without_overlap(found), key=lambda one: (one.start, -one.end))

    def _places(self, text: str, others_end: Sequence[int]) -> Iterator[Thing]:
        words = [(word, start) for word, start, _ in self._words.tokenize(text, HMM=False)]
        for kind, pattern in _ENDS:
            for hit in pattern.finditer(text):
                nearest = max((end for end in others_end if end <= hit.start()), default=0)
                start = max(_beginning(words, hit.start(), kind), nearest)
                name = text[start : hit.end()]
                named = start < hit.start() or name in _WHOLE
                if named and name not in _NO_NAMES and not _goes_on(words, hit.end(), kind):
                    yield Thing(kind=kind, start=start, end=hit.end())


def _beginning(words: Sequence[tuple[str, int]], end: int, kind: str) -> int:
    """Where the name begins whose last part begins at `end`: words are taken in from there to the left."""
    last = bisect_left(words, end, key=lambda one: one[1]) - 1
    beginning = end
    for place in range(last, max(last - _MOST_WORDS, -1), -1):
        word, start = words[place]
        # A word that runs over into the end (山区 of 东山区) belongs to the name whatever it is.
        whole = start + len(word) <= end
        joins = word in {"和", "与"} and place > 0 and words[place - 1][0] in _JOINED and beginning < end
        other = kind == DISTRICT and _OFFICE.search(word)
        if whole and not joins and (other or word in _BEFORE or not _is_chinese(word)):
            break
        beginning = start
    return beginning


def _goes_on(words: Sequence[tuple[str, int]], end: int, kind: str) -> bool:
    """Whether a word runs on over the end: 市 of 市场, 区 of 区别."""
    return kind == DISTRICT and any(start < end < start + len(word) for word, start in words)


def _cut(one: Thing, places: Sequence[Thing]) -> bool:
    """Whether the district crosses another place's border."""
    return any(other.start < one.end < other.end and one.start < other.start for other in places if other != one)


def _without_overlap(found: Sequence[Thing]) -> Iterator[Thing]:
    """Of things of one kind that overlap the longest; a time within a phone number is none."""
    kept: list[Thing] = []
    for one in sorted(found, key=lambda thing: thing.start - thing.end):
        if not any(_clash(one, other) for other in kept):
            kept.append(one)
            yield one


def _clash(one: Thing, other: Thing) -> bool:
    nested = one.kind == DISTRICT and other.kind in {HALL, DEPARTMENT}
    return not nested and one.start < other.end and other.start < one.end


def _is_chinese(word: str) -> bool:
    return all("\u4e00" <= sign <= "\u9fff" for sign in word)
