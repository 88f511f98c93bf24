"""Does a question go on about the answer just told, and which of its sentences answers it? Pure.

"那要断多久才行" names nothing by itself: it means what was just spoken of. The answer is the staff's own words again,
only the part that is asked for; where no part of it is, nothing is made up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from actions.deciding import Decision, TheAnswer, TheItem, Unknown, Which
from actions.memory import AnswerInHand

#: Words with which one goes on.
_ON = re.compile(
    r"^(?:[啊哦嗯噢，,\s]|好的?|那么?|可是?|但是?|不过|如果|要是|假如|万一|这样|这种|这个|这|它|之后|以后|然后|还有|另外)"
)
#: So few signs beside the asking words name nothing new.
LEFT = 3
#: An item that fits as well as this was named; a worse one only shares a word or two with the question.
NAMED = 0.5
#: Sentences told of an answer.
MOST = 2
_NUMBER = r"[0-9零一二两三四五六七八九十百半几]"
_LONG = rf"{_NUMBER}+\s*个?(?:天|日|周|星期|月|年|小时|分钟|工作日)|当天|当场|随时|长期"
_DUE = rf"{_NUMBER}+\s*(?:个?(?:天|日|月|年|号)|点|周岁)|每[年月周天]|之前|以前|当天|随时"
_MONEY = rf"{_NUMBER}[万千百.]*\s*(?:元|块|%)|免费|不收|百分之|费用|手续费|工本费"
_ONLINE = r"网|手机|线上|小程序|APP|app|微信"
#: What a question asks for, and by what a sentence is known that tells it.
_TELLS: Mapping[re.Pattern[str], re.Pattern[str]] = {
    re.compile(asked): re.compile(told)
    for asked, told in (
        (r"多久|多长|[几多少]个?(?:天|月|年|周|小时)|时限|时长", _LONG),
        (r"什么时候|何时|几号|几点|哪天|啥时候", _DUE),
        (r"几岁|多少岁|多大", rf"{_NUMBER}+\s*周?岁"),
        (r"多少钱|[几少]块|要钱|收费|费用|免费|花钱|交钱", _MONEY),
        (r"(?:领|提|贷|报|拿|发)取?[到得能可以]*[多几]", _MONEY),
        (r"[几少]成|比例", r"%|百分之|成"),
        (r"在哪|去哪|到哪|哪里|哪儿|地点|地址|哪个(?:窗口|大厅|地方)", rf"大厅|窗口|中心|派出所|医院|服务站|{_ONLINE}"),
        (r"网上|手机|线上|小程序", _ONLINE),
        (r"本人|亲自|代办|别人|代领|家属", r"本人|代办|代为|委托|家人|亲自"),
        (r"带什么|带啥|材料|手续|证件|证明|带哪些|准备什么", r"带|材料|证明|身份证|户口簿|提交|出示|发票|合同"),
        (r"条件|资格|符合|要求", r"满足|符合|连续|条件|不超过|不满|年满|满[^意]|以上|以内"),
        (r"电话|怎么联系", r"\d{5}"),
        (r"怎么(?:补|办|申请|弄|交|领|查|做)|如何|流程|步骤", rf"窗口|大厅|申请|补缴|登录|{_ONLINE}"),
    )
}
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")


def goes_on(text: str, named: str) -> bool:
    """Whether the words ask on about what was just told. `named`: what is left of them beside the asking words."""
    return len(named) <= LEFT or bool(_ON.match(text))


def is_new(decision: Decision, told: AnswerInHand, hand_code: str | None) -> bool:
    """Whether a question that seems to go on names a subject of its own after all: it was found, and is another one."""
    match decision:
        case TheAnswer(hit=hit):
            return hit.id != told.entry
        case TheItem(code=code):
            return code != hand_code
        case Which(items=items):
            return bool(items) and items[0].score >= NAMED
        case Unknown():
            return False


def passage(answer: str, question: str) -> str:
    """The sentences of an answer that tell what is asked, two at most; empty where none does."""
    wanted = [told for asked, told in _TELLS.items() if asked.search(question)]
    sentences = [one.strip() for one in _SENTENCE.findall(answer) if one.strip()]
    fitting = [one for one in sentences if any(told.search(one) for told in wanted)]
    return "".join(fitting[:MOST])
