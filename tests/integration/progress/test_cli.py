"""Do the commands do what they say, with an exit code that tells?"""

from __future__ import annotations

import argparse
import io
import uuid
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from services.cli import Context
from services.db import Sessions
from services.progress import cli
from services.progress.errors import CaseNotFound, UnknownCode
from services.progress.service import ProgressService
from services.settings import ServicesSettings
from tests.fakes.clock import FixedClock

CITY = Path(__file__).resolve().parents[3] / "data" / "city"


@pytest.fixture
def context(sessions: Sessions, clock: FixedClock, tmp_path: Path, database_url: str) -> Context:
    settings = ServicesSettings(database_url=database_url, data_dir=str(tmp_path), service_token="x" * 16)
    return Context(sessions=sessions, clock=clock, settings=settings, out=Console(file=io.StringIO(), width=200))


async def run(context: Context, *arguments: str) -> tuple[int, str]:
    """Exit code and what was written."""
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    parsed = parser.parse_args(["progress", *arguments])
    context.out.file = io.StringIO()
    code = await parsed.run(parsed, context)
    return code, context.out.file.getvalue()


async def test_the_citys_cases_are_imported_shown_and_moved_on(context: Context) -> None:
    assert (await run(context, "codes", "import", str(CITY / "case_codes.yml")))[0] == 0
    code, told = await run(context, "import", str(CITY / "cases.yml"))
    assert (code, "办件导入结果" in told) == (0, True)

    case = yaml.safe_load((CITY / "cases.yml").read_text(encoding="utf-8"))[0]
    number = case["project_no"]
    code, told = await run(context, "show", number)
    assert (code, case["task_name"] in told, "正在审查" in told) == (0, True, True)
    assert case["applyer_name"] not in told

    service = ProgressService.from_settings(context.sessions, context.clock, context.settings)
    await service.subscribe(number, uuid.UUID(int=1), case["query_code"])
    await run(context, "step", number, "--name", "发证", "--key", "issue", "--case-state", "finished")
    code, told = await run(
        context, "step", number, "--name", "发证", "--key", "issue", "--ended", "--explain", "已寄出"
    )
    assert (code, "已办结" in told, "已寄出" in told) == (0, True, True)
    news = await service.claim_news(10)
    assert [(one.process_name, one.step_text, one.state_text) for one in news] == [
        ("发证", "进行中", "已办结"),
        ("发证", "已完成", "已办结"),
    ]


async def test_cases_without_their_code_list_are_all_named(context: Context) -> None:
    code, told = await run(context, "import", str(CITY / "cases.yml"))
    assert (code, told.count("有误 cases.yml:")) == (1, 30)


async def test_an_unknown_case_and_an_unknown_code_are_errors(context: Context) -> None:
    with pytest.raises(CaseNotFound):
        await run(context, "show", "YJ1")
    await run(context, "codes", "import", str(CITY / "case_codes.yml"))
    await run(context, "import", str(CITY / "cases.yml"))
    with pytest.raises(UnknownCode):
        await run(context, "step", "YJ20261103000017", "--name", "发证", "--state", "nonsense")
