"""Who comes? Name, ID number and mobile number; of the two numbers this process sees tokens only."""

from __future__ import annotations

import re

from actions.forms import BELIEVED, Turn

#: "名字不对，叫王小方": that it was wrong comes between the label and the name.
_LABEL = (
    r"(?:姓名|名字)(?:又|都|给|我)*(?:是|写|填|输|打|弄|搞|听)?(?:不对|不是这个|错了?|有误|反了)?(?:吧|啊|呀|哦)?"
    r"[\s，,。.:：！!]*"
    r"(?:我|应该|要|得|请|帮我|麻烦)*(?:改成|改为|改|换成|写成|写|是|叫|为)?"
)
#: For whom one comes: "我妈叫李桂花".
_KIN = (
    r"我家?(?:妈妈?|爸爸?|母亲|父亲|老公|老婆|爱人|丈夫|妻子|儿子|女儿|爷爷|奶奶|外公|外婆|姥姥|姥爷|"
    r"孩子|小孩|哥哥?|姐姐?|弟弟?|妹妹?)"
)
_INTRODUCED = re.compile(
    rf"(?:我叫|我是|{_KIN}(?:名字)?[是叫]|{_LABEL}|应该(?:是|叫)|本人|办理人(?:是)?|申请人(?:是)?)\s*"
    r"(?P<name>[\u4e00-\u9fff·•]{2,15})"
)
#: Behind a label this says what is to become of the name, and is none.
_ABOUT_A_NAME = re.compile(r"^(?:不|有误|写|填|改|换|是|叫|怎么|什么|必须|要|能|可以|输|打)|错|不对|反了")
#: "不是王小芳，是王小方": of two names the second, where the first is the one that was taken down.
_RATHER = re.compile(
    r"不(?:是|叫)(?P<old>[\u4e00-\u9fff·]{2,15})[，,。\s]*(?:是|叫|应该是|而是)(?P<name>[\u4e00-\u9fff·]{2,15})"
)
_NAME = re.compile(
    r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,10}[·•][\u4e00-\u9fff·•]{1,12}|[A-Za-z][A-Za-z .'\-]{1,38}[A-Za-z]"
)
_POLITE = re.compile(
    rf"^(?:[是给帮]?{_KIN}|我叫|我是|叫|是|姓名|名字|本人)[是叫:：]?|(?:吧|啊|的|先生|女士|小姐|老师)$|[\s，。,.!！]"
)
_NO_NAME = re.compile(
    r"^(?:你好|您好|谢谢|好的|可以|确认|确定|不是|不要|不用|是的|对的|没有|什么|怎么|为什么|不知道|没问题|知道了|明白了|算了|同意|取消|"
    r"多谢|何时|何处|何地|任意|方便|安排|时间|明天|后天|今天|周[一二三四五六日])|[吗呢么]$"
)
#: Single and double surnames that cover nearly everybody; a name that starts with none is still taken when asked for.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆"
    "汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜"
)
_DIGITS = re.compile(r"\d{4,}")
#: "应该是江北", "应该是周五": a correction may be of anything; it is a name only if nothing else was understood.
_CORRECTED = re.compile(r"应该(?:是|叫)")
_NAMES_A_NAME = re.compile(r"我叫|名字|姓名|办理人|申请人")
#: Who asks for the reason or would rather not gets the reason.
_UNWILLING = re.compile(
    r"为什么|为啥|干嘛|干什么|凭什么|不想|不愿|不给|不告诉|不方便|必须|一定要|非要|可以不|能不能不|隐私|泄露|安全吗"
)


class NameStep:
    """The name of who comes."""

    slot = "applicant_name"

    async def read(self, turn: Turn) -> None:
        text = turn.message.written or turn.message.text
        name = introduced(text) or _rather(text, turn.values[self.slot])
        if turn.taken and _CORRECTED.search(text) and not _NAMES_A_NAME.search(text):
            name = None
        if name is None and turn.asked_for(self.slot) and not turn.taken:
            name = self._alone(turn)
        if name and name != turn.values[self.slot]:
            turn.take(self.slot, name)

    async def ask(self, turn: Turn) -> None:
        turn.ask("utter_request_applicant_name")

    def _alone(self, turn: Turn) -> str | None:
        """A message that is nothing but a name."""
        plain = _POLITE.sub("", turn.message.written or turn.message.text)
        if _DIGITS.search(plain) or not _NAME.fullmatch(plain) or _NO_NAME.search(plain):
            return None
        message = turn.message
        if plain[0] in _SURNAMES or "·" in plain:
            # A name such as 谢安 looks like thanks to the classifier.
            return plain
        other = message.intent not in {"inform", "nlu_fallback"} and message.confidence >= BELIEVED
        return None if other else plain


class IdStep:
    """The ID number, as the token that the edge put in its place."""

    slot = "applicant_id"

    async def read(self, turn: Turn) -> None:
        token = turn.message.value("id_card")
        if token:
            turn.take(self.slot, token)
        elif turn.message.value("id_wrong"):
            turn.tell("utter_id_wrong")
        elif turn.asked_for(self.slot) and not turn.taken and _DIGITS.search(turn.message.text):
            turn.tell("utter_id_shape")
        elif turn.asked_for(self.slot) and _UNWILLING.search(turn.message.text):
            turn.tell("utter_id_why")

    async def ask(self, turn: Turn) -> None:
        turn.ask("utter_request_applicant_id")


class MobileStep:
    """The mobile number, as the token that the edge put in its place."""

    slot = "applicant_mobile"

    async def read(self, turn: Turn) -> None:
        token = turn.message.value("mobile")
        if token:
            turn.take(self.slot, token)
        elif turn.asked_for(self.slot) and not turn.taken and _DIGITS.search(turn.message.text):
            turn.tell("utter_mobile_shape")
        elif turn.asked_for(self.slot) and _UNWILLING.search(turn.message.text):
            turn.tell("utter_mobile_why")

    async def ask(self, turn: Turn) -> None:
        turn.ask("utter_request_applicant_mobile")


def introduced(text: str) -> str | None:
    """The name after "我叫", "姓名是" and the like."""
    found = _INTRODUCED.search(text)
    if not found:
        return None
    name = re.split(r"手机|电话|身份证|的|想|要|来|，|,", found["name"])[0]
    if _ABOUT_A_NAME.search(name):
        return None
    plausible = (2 <= len(name) <= 4 and name[0] in _SURNAMES) or "·" in name
    return name if plausible or (len(name) >= 2 and "名" in found.group(0)[:3]) else None


def _rather(text: str, known: str | None) -> str | None:
    """The name that is to stand in place of the known one."""
    found = _RATHER.search(text)
    corrects = found is not None and (found["old"] == known or bool(_NAMES_A_NAME.search(text)))
    return found["name"] if found and corrects else None
