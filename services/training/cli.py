"""How is the assistant trained, judged and changed on a command line?"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.table import Table
from rich.text import Text

from services.cli import Commands, Context
from services.clock import local
from services.embedded import ROOT
from services.errors import BadRequest
from services.importing.report import Report, print_report
from services.training import rasa_yaml
from services.training.examples import ExampleService
from services.training.fingerprint import release_digest
from services.training.held_out import HeldOutService
from services.training.release import take_in_release
from services.training.service import TrainingService
from services.training.settings import training_rules
from services.training.types import Decided, HeldOut, ModelVersion, Problem, Wanted
from services.training.vocabulary import read_vocabulary


def register(commands: Commands) -> None:
    """Adds `training want|list|log|changes|decide|promote|rollback|import|export|problems|hold-out|release`."""
    topic = commands.add_parser("training", help="the assistant's model: train, compare, promote, roll back")
    actions = topic.add_subparsers(dest="action", required=True)
    _add_version_commands(actions)
    _add_data_commands(actions)


def _add_version_commands(actions: Commands) -> None:
    want = actions.add_parser("want", help="ask for a new version; a worker trains and judges it")
    want.add_argument("--by", required=True)
    want.add_argument("--note", default="")
    want.set_defaults(run=want_version)
    actions.add_parser("list", help="versions, the latest first").set_defaults(run=list_versions)
    for name, run, about in (
        ("log", show_log, "what happened while a version was made"),
        ("changes", show_changes, "real questions that a version takes otherwise"),
        ("show", show_version, "what was measured of a version"),
    ):
        one = actions.add_parser(name, help=about)
        one.add_argument("version", type=int)
        one.set_defaults(run=run)
    decide = actions.add_parser("decide", help="accept or reject what a version takes otherwise")
    decide.add_argument("version", type=int)
    decide.add_argument("verdict", choices=("accepted", "rejected"))
    decide.add_argument("--question", help="without it: all that are undecided")
    decide.add_argument("--by", required=True)
    decide.set_defaults(run=decide_changes)
    promote = actions.add_parser("promote", help="make a version the live one")
    promote.add_argument("version", type=int)
    promote.add_argument("--by", required=True)
    promote.add_argument("--reason", default="")
    promote.set_defaults(run=promote_version)
    rollback = actions.add_parser("rollback", help="make the version before the live one live again")
    rollback.add_argument("--by", required=True)
    rollback.add_argument("--reason", default="")
    rollback.set_defaults(run=roll_back)


def _add_data_commands(actions: Commands) -> None:
    importer = actions.add_parser("import", help="take in examples from a folder of Rasa's YAML files; repeatable")
    importer.add_argument("folder", type=Path)
    importer.set_defaults(run=import_examples)
    export = actions.add_parser("export", help="write what a training learns from as Rasa's YAML files")
    export.add_argument("folder", type=Path)
    export.set_defaults(run=export_examples)
    problems = actions.add_parser("problems", help="what is wrong with the examples as a whole")
    problems.set_defaults(run=show_problems)
    hold_out = actions.add_parser("hold-out", help="keep a question apart, to judge models by")
    hold_out.add_argument("question")
    hold_out.add_argument("intent")
    hold_out.add_argument("--by", required=True)
    hold_out.set_defaults(run=hold_out_question)
    release = actions.add_parser("release", help="take in the model that came with the program")
    release.add_argument("model", type=Path)
    release.set_defaults(run=register_release)


def make_service(context: Context) -> TrainingService:
    """The service for one command."""
    return TrainingService(
        sessions=context.sessions,
        clock=context.clock,
        release=release_digest(ROOT),
        rules=training_rules(context.settings),
    )


def make_examples(context: Context) -> ExampleService:
    return ExampleService(sessions=context.sessions, clock=context.clock, vocabulary=read_vocabulary(ROOT))


async def want_version(arguments: argparse.Namespace, context: Context) -> int:
    version = await make_service(context).want(Wanted(by=arguments.by, note=arguments.note))
    context.out.print(f"已排队：版本 {version.version}")
    return 0


async def list_versions(arguments: argparse.Namespace, context: Context) -> int:
    table = Table("版本", "状态", "申请人", "时间", "例句", "交叉验证", "保留题", "待定", "在用")
    for one in await make_service(context).versions():
        at = f"{local(one.requested_at):%Y-%m-%d %H:%M}"
        cells = (str(one.version), one.state, one.requested_by, at, str(one.examples), *_scores(one))
        table.add_row(*map(Text, (*cells, str(one.undecided), "✓" if one.live else "")))
    context.out.print(table)
    return 0


def _scores(version: ModelVersion) -> tuple[str, str]:
    evaluation = version.evaluation
    if evaluation is None:
        return "——", "——"
    held_out = f"{evaluation.held_out.accuracy:.1%}" if evaluation.held_out else "——"
    return f"{evaluation.cross_validation.accuracy:.1%}", held_out


async def show_version(arguments: argparse.Namespace, context: Context) -> int:
    version = await make_service(context).version(arguments.version)
    if version.evaluation is None:
        context.out.print(version.failure or "尚未评估", markup=False)
        return 1
    table = Table("意图", "准确率", "召回率", "F1", "例句")
    for one in version.evaluation.cross_validation.intents:
        shares = (f"{value:.1%}" for value in (one.precision, one.recall, one.f1))
        table.add_row(*map(Text, (one.intent, *shares, str(one.support))))
    context.out.print(table)
    evaluation = version.evaluation
    context.out.print(
        f"交叉验证 {evaluation.cross_validation.accuracy:.1%}，校准误差 "
        f"{evaluation.cross_validation.calibration_error} 点，每条 {evaluation.median_ms} 毫秒"
        f"（95% 在 {evaluation.p95_ms} 毫秒内），重放 {evaluation.replayed} 条，变化 {evaluation.changed} 条"
    )
    return 0


async def show_log(arguments: argparse.Namespace, context: Context) -> int:
    for line in await make_service(context).log(arguments.version, limit=1000):
        context.out.print(f"{local(line.at):%H:%M:%S} {line.line}", markup=False)
    return 0


async def show_changes(arguments: argparse.Namespace, context: Context) -> int:
    table = Table("次数", "问题", "在用版本", "新版本", "结论")
    for one in await make_service(context).changes(arguments.version):
        old, new = f"{one.old_intent} {one.old_confidence:.2f}", f"{one.new_intent} {one.new_confidence:.2f}"
        table.add_row(*map(Text, (str(one.asked), one.question, old, new, one.verdict or "待定")))
    context.out.print(table)
    return 0


async def decide_changes(arguments: argparse.Namespace, context: Context) -> int:
    decided = Decided(by=arguments.by, verdict=arguments.verdict, question=arguments.question)
    count = await make_service(context).decide(arguments.version, decided)
    context.out.print(f"已处理 {count} 条")
    return 0


async def promote_version(arguments: argparse.Namespace, context: Context) -> int:
    await make_service(context).promote(arguments.version, by=arguments.by, reason=arguments.reason)
    context.out.print(f"版本 {arguments.version} 已启用")
    return 0


async def roll_back(arguments: argparse.Namespace, context: Context) -> int:
    version = await make_service(context).roll_back(by=arguments.by, reason=arguments.reason)
    context.out.print(f"已退回版本 {version.version}")
    return 0


async def import_examples(arguments: argparse.Namespace, context: Context) -> int:
    """1 when something in the folder cannot be used; the good ones are taken in."""
    report = Report()
    delivery = rasa_yaml.read_folder(arguments.folder, report)
    await make_examples(context).take_in(delivery, report)
    print_report(context.out, report, noun="例句")
    return report.exit_code


async def export_examples(arguments: argparse.Namespace, context: Context) -> int:
    examples = await make_examples(context).all()
    if not examples:
        raise BadRequest("there are no examples yet: `training import data/nlu` brings the release's")
    rasa_yaml.write_folder(arguments.folder, examples, ROOT / "data" / "nlu")
    context.out.print(f"已写出 {len(examples)} 条例句")
    return 0


async def show_problems(arguments: argparse.Namespace, context: Context) -> int:
    """1 when there is something to look at."""
    found = await make_examples(context).problems()
    for one in found:
        context.out.print(_in_words(one), markup=False)
    return 1 if found else 0


def _in_words(problem: Problem) -> str:
    if problem.kind == "two-intents":
        return f"同一句属于多个意图：{problem.about}（{'、'.join(problem.intents)}）"
    if problem.kind == "held-out":
        return f"保留题同时是例句：{problem.about}（{'、'.join(problem.intents)}）"
    if problem.kind == "too-few":
        return f"例句太少：{problem.about} 只有 {problem.count} 条"
    if problem.kind == "unknown-entity":
        return f"程序里没有这种标注：{problem.about}"
    return f"没有一条例句标注过 {problem.about}，识别它的规则不起作用"


async def hold_out_question(arguments: argparse.Namespace, context: Context) -> int:
    one = HeldOut(question=arguments.question, intent=arguments.intent)
    await HeldOutService(sessions=context.sessions, clock=context.clock).keep(one, by=arguments.by)
    return 0


async def register_release(arguments: argparse.Namespace, context: Context) -> int:
    version = await take_in_release(context.sessions, context.clock, arguments.model)
    if version is not None:
        context.out.print(f"随程序发布的模型已启用：版本 {version}")
    return 0
