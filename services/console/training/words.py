"""What do the training pages say of examples that cannot be used?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from services.console.intents import entity_title, intent_title
from services.training.exchange import FromFile, LeftOut
from services.training.marks import BadMarks, Fault

#: Set by the phone, and never words of a sentence.
UNSAID = frozenset({"latitude", "longitude"})
ONE_LINE = "这句不能用来学习：请写成一行，方括号要成对。"
KNOWN = "这个意图已经有这句话了。"
IS_HELD_OUT = "这句话是保留题，用来检验模型，不能同时用来训练。要用它训练，请先在“保留题”里移出。"
CHANGED = "这条例句刚被别人改过。请记下您的修改，重新打开这一页，看过新内容再改。"
MARKS_LOST = "标注没有传完整，请刷新页面后重新标注。"
LEFT_OUT: Mapping[FromFile, str] = {
    "marks": "标注有误。",
    "sentence": "句子是空的，或者超过 500 个字。",
    "unknown-intent": "程序里没有意图“{}”。新的意图要配规则，只能随程序发布。",
    "held-out": "这句话是保留题，用来检验模型，不能同时用来训练。",
}
FAULTS: Mapping[Fault, str] = {
    "blank": "有一处标注里没有文字，请移除它。",
    "bad-name": "标注的写法不对：{}。请移除后重新标注。",
    "unknown-entity": "程序里没有“{}”这种标注，请换一种。",
    "bracket": "例句里不能有半角的 [ ] {{ }}，请改成全角，或者删掉。",
    "out-of-bounds": "有一处标注超出了例句（{}），请移除后重新标注。",
    "overlap": "“{}”和另一处标注重叠了，一个字只能属于一处标注。",
    "spaces": "标注的首尾不能是空格：“{}”。",
}


#: What a reader of Rasa's files says -> what staff read; the first that fits counts.
FILE_FAULTS: Sequence[tuple[str, str]] = (
    (r"examples must be one text with a line for each", "“examples: |”下面要是一段文字，每句一行"),
    (r"each example begins with `- `", "每句前面要有“- ”"),
    (r"expected a list under `nlu`", "文件里要有“nlu:”，下面是各个意图"),
    (r"too much in one archive", "压缩包里的文件太多或太大，请分几次导入"),
    (r"no \.zip archive that can be read", "压缩包打不开"),
    (r"'utf-8' codec can't decode", "不是 UTF-8 编码，请另存为 UTF-8"),
)
PLACE = re.compile(r"^(?P<file>.*): (?P<intent>.*), example (?P<number>\d+)$")


def file_fault_text(reason: str) -> str:
    """What is wrong with a file; what the YAML reader says beyond that stays as it is."""
    found = next((said for pattern, said in FILE_FAULTS if re.search(pattern, reason)), None)
    return found or f"不是能读的 YAML：{reason}"


def place_text(place: str) -> str:
    """`chat.yml: greet, example 3` as staff read it."""
    found = PLACE.match(place)
    return f"{found['file']}，{intent_title(found['intent'])}，第 {found['number']} 行" if found else place


def left_out_text(one: LeftOut) -> str:
    """Why a sentence of a file cannot be used."""
    if one.marks is not None:
        return fault_text(one.marks)
    return LEFT_OUT[one.fault].format(one.said.intent)


def fault_text(error: BadMarks) -> str:
    """What is wrong with the marks of a sentence."""
    return FAULTS[error.fault].format(entity_title(error.about))
