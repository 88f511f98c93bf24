"""How is it told what is wrong with a notice's own list?"""

from __future__ import annotations

from collections.abc import Sequence

from services.notices.intake import BadLine
from services.notices.personal import MOST_CHARACTERS, MOST_COLUMNS


def bad_line(line: int, value: str, reason: str) -> str:
    if reason.startswith("same_as_line_"):
        return f"第 {line} 行与第 {reason.rsplit('_', 1)[1]} 行重复：{value}"
    name, _, column = reason.partition(":")
    return {
        "not_a_citizen_id": f"第 {line} 行不是市民编号：{value}",
        "cell_too_long": f"第 {line} 行“{column}”超过 {MOST_CHARACTERS} 个字：{value}",
        "cell_unprintable": f"第 {line} 行“{column}”里有不能显示的字符或换行：{value}",
        "too_many_columns": f"标题行有 {value} 列，最多 {MOST_COLUMNS} 列",
        "bad_column": f"标题行的“{value}”不能用：列名 1 至 20 个字，不含花括号",
        "column_twice": f"标题行的“{value}”出现了两次",
    }[name]


def refused(bad: Sequence[BadLine], named: int) -> str:
    """Which lines cannot be used; of very many the first only."""
    lines = "；".join(bad_line(one.line, one.value, one.reason) for one in bad[:named])
    more = f"；等共 {len(bad)} 行" if len(bad) > named else ""
    return f"名单没有导入，请改正后再试。{lines}{more}。"


def empty() -> str:
    return "名单里没有市民编号。"
