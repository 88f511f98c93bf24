"""Do cases and code lists come in from files, again and again, with every bad row named?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from services.db import Sessions
from services.progress.loader import import_cases, import_codes
from services.progress.models import CodeRow
from services.progress.service import ProgressService
from services.progress.types import CaseQuery
from tests.integration.progress.conftest import APPLICANT, CITIZEN, NUMBER, QUERY_CODE, report

CITY = Path(__file__).resolve().parents[3] / "data" / "city"


def lines(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return path


async def test_the_example_city_loads_whole_and_again_changes_nothing(
    sessions: Sessions, service: ProgressService
) -> None:
    assert (await import_codes(sessions, CITY / "case_codes.yml")).bad == []
    first = await import_cases(service, CITY / "cases.yml")
    assert (first.added, first.bad) == (30, [])
    again = await import_cases(service, CITY / "cases.yml")
    assert (again.added, again.updated, again.unchanged) == (0, 0, 30)
    case = yaml.safe_load((CITY / "cases.yml").read_text(encoding="utf-8"))[0]
    for code in (case["query_code"], case["id_number"][-6:]):
        question = CaseQuery(project_no=case["project_no"], query_code=code, citizen_id=CITIZEN)
        shown = await service.query(question)
        assert shown.task_name == case["task_name"]
        assert [step.state_text for step in shown.steps][-1] == "进行中"


async def test_bad_cases_are_named_with_line_and_field_while_the_good_ones_load(
    service: ProgressService, tmp_path: Path
) -> None:
    rows = [
        report(),
        report("YJ2", state="99"),
        report("YJ3", apply_date="yesterday"),
        report("YJ4", steps=[{"process_name": "审查", "special": "77"}]),
        ["YJ5"],
        report("YJ6", id_number=None, query_code=None),
        report("YJ7"),
    ]
    done = await import_cases(service, lines(tmp_path / "feed.jsonl", rows))
    assert done.added == 2
    assert sorted((bad.place, bad.field) for bad in done.bad) == [
        ("feed.jsonl:2", "state"),
        ("feed.jsonl:3", "apply_date"),
        ("feed.jsonl:4", "steps[0].special"),
        ("feed.jsonl:5", ""),
        ("feed.jsonl:6", "query_code"),
    ]


async def test_a_feed_with_the_names_of_the_exchange_tables_loads_as_it_is(
    service: ProgressService, tmp_path: Path
) -> None:
    row = report()
    row["applyer_page_code"] = row.pop("id_number")
    step = row["steps"][0]
    step["event_start_time"], step["event_end_time"] = step.pop("started_at"), step.pop("ended_at")
    step["handle_explain"] = "材料齐全"
    assert (await import_cases(service, lines(tmp_path / "feed.jsonl", [row]))).bad == []
    for code in (QUERY_CODE, APPLICANT[-6:]):
        shown = await service.query(CaseQuery(project_no=NUMBER, query_code=code, citizen_id=CITIZEN))
        assert (shown.steps[0].explain, shown.steps[0].state_text) == ("材料齐全", "已完成")


async def test_a_large_feed_comes_in_by_batches_and_counts_close(service: ProgressService, tmp_path: Path) -> None:
    rows = [report(f"YJ{number}", state="99" if number % 10 == 0 else "2") for number in range(450)]
    done = await import_cases(service, lines(tmp_path / "feed.jsonl", rows))
    assert (done.added, len(done.bad)) == (405, 45)
    again = await import_cases(service, tmp_path / "feed.jsonl")
    assert (again.unchanged, len(again.bad)) == (405, 45)


async def test_a_code_list_is_updated_and_its_old_codes_stay_for_old_cases(
    sessions: Sessions, codes: None, tmp_path: Path
) -> None:
    path = tmp_path / "codes.yml"
    entries = [
        {"list_name": "state", "code": "2", "text": "正在办理"},
        {"list_name": "state", "code": "7", "text": "已退件", "final": True},
        {"list_name": "colour", "code": "1", "text": "红"},
        {"list_name": "state", "code": 8, "text": "八"},
    ]
    path.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")
    done = await import_codes(sessions, path)
    assert (done.added, done.updated) == (1, 1)
    assert [bad.field for bad in done.bad] == ["list_name", "code"]
    async with sessions() as session:
        rows = {row.code: row for row in await session.scalars(select(CodeRow).where(CodeRow.list_name == "state"))}
    assert (rows["2"].text, rows["7"].final, rows["6"].text) == ("正在办理", True, "已办结，予以办理")
