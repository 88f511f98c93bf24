"""How do FAQ entries become an Excel sheet, and a sheet entries? Columns in staff's words; bad rows are named."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile

import msgspec
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from services.faq.types import FaqEntry
from services.importing.leftover import REASON
from services.sheets import FORMULA, unformulated

#: Field -> column, in the order of the sheet.
COLUMNS: Mapping[str, str] = {
    "id": "编号",
    "question": "问题",
    "similar": "相似问法",
    "answer": "答案",
    "department": "部门",
    "source": "依据",
    "source_url": "依据链接",
    "valid_from": "生效日期",
    "valid_until": "有效期至",
    "owner": "负责人",
    "topics": "主题",
    "task_code": "相关事项编码",
}
#: What the template says under each heading. The row is passed over when it is still there.
HINTS: Mapping[str, str] = {
    "id": "新问答留空；修改已有的问答请保留导出时的编号",
    "question": "（填写说明，可以不删）用群众的话写，一句话问清楚一件事",
    "similar": "每行一种问法，最多 200 行",
    "answer": "必填，第一句就说结论",
    "department": "必填，答复部门的全称",
    "source": "文件名称和文号",
    "source_url": "以 http:// 或 https:// 开头",
    "valid_from": "如 2026-01-01；马上生效请留空",
    "valid_until": "如 2026-12-31；长期有效请留空",
    "owner": "同事的登录名或姓名",
    "topics": "多个主题用逗号隔开",
    "task_code": "相关事项的编码，可以不填",
}
WIDTHS = (22, 40, 40, 70, 24, 30, 30, 14, 14, 16, 20, 30)
NEEDED = ("question", "answer", "department")
PLAIN = ("answer", "department", "source", "source_url", "owner", "task_code")
DAYS = ("valid_from", "valid_until")
MOST_ROWS = 20_000
_FIELD, _MOST = re.compile(r"at `\$\.(\w+)"), re.compile(r"length <= (\d+)")


class BadSheet(Exception):
    """The file as a whole cannot be read; the text says why, in Chinese."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BadLine:
    """A row that cannot be used, by its number in the sheet."""

    line: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """What a file holds."""

    #: (number of the row, entry).
    entries: Sequence[tuple[int, FaqEntry]]
    bad: Sequence[BadLine]
    #: The fields that it has columns for.
    fields: frozenset[str]
    #: Number of the row -> what stands in it, field by field: what cannot be used is given back to be put right.
    rows: Mapping[int, Mapping[str, str]]

    def over(self, before: FaqEntry, entry: FaqEntry) -> FaqEntry:
        """The entry, but for what the file has no column for: that stays as it was."""
        kept = {name: getattr(before, name) for name in COLUMNS if name not in self.fields}
        return msgspec.structs.replace(entry, **kept)


def written(entries: Iterable[FaqEntry]) -> bytes:
    """An .xlsx file: a row of headings, a row an entry; lists have a line in the cell for each."""
    return _book(tuple(COLUMNS.values()), map(texts, entries), WIDTHS)


def template() -> bytes:
    """An .xlsx file to be filled in: headings, and under them what belongs there."""
    return _book(tuple(COLUMNS.values()), [tuple(HINTS.values())], WIDTHS)


def leftover(sheet: Sheet, bad: Sequence[BadLine]) -> bytes:
    """An .xlsx file of the bad rows alone, as they were read, each with its reasons: to be put right and imported.

    It has the file's own columns: what it lacked stays as it is in the entries.
    """
    reasons: dict[int, list[str]] = {}
    for one in bad:
        reasons.setdefault(one.line, []).append(one.reason)
    fields = [field for field in COLUMNS if field in sheet.fields]
    rows = (["\n".join(said), *(sheet.rows[line][field] for field in fields)] for line, said in reasons.items())
    widths = dict(zip(COLUMNS, WIDTHS, strict=True))
    return _book((REASON, *(COLUMNS[field] for field in fields)), rows, (40, *(widths[field] for field in fields)))


def texts(entry: FaqEntry) -> Sequence[str]:
    """The entry's cells, in the order of the columns."""
    return [_text(getattr(entry, field)) for field in COLUMNS]


def _book(head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("问答")
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths):
        sheet.column_dimensions[get_column_letter(number + 1)].width = width
    sheet.append([_cell(sheet, name, bold=True) for name in head])
    # A row is written as soon as it is appended. All have the same cells: giving a cell its looks is what takes time.
    cells = [_cell(sheet, "") for _ in head]
    for row in rows:
        for cell, text in zip(cells, row, strict=True):
            cell.value = unformulated(text)
        sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(name: str, content: bytes) -> Sheet:
    """The entries of an .xlsx or .csv file; raises BadSheet."""
    rows = _csv_rows(content) if name.lower().endswith(".csv") else _excel_rows(content)
    head = next(rows, (0, ()))[1]
    fields = {value: key for key, value in COLUMNS.items()}
    places = {fields[text]: place for place, text in enumerate(map(_text, head)) if text in fields}
    missing = [COLUMNS[one] for one in NEEDED if one not in places]
    if missing:
        raise BadSheet(f"第一行缺少这些列：{'、'.join(missing)}。请用导出的表格做模板。")
    entries: list[tuple[int, FaqEntry]] = []
    bad: list[BadLine] = []
    seen: dict[str, int] = {}
    kept: dict[int, Mapping[str, str]] = {}
    for line, cells in rows:
        values = {field: cells[place] if place < len(cells) else None for field, place in places.items()}
        if not any(_text(value) for value in values.values()):
            continue
        if len(seen) >= MOST_ROWS:
            raise BadSheet(f"一次最多导入 {MOST_ROWS} 行，请分几个文件。")
        if _text(values["question"]) == HINTS["question"]:
            continue
        kept[line] = {field: _shown(field, value) for field, value in values.items()}
        found = _entry(values)
        if isinstance(found, str):
            bad.append(BadLine(line=line, reason=found))
        elif found.id in seen:
            bad.append(BadLine(line=line, reason=f"和第 {seen[found.id]} 行是同一条，请只留一行。"))
        else:
            seen[found.id] = line
            entries.append((line, found))
    return Sheet(entries=entries, bad=bad, fields=frozenset(places), rows=kept)


def _entry(values: Mapping[str, Any]) -> FaqEntry | str:
    """The entry, or what is wrong with the row."""
    texts = {field: _text(value) for field, value in values.items()}
    lacking = next((COLUMNS[field] for field in NEEDED if not texts.get(field)), None)
    if lacking is not None:
        return f"“{lacking}”没有填。"
    wrong = next((field for field in DAYS if not _is_day(values.get(field))), None)
    if wrong is not None:
        return f"“{COLUMNS[wrong]}”写成 2026-12-31 这样，现在是“{texts[wrong]}”。"
    days = {field: _day(values.get(field)) for field in DAYS}
    if days["valid_from"] and days["valid_until"] and days["valid_from"] > days["valid_until"]:
        return "“生效日期”在“有效期至”后面。"
    question = texts["question"]
    fields: dict[str, Any] = {
        **{field: texts.get(field, "") for field in PLAIN},
        "id": texts.get("id") or new_id(question),
        "question": question,
        "similar": [one for one in _lines(texts.get("similar", "")) if one != question],
        "topics": _lines(texts.get("topics", "").replace("，", "\n").replace(",", "\n")),
        **days,
    }
    try:
        return msgspec.convert(fields, FaqEntry)
    except msgspec.ValidationError as error:
        return _in_words(str(error))


def new_id(question: str) -> str:
    """For a row without one: the same each time, so that a file may be imported again."""
    return f"sheet-{hashlib.blake2b(question.encode(), digest_size=8).hexdigest()}"


def _in_words(error: str) -> str:
    field, most = _FIELD.search(error), _MOST.search(error)
    name = COLUMNS.get(field[1], "这一行") if field else "这一行"
    return f"“{name}”太长，最多 {most[1]} 个。" if most else f"“{name}”的内容不符合要求。"


def _excel_rows(content: bytes) -> Iterator[tuple[int, Sequence[Any]]]:
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        yield from enumerate(sheet.iter_rows(values_only=True), start=1)
    except (BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, OSError) as error:
        raise BadSheet("文件打不开。请用 Excel 的 .xlsx 格式或 .csv 格式保存后再导入。") from error


def _csv_rows(content: bytes) -> Iterator[tuple[int, Sequence[Any]]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        yield from enumerate(csv.reader(io.StringIO(text)), start=1)
        return
    raise BadSheet("文件的编码认不出来。请在 Excel 里另存为“CSV UTF-8”后再导入。")


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _text(value).replace("/", "-").replace("年", "-").replace("月", "-").removesuffix("日")
    return datetime.strptime(text, "%Y-%m-%d").date() if text else None  # noqa: DTZ007 (a day has no zone)


def _shown(field: str, value: Any) -> str:
    """What a cell says, as it is written into a sheet."""
    if field in DAYS and _is_day(value):
        day = _day(value)
        return day.isoformat() if day else ""
    return _text(value)


def _is_day(value: Any) -> bool:
    try:
        _day(value)
    except ValueError:
        return False
    return True


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(str(one) for one in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).replace("\r\n", "\n").strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line for raw in text.split("\n") if (line := raw.strip())))


def _cell(sheet: Any, text: str, *, bold: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=unformulated(text))
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.font = Font(bold=bold)
    return cell
