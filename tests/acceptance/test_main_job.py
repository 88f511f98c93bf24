"""The main job: a citizen asks in WeChat, the backends answer, a scheduled notice arrives."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from tests.acceptance.running import ROOT, Citizen, Running

VALID_ID = "990101199003072395"
WRONG_ID = "110101199003071230"


async def test_a_new_follower_is_welcomed_and_told_what_can_be_asked(citizen: Citizen) -> None:
    entries = await citizen.until(lambda entry: entry["kind"] == "passive.delivered")

    welcome = entries[-1]["content"]
    assert "云江市" in welcome
    assert "预约" in welcome


@pytest.mark.parametrize(
    ("question", "facts", "follow_up", "more_facts"),
    [
        ("给孩子上户口要带什么材料", ["出生医学证明"], "要多少钱？", ["不收费"]),
        ("我想办居住证，江北区的", ["居住证"], "在哪里办", ["江北区"]),
        ("护照怎么办理", ["护照"], "多久能拿到", ["工作日"]),
    ],
)
async def test_a_question_about_an_item_and_its_follow_up_are_answered(
    citizen: Citizen, question: str, facts: list[str], follow_up: str, more_facts: list[str]
) -> None:
    answer = await citizen.say(question)
    for fact in facts:
        assert fact in answer

    answer = await citizen.say(follow_up)
    for fact in more_facts:
        assert fact in answer


def imported_items(program: Running, folder: Path) -> None:
    """A province's own items, in the form in which its platform hands them out, come in by the importer."""
    common = {
        "ORGCODE": "000000009",
        "TASK_TYPE_TEXT": "行政许可",
        "TASK_TYPE": "01",
        "AREA_CODE_TEXT": "云江省",
        "AREACODE": "990000",
        "matter_level": "省级",
        "ONLINECHECK": "1",
        "courier_service": "否",
        "complain_phone": "0100-88990012",
        "online_book": "否",
        "service_object_name": ["自然人"],
        "theme_category": ["其他"],
    }
    rows = [
        {"TASK_NAME": "养蜂许可(（新申请）)", "DEPT_NAME": "云江省农业农村厅", "handle_time_limit": "5(工作日)"}
        | {"handle_time": "20(工作日)", "handle_location": "云江大道1号农业窗口", "matter_short": "养蜂证"}
        | {"material_intro": ["养蜂许可申请表", "蜂场位置图"], "LIMIT_SCENE_NUM": "0"},
        {"TASK_NAME": "潜水教练资格认定", "DEPT_NAME": "云江省体育局", "handle_time_limit": "8(工作日)"}
        | {"handle_time": "20(工作日)", "handle_location": "体育路6号", "consult_phone": "0100-88990066"}
        | {"accept_standard": "年满十八周岁，持有潜水技能证书。", "LIMIT_SCENE_NUM": "1"},
        {"TASK_NAME": "古树名木移植审批", "DEPT_NAME": "云江省林业局", "handle_time_limit": "12(工作日)"}
        | {"handle_time": "20(工作日)", "handle_location": "青松路3号", "consult_phone": "0100-88990033"}
        | {"material_intro": ["移植方案"], "LIMIT_SCENE_NUM": "2"},
    ]
    path = folder / "province.jsonl"
    codes = (f"1199000000000009{number}A2990101001000" for number in range(len(rows)))
    lines = [json.dumps({**common, **row, "TASK_CODE": code}) for row, code in zip(rows, codes, strict=True)]
    path.write_text("\n".join(lines), encoding="utf-8")
    program.command("catalogue", "import", str(path))


async def test_items_of_a_provinces_platform_are_imported_and_asked_about(
    program: Running, citizen: Citizen, tmp_path: Path
) -> None:
    imported_items(program, tmp_path)
    for question, fact, follow_up, more in (
        ("办养蜂证要带什么材料", "蜂场位置图", "多久能办好", "5个工作日"),
        ("潜水教练资格认定有什么条件", "潜水技能证书", "咨询电话多少", "0100-88990066"),
        ("古树名木移植审批去哪里办", "青松路3号", "要跑几趟", "2次"),
    ):
        assert fact in await citizen.say(question)
        assert more in await citizen.say(follow_up)


async def test_an_everyday_question_is_answered_with_its_source(citizen: Citizen) -> None:
    answer = await citizen.say("老公出差我一个人能给宝宝上户口吗")

    assert "一方到场" in answer
    assert "云江市公安局" in answer


async def test_an_appointment_is_booked_with_a_wrong_identity_number_first_and_cancelled(citizen: Citizen) -> None:
    code = await book(citizen)

    assert code in await citizen.say("我的预约")
    answer = await citizen.say("取消预约")
    if "确认" in answer or "吗" in answer:
        answer = await citizen.say("是的")
    assert "已取消" in answer
    assert code not in await citizen.say("我的预约")


async def book(citizen: Citizen) -> str:
    """Books a passport appointment in the city's hall as a hasty citizen does; gives the appointment's code."""
    answer = await citizen.say("预约办护照，去市政务服务中心")
    assert re.search("哪天|日期|哪一天|什么时候", answer), answer
    answer = await citizen.say(an_open_day())
    assert re.search("时间|时段|几点", answer), answer
    answer = await citizen.say("1")
    assert "姓名" in answer, answer
    answer = await citizen.say("张小明")
    assert "身份证" in answer, answer
    answer = await citizen.say(WRONG_ID)
    assert re.search("核对|不对|有误|不正确", answer), answer
    answer = await citizen.say(f"打错了，是{VALID_ID}")
    assert "手机" in answer, answer
    answer = await citizen.say("13912345678")
    assert "确认" in answer, answer
    answer = await citizen.say("确认")
    found = re.search(r"\b[A-Z2-9]{8}\b", answer)
    assert found, answer
    return found.group()


def an_open_day() -> str:
    """A working day next week: the hall is open, and it is neither today nor too far away."""
    today = datetime.now(timezone(timedelta(hours=8))).date()
    day = today + timedelta(days=7 - today.weekday() + 1)
    return f"{day.month}月{day.day}号"


async def test_the_progress_of_a_case_is_told_to_who_knows_its_query_code(citizen: Citizen, program: Running) -> None:
    answer = await citizen.say("帮我查一下办件进度")
    assert "编号" in answer
    number, query_code = a_case(program)
    answer = await citizen.say(number)
    assert "查询码" in answer
    answer = await citizen.say(query_code)

    assert number in answer or "办" in answer


def a_case(program: Running) -> tuple[str, str]:
    """A case of the example city with its query code."""
    case = yaml.safe_load((ROOT / "data/city/cases.yml").read_text(encoding="utf-8"))[0]
    return str(case["project_no"]), str(case["query_code"])


async def test_a_scheduled_notice_reaches_every_follower_once(
    program: Running, new_citizen: Callable[[], Awaitable[Citizen]]
) -> None:
    followers = [await new_citizen() for _ in range(3)]
    due = datetime.now(timezone.utc) + timedelta(seconds=3)

    program.command(
        *("notices", "send", "--title", "元旦放假安排", "--text", "各政务服务大厅1月1日休息，1月2日照常。"),
        *("--at", due.isoformat(timespec="seconds"), "--by", "张三", "--approved-by", "李四"),
    )

    for follower in followers:
        await follower.until(lambda entry: entry["kind"] == "template.delivered", wait=60)
    for follower in followers:
        entries = await follower.until(lambda entry: True)
        assert [entry["kind"] for entry in entries].count("template.delivered") == 1


async def test_no_identifier_is_found_anywhere_it_does_not_belong(program: Running, citizen: Citizen) -> None:
    await citizen.say(f"我的身份证是{VALID_ID}，手机１３９ １２３４ ５６７８，帮我看看")

    for name in ("edge", "worker", "services", "rasa", "actions"):
        assert VALID_ID not in program.log(name)
        assert "13912345678" not in program.log(name)


async def test_a_citizen_s_own_checklist_is_asked_for_told_and_sent_again(citizen: Citizen) -> None:
    """On the example city's own items, whatever they ask."""
    answer = await citizen.say("新车上牌，帮我列个清单")
    assert "1/3" in answer
    for number in ("2/3", "3/3"):
        answer = await citizen.say("1")
        assert number in answer
    checklist = await citizen.say("1")
    assert "您办「新车注册登记（上牌）」的清单" in checklist
    assert "要带：" in checklist

    again = await citizen.say("再发一遍清单")
    assert again == checklist
