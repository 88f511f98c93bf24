"""What the office has not given is said to be missing, with the number to call; none of it is made up or taken over."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import get_args

import aiohttp
import pytest

from services.catalogue.texts import TITLES
from services.catalogue.types import Aspect
from tests.acceptance.running import Citizen, Running
from tests.fakes.waiting import eventually

#: An item that has nothing but a number to call, and one that has not even that.
TOLD_NUMBER, UNTOLD = "观星台夜间开放申请", "古井清淘备案"
NUMBER, HOTLINE = "0100-77001234", "12345"
#: What is asked, without a subject.
ASKED: Mapping[Aspect, str] = {
    "materials": "要带什么材料",
    "conditions": "要符合什么条件",
    "time_limit": "多久能办好",
    "fee": "多少钱",
    "place": "在哪里办",
    "hours": "几点上班",
    "phone": "咨询电话是多少",
    "complaint_phone": "投诉电话是多少",
    "flow": "办理流程是什么",
    "online": "能不能网上办",
    "trips": "要跑几趟",
    "courier": "能邮寄吗",
    "appointment": "能不能预约",
    "result": "办完拿到什么证",
    "basis": "法律依据是什么",
    "audience": "服务对象是谁",
}
#: An item that has all of it, spoken of just before.
OTHER = "普通护照首次申领"


def test_every_aspect_but_the_department_which_each_item_has_is_asked_for() -> None:
    assert ASKED.keys() == set(get_args(Aspect)) - {"department"}


@pytest.fixture(scope="module")
def bare_items(program: Running, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """The running program with two items of which next to nothing is known."""
    file = tmp_path_factory.mktemp("bare") / "items.jsonl"
    common = {"dept_name": "云江市文物局", "area_code": "990000", "district": "云江市"}
    rows = [
        {**common, "task_code": "BARE-1", "task_name": TOLD_NUMBER, "link_way": NUMBER},
        {**common, "task_code": "BARE-2", "task_name": UNTOLD},
    ]
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    program.command("catalogue", "import", str(file))
    asyncio.run(_found(program))
    return program


@pytest.mark.usefixtures("bare_items")
@pytest.mark.parametrize(("item", "number"), [(TOLD_NUMBER, NUMBER), (UNTOLD, HOTLINE)])
async def test_a_missing_fact_is_never_another_items(
    new_citizen: Callable[[], Awaitable[Citizen]], item: str, number: str
) -> None:
    citizen = await new_citizen()
    for aspect, asked in ASKED.items():
        if (aspect, item) == ("phone", TOLD_NUMBER):
            continue
        assert f"「{OTHER}」" in await citizen.say(f"{OTHER}{asked}"), aspect
        for question in (f"{item}{asked}", asked):
            reply = await citizen.say(question)

            assert f"「{item}」的办事指南没有写明{TITLES[aspect]}" in reply, question
            assert number in reply
            assert OTHER not in reply


async def _found(program: Running) -> None:
    async with aiohttp.ClientSession(headers=program.authorization) as http:

        async def found() -> bool:
            return [await _first(http, program, item) for item in (TOLD_NUMBER, UNTOLD)] == ["BARE-1", "BARE-2"]

        await eventually(found, seconds=60)


async def _first(http: aiohttp.ClientSession, program: Running, item: str) -> str:
    async with http.get(f"{program.services}/catalogue/v1/items", params={"q": item}) as response:
        hits = (await response.json())["hits"]
    return str(hits[0]["task_code"]) if hits else ""
