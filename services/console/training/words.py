"""What do the training pages say of examples that cannot be used?"""

from __future__ import annotations

from collections.abc import Mapping

from services.console.intents import entity_title
from services.training.marks import BadMarks, Fault

#: Set by the phone, and never words of a sentence.
UNSAID = frozenset({"latitude", "longitude"})
ONE_LINE = "这句不能用来学习：请写成一行，方括号要成对。"
KNOWN = "这个意图已经有这句话了。"
IS_HELD_OUT = "这句话是保留题，用来检验模型，不能同时用来训练。要用它训练，请先在“保留题”里移出。"
CHANGED = "这条例句刚被别人改过。请记下您的修改，重新打开这一页，看过新内容再改。"
MARKS_LOST = "标注没有传完整，请刷新页面后重新标注。"
FAULTS: Mapping[Fault, str] = {
    "blank": "有一处标注里没有文字，请移除它。",
    "bad-name": "标注的写法不对：{}。请移除后重新标注。",
    "unknown-entity": "程序里没有“{}”这种标注，请换一种。",
    "bracket": "例句里不能有半角的 [ ] {{ }}，请改成全角，或者删掉。",
    "out-of-bounds": "有一处标注超出了例句（{}），请移除后重新标注。",
    "overlap": "“{}”和另一处标注重叠了，一个字只能属于一处标注。",
    "spaces": "标注的首尾不能是空格：“{}”。",
}


def fault_text(error: BadMarks) -> str:
    """What is wrong with the marks of a sentence."""
    return FAULTS[error.fault].format(entity_title(error.about))
