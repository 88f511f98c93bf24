"""Which commands does progress have? `import`, `codes import`, `show`, `step`."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from services.cli import Commands, Context
from services.clock import local
from services.importing.report import print_report
from services.progress import loader
from services.progress.service import ProgressService
from services.progress.types import Case, NewStep


def register(commands: Commands) -> None:
    """Adds `progress ...`."""
    parser = commands.add_parser("progress", help="cases on their way")
    actions = parser.add_subparsers(dest="action", required=True)

    load = actions.add_parser("import", help="load a file of cases (.yml, .json, .jsonl); may be repeated")
    load.add_argument("file", type=Path)
    load.set_defaults(run=_import)

    codes = actions.add_parser("codes", help="code lists").add_subparsers(dest="codes_action", required=True)
    codes_load = codes.add_parser("import", help="load code lists, such as data/city/case_codes.yml")
    codes_load.add_argument("file", type=Path)
    codes_load.set_defaults(run=_import_codes)

    show = actions.add_parser("show", help="show a case")
    show.add_argument("project_no")
    show.set_defaults(run=_show)

    step = actions.add_parser("step", help="add a step to a case, or end one; subscribers are told")
    step.add_argument("project_no")
    step.add_argument("--name", required=True, help="the step's name, such as 审查")
    step.add_argument("--state", help="code of the list step_state; without it: under way, or done with --ended")
    step.add_argument("--ended", action="store_true", help="the step ends now")
    step.add_argument("--key", help="the step's own key: the same key again changes that step")
    step.add_argument("--special", help="code of the list special")
    step.add_argument("--explain", default="")
    step.add_argument("--case-state", help="code of the list state to which the step brings the case")
    step.set_defaults(run=_step)


def _service(context: Context) -> ProgressService:
    return ProgressService.from_settings(context.sessions, context.clock, context.settings)


async def _import(arguments: argparse.Namespace, context: Context) -> int:
    report = await loader.import_cases(_service(context), arguments.file)
    print_report(context.out, report, noun="办件")
    return report.exit_code


async def _import_codes(arguments: argparse.Namespace, context: Context) -> int:
    report = await loader.import_codes(context.sessions, arguments.file)
    print_report(context.out, report, noun="办件代码")
    return report.exit_code


async def _show(arguments: argparse.Namespace, context: Context) -> int:
    _print(await _service(context).show(arguments.project_no), context)
    return 0


async def _step(arguments: argparse.Namespace, context: Context) -> int:
    now = context.clock.now()
    step = NewStep(
        process_name=arguments.name,
        state=arguments.state,
        step_key=arguments.key,
        special=arguments.special,
        started_at=now,
        ended_at=now if arguments.ended else None,
        explain=arguments.explain,
        case_state=arguments.case_state,
    )
    _print(await _service(context).take_step(arguments.project_no, step), context)
    return 0


def _print(case: Case, context: Context) -> None:
    context.out.print(
        f"{case.project_no} {case.task_name}（{case.org_name}）：{case.state_text}", markup=False, soft_wrap=True
    )
    table = Table("环节", "状态", "开始", "结束", "说明")
    for step in case.steps:
        times = [local(at).strftime("%Y-%m-%d %H:%M") if at else "" for at in (step.started_at, step.ended_at)]
        table.add_row(escape(step.process_name), step.state_text, *times, escape(step.explain))
    context.out.print(table)
    if case.result is not None:
        result = case.result
        context.out.print(f"结果：{result.result_type} {result.result_explain}", markup=False, soft_wrap=True)
