"""How is a fault of a delivered row said to staff? In Chinese, where the reason is one of the usual ones."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.console.catalogue.fields import NAMES

#: What the import says -> what staff read; the first that fits counts.
_REASONS: Sequence[tuple[str, str]] = (
    (r"Object missing required field `(.+?)`", r"缺少必填的字段 \1"),
    (r"Expected `(.+?)` of length >= 1\b", "不能为空"),
    (r"Expected `(.+?)` of length <= (\d+)", r"太长，最多 \2"),
    (r"Expected `(.+?)` <= (\d+)", r"太大，最大 \2"),
    (r"Expected `(.+?)` >= (\d+)", r"太小，最小 \2"),
    (r"Expected `(.+?)` matching regex .*", "格式不对"),
    (r"Expected `str(?: \| null)?`, got `(.+?)`", r"应当是文字，实际是 \1"),
    (r"Expected `(?:int|float)(?: \| null)?`, got `(.+?)`", r"应当是数字，实际是 \1"),
    (r"Expected `bool(?: \| null)?`, got `(.+?)`", r"应当是 true 或 false，实际是 \1"),
    (r"Expected `array`, got `(.+?)`", r"应当是列表，实际是 \1"),
    (r"Invalid enum value (.+)", r"不能是 \1"),
    (r"(\S+) was given before, differently, at (\S+)", r"\1 在 \2 已经出现过，内容不同"),
    (r"the item has no material (.+)", r"申请材料里没有“\1”"),
    (r"(.+) is needed by everybody: write is_need: false", r"“\1”只有这种情况才要，请写 is_need: false"),
    (r"the id (\S+) is there twice", r"编号 \1 写了两次"),
    (r"two options have the (?:id|label) (.+)", r"有两个答案都是 \1"),
    (r"not JSON: (.+)", r"不是 JSON：\1"),
    (r"not UTF-8 at byte (\d+)", r"不是 UTF-8 编码（第 \1 字节）"),
    (r"expected one list of entries", "文件应当是一个列表"),
    (r"expected an object with fields, got (.+)", r"应当是一组字段，实际是 \1"),
)


def in_chinese(reason: str) -> str:
    """The reason as staff read it; one that is not known stays as it is."""
    for pattern, said in _REASONS:
        match = re.search(pattern, reason)
        if match is not None:
            return match.expand(said)
    return reason


def fault_of(error: str) -> str:
    """What msgspec says of a whole item, such as `Expected ... - at `$.material[2].material_name``."""
    reason, _, place = error.partition(" - at `$.")
    name = re.split(r"[.\[`]", place, maxsplit=1)[0]
    return f"“{NAMES.get(name, name)}”不合要求：{in_chinese(reason)}。" if name else f"不合要求：{in_chinese(reason)}。"


def line_of(place: str) -> str:
    """`items.yml:12` as 第 12 行; a place without a line stays as it is."""
    _, _, line = place.rpartition(":")
    return f"第 {line} 行" if line.isdigit() else place
