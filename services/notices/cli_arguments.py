"""Which arguments do the notice commands take?"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from services.cli import Commands, Handler
from services.notices.article_texts import SIZES
from services.notices.texts import STATE_NAMES
from services.notices.types import ChosenRoute

TO = "收件人名单（CSV，第一列是市民编号；有标题行时其他列可以填进正文，如 {金额}）；不写则发给全部关注者"


def add(commands: Commands, handlers: Mapping[str, Handler]) -> None:
    """Adds `notices` with one action a handler."""
    notices = commands.add_parser("notices", help="通知：起草、审核、定时发送、查看进度")
    actions = notices.add_subparsers(dest="action", required=True)
    parsers = {
        "create": _add(actions, "create", "起草一份通知"),
        "send": _add(actions, "send", "起草并由两人审核，一步完成"),
        "edit": _add(actions, "edit", "修改；已提交的会成为新版本，重新审核", reference=True),
        "list": _add(actions, "list", "列出通知"),
        "show": _add(actions, "show", "查看内容和发送进度", reference=True),
        "watch": _add(actions, "watch", "盯着发送：有变化就说一行，发完为止", reference=True),
        "choices": _add(actions, "choices", "收件范围能按什么选：主题、地区、标签、事项、大厅"),
        "preview": _add(actions, "preview", "预览：每种发送方式在手机上的样子", reference=True),
        "fields": _add(actions, "fields", "正文里可以填的个人内容，随收件范围而定", reference=True),
        "reach": _add(actions, "reach", "审核前清点：谁能收到，谁收不到和原因，需要多少额度", reference=True),
        "count": _add(actions, "count", "起草前清点：符合收件范围的有多少人"),
        "verify": _add(actions, "verify", "核实一段转发的文字是不是我们发的通知"),
        "trial": _add(actions, "trial", "试发：马上发给试发人员看", reference=True, by=True),
        "testers": _add(actions, "testers", "试发人员：列出、登记、移除"),
        "submit": _add(actions, "submit", "提交审核", reference=True, by=True),
        "approve": _add(actions, "approve", "审核通过（不能是提交人）", reference=True, by=True),
        "release": _add(actions, "release", "已过时间，确认仍要发送", reference=True, by=True),
        "pause": _add(actions, "pause", "暂停发送", reference=True, by=True),
        "resume": _add(actions, "resume", "继续发送", reference=True, by=True),
        "skip": _add(actions, "skip", "定期发送的通知跳过这一次", reference=True, by=True),
        "cancel": _add(actions, "cancel", "取消", reference=True, by=True),
        "retry-failed": _add(actions, "retry-failed", "只重发失败的", reference=True, by=True),
        "resolve": _add(actions, "resolve", "处理存疑的收件人", reference=True, by=True),
        "failures": _add(actions, "failures", "列出失败和存疑的收件人", reference=True),
        "changes": _add(actions, "changes", "查看全部经办记录", reference=True),
    }
    _add_content(parsers["create"], required=True)
    _add_content(parsers["send"], required=True)
    parsers["send"].add_argument("--approved-by", required=True, help="审核人，不能是起草人")
    _add_content(parsers["edit"], required=False)
    for name in ("create", "send"):
        parsers[name].add_argument("--to", type=Path, help=TO)
        _add_audience(parsers[name])
    _add_audience(parsers["edit"])
    parsers["edit"].add_argument("--to", type=Path, help=f"换一份名单：{TO}")
    parsers["edit"].add_argument("--everybody", action="store_true", help="取消收件范围，发给全部关注者")
    _add_audience(parsers["count"])
    parsers["count"].add_argument("--emergency", action="store_true", help="按紧急通知清点")
    change = parsers["testers"].add_mutually_exclusive_group()
    change.add_argument("--add", metavar="CITIZEN", help="登记：市民编号（要关注公众号），同时写 --name 和 --by")
    change.add_argument("--remove", metavar="CITIZEN", help="移除：市民编号")
    parsers["testers"].add_argument("--name", help="试发人员的姓名")
    parsers["testers"].add_argument("--by", help="经办人姓名")
    parsers["watch"].add_argument("--every", type=_seconds, default=2.0, metavar="SECONDS", help="隔几秒看一次，默认 2")
    parsers["list"].add_argument("--state", choices=tuple(STATE_NAMES), default="", help="只列这种状态的")
    parsers["list"].add_argument("--before", type=int, default=0, metavar="NUMBER", help="只列这个编号以前的")
    parsers["list"].add_argument("--limit", type=int, choices=range(1, 201), default=20, metavar="1..200")
    parsers["approve"].add_argument("--version", type=int, default=0, help="所看到的版本；之后改过则不通过")
    decision = parsers["resolve"].add_mutually_exclusive_group(required=True)
    decision.add_argument("--sent", action="store_true", help="视为已送达")
    decision.add_argument("--again", action="store_true", help="再发一次")
    parsers["resolve"].add_argument("--why", default="", help="怎么知道的；记入经办记录")
    parsers["verify"].add_argument("text", help="转发的文字，全文或一段")
    parsers["resolve"].add_argument("--to", type=Path, help="只处理名单里的人")
    parsers["failures"].add_argument("--csv", nargs="?", const="-", help="写成 CSV；不写文件名则输出到屏幕")
    for name, parser in parsers.items():
        parser.set_defaults(run=handlers[name])


def _seconds(value: str) -> float:
    """From a tenth of a second to an hour."""
    seconds = float(value)
    if not 0.1 <= seconds <= 3600:
        raise ValueError(value)
    return seconds


def _add(
    actions: Commands, name: str, summary: str, *, reference: bool = False, by: bool = False
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=summary)
    if reference:
        parser.add_argument("id", help="通知的编号")
    if by:
        parser.add_argument("--by", required=True, help="经办人姓名")
    return parser


def _add_content(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument("--title", required=required, help="标题")
    parser.add_argument("--text", required=required, help="正文")
    parser.add_argument("--by", required=True, help="经办人姓名")
    parser.add_argument("--at", required=required, help='发送时间，如 "2026-11-24 09:00"（本市时间）或 now')
    parser.add_argument("--url", help="链接")
    parser.add_argument("--department", help="发文单位")
    parser.add_argument("--source", help="文件依据，如 云政办〔2026〕12号")
    attach = '附件，可以写几次：名称=链接；写 "" 去掉全部附件'
    parser.add_argument("--attach", action="append", metavar="NAME=URL", help=attach)
    parser.add_argument("--route", choices=get_args(ChosenRoute), help="发送方式，默认 template")
    parser.add_argument("--mass-form", choices=("text", "news"), help="群发的形式：文字或图文，默认 text")
    parser.add_argument("--cover", type=Path, metavar="FILE", help=f"图文的封面。{SIZES}")
    parser.add_argument("--digest", help="图文的摘要，显示在标题下面；不写则取正文开头")
    parser.add_argument("--late", choices=("send", "skip", "ask"), help="错过时间：照发、不发、先问，默认 ask")
    parser.add_argument("--late-after", type=int, metavar="MINUTES", help="晚多少分钟算错过，默认 15")
    parser.add_argument("--expires", help="有效期，过后不再发送")
    parser.add_argument("--quiet", metavar="22:00-07:00", help="免打扰时段，期间到时间的等结束再发")
    parser.add_argument(
        "--repeat", metavar="CRON", help='定期发送：分 时 日 月 星期，如每周一 9 点 "0 9 * * 1"；写 "" 改回一次'
    )
    parser.add_argument("--repeat-zone", metavar="ZONE", help="规则按哪个时区，默认 Asia/Shanghai")
    parser.add_argument("--repeat-until", metavar="TIME", help="定期发送到什么时候为止，必填")
    parser.add_argument("--emergency", action="store_true", help="紧急：先于其他通知，不受免打扰限制")


def _add_audience(parser: argparse.ArgumentParser) -> None:
    kinds = "主题=医保,社保；地区=江北区；标签=企业；活跃=2026-11-01；办件=状态:已受理；预约=大厅:SZX；名单"
    include = f"发给谁，可以写几次：{kinds}"
    parser.add_argument("--include", action="append", metavar="RULE", help=include)
    parser.add_argument("--exclude", action="append", metavar="RULE", help="不发给谁，写法相同，可以写几次")
    parser.add_argument("--match-all", action="store_true", help="各条收件范围都要符合；不写则符合一条就行")
