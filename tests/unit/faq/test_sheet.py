"""Does a sheet come back as it went out, and is every bad row named in staff's words?"""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from services.faq.sheet import COLUMNS, BadSheet, new_id, read, written
from services.faq.types import FaqEntry

ENTRY = FaqEntry(
    id="hukou-1",
    question="孩子上户口要带什么",
    similar=["落户要啥", "=怎么落户"],
    answer="带出生医学证明。\n父母身份证。",
    department="云江市公安局",
    source="云公〔2026〕1号",
    source_url="https://example.gov.cn/1",
    valid_from=date(2026, 12, 1),
    valid_until=date(2026, 12, 31),
    owner="lisi",
    topics=["户籍", "新生儿"],
    task_code="1199",
)


def excel(*rows: dict[str, Any]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(COLUMNS.values()))
    for one in rows:
        sheet.append([one.get(field) for field in COLUMNS])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def row(**fields: Any) -> dict[str, Any]:
    return {"question": "问", "answer": "答", "department": "部门", **fields}


def test_what_is_written_is_read_back_the_same() -> None:
    sheet = read("faq.xlsx", written([ENTRY]))

    assert (sheet.entries, sheet.bad) == ([(2, ENTRY)], [])


def test_no_cell_is_a_formula() -> None:
    book = load_workbook(io.BytesIO(written([FaqEntry(id="x", question="=1+1", answer="+2", department="-")])))

    assert "f" not in {cell.data_type for cell in book.worksheets[0][2]}


def test_a_row_without_a_number_gets_the_same_one_each_time() -> None:
    first, again = (read("a.xlsx", excel(row())).entries[0][1] for _ in range(2))

    assert first.id == again.id == new_id("问")


def test_days_are_read_as_excel_and_people_write_them() -> None:
    days = (date(2026, 1, 2), "2026-01-02", "2026/1/2", "2026年1月2日")

    for day in days:
        assert read("a.xlsx", excel(row(valid_until=day))).entries[0][1].valid_until == date(2026, 1, 2)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_of_excel_is_read_in_either_encoding(encoding: str) -> None:
    text = "问题,答案,部门\r\n公园几点开门,六点。,园林局\r\n"

    assert read("a.csv", text.encode(encoding)).entries[0][1].answer == "六点。"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"answer": None}, "“答案”没有填。"),
        ({"question": "长" * 501}, "“问题”太长，最多 500 个。"),
        ({"valid_until": "明年"}, "“有效期至”写成 2026-12-31 这样，现在是“明年”。"),
        ({"valid_from": "明年"}, "“生效日期”写成 2026-12-31 这样，现在是“明年”。"),
        ({"valid_from": "2026-12-31", "valid_until": "2026-12-30"}, "“生效日期”在“有效期至”后面。"),
        ({"owner": "长" * 201}, "“负责人”太长，最多 200 个。"),
        ({"id": "有 空格"}, "“编号”的内容不符合要求。"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_read(fields: dict[str, Any], reason: str) -> None:
    sheet = read("a.xlsx", excel(row(**fields), row(question="别的")))

    assert [(one.line, one.reason) for one in sheet.bad] == [(2, reason)]
    assert [line for line, _ in sheet.entries] == [3]


def test_a_file_of_an_earlier_release_leaves_what_it_has_no_column_for() -> None:
    old = "编号,问题,相似问法,答案,部门,依据,依据链接,有效期至,主题,相关事项编码"
    sheet = read("a.csv", f"{old}\r\nhukou-1,问,,改过。,云江市公安局,,,,,\r\n".encode())

    changed = sheet.over(ENTRY, sheet.entries[0][1]) if not sheet.bad else None

    assert changed is not None
    assert (changed.answer, changed.valid_from, changed.owner) == ("改过。", ENTRY.valid_from, "lisi")
    assert (changed.source, changed.valid_until) == ("", None), "an empty cell says that there is none"


def test_two_rows_of_one_entry_are_told_and_empty_rows_passed_over() -> None:
    sheet = read("a.xlsx", excel(row(), {}, row()))

    assert [(one.line, one.reason) for one in sheet.bad] == [(4, "和第 2 行是同一条，请只留一行。")]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsx", b"no zip", "文件打不开"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "文件打不开"),
        ("a.csv", b"\xff\xff\xff", "编码认不出来"),
        ("a.csv", "甲,乙\n".encode(), "第一行缺少这些列：问题、答案、部门。"),
        ("a.csv", b"", "第一行缺少这些列"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_in_words(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(BadSheet, match=reason):
        read(name, content)
