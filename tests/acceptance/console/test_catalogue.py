"""How an editor reads an item, changes it with a preview, tries a checklist and an import; on a desk and on a phone."""

from __future__ import annotations

import json
import socket
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from services.appointments.models import HallRow
from services.catalogue.service import CatalogueService
from services.catalogue.types import Item, Material
from services.clock import SystemClock
from services.db import Sessions
from services.importing.delivery import Delivery, Entry, content_hash
from services.importing.report import Report
from services.search.live import SharedLanguage
from services.staff.permissions import Role
from tests.acceptance.console.conftest import AsStaff
from tests.acceptance.console.staff import Console, assert_accessible, picture
from tests.integration.appointments.conftest import hall, offer


def make_item(console: Console, code: str) -> None:
    one = Item(
        task_code=code,
        task_name="居住证办理",
        dept_name="云江市公安局",
        district="云江市",
        area_code="990000",
        aliases=["暂住证"],
        accept_condition="在本市居住半年以上，有合法稳定住所。",
        promise_day=5,
        promise_type="工作日",
        is_fee=False,
        transact_addr="云江市江南区云江大道168号",
        link_way="0100-88010001",
        source="云江市公安局",
        material=[
            Material(material_name="居民身份证", is_need=True, page_num=1),
            Material(material_name="房屋租赁合同", is_need=False),
        ],
    )

    async def load(sessions: Any) -> None:
        delivery: Delivery[Item] = Delivery()
        delivery.entries.append(Entry(key=code, value=one, feed=code, content_hash=content_hash(one, code)))
        service = CatalogueService(sessions=sessions, clock=SystemClock(), language=SharedLanguage())
        await service.take_in(delivery, Report())

    console.run(load)


def make_hall(console: Console) -> None:
    """One hall for every test of this module."""

    async def add(sessions: Sessions) -> None:
        async with sessions.begin() as session:
            if await session.get(HallRow, "TRY") is None:
                session.add(hall("TRY", "江南区"))
                await session.flush()
                session.add(offer("TRY", "HJ", "户籍业务"))

    console.run(add)


def test_an_editor_changes_what_an_item_costs_and_where_it_is_done_and_sees_who_has_read_it(
    as_staff: AsStaff, console: Console
) -> None:
    code = f"YJ-{uuid4().hex[:8]}"
    make_hall(console)
    make_item(console, code)
    page = as_staff(Role.EDITOR)
    page.goto(f"{console.url}/catalogue/item/{code}/edit")
    page.get_by_label("收费吗").select_option("是")
    page.get_by_label("收费项目").fill("| | 可减免")
    page.get_by_label("可以预约吗").select_option("是")
    page.get_by_role("group", name="办理大厅").get_by_label("江南区政务服务中心").check()
    page.get_by_label("预约业务").select_option(label="户籍业务")
    page.get_by_label("服务对象").fill("自然人")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("收费项目第 1 行：请写收费项目的名称，或者收多少。")
    expect(page.get_by_role("group", name="办理大厅").get_by_label("江南区政务服务中心")).to_be_checked()
    page.get_by_label("收费项目").fill("工本费 | 每证20元 | 可减免\n  依据：云发改价格〔2025〕1号")
    expect(page.locator("#preview")).to_contain_text("工本费：每证20元（符合条件可减免）")
    assert_accessible(page)
    picture(page, "catalogue-edit-fees")
    page.get_by_text("编码、类型和来源（一般不用改）").click()
    page.get_by_label("来源").fill("云江市公安局官网")
    assert_accessible(page)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存，两秒内就会按新内容答复。")).to_be_visible()
    expect(page.get_by_text("来源：云江市公安局官网")).to_be_visible()

    page.goto(f"{console.url}/catalogue/sync")
    table = page.get_by_role("region", name="每台机器上的索引")
    expect(table.get_by_text("事项").first).to_be_visible()
    expect(table.get_by_text("问答").first).to_be_visible()
    expect(table.get_by_text(socket.gethostname()).first).to_be_visible()
    assert_accessible(page)
    picture(page, "catalogue-machines")


def test_an_editor_changes_an_item_with_its_situations_and_tries_an_import(as_staff: AsStaff, console: Console) -> None:
    code = f"YJ-{uuid4().hex[:8]}"
    make_item(console, code)
    page = as_staff(Role.EDITOR)
    page.goto(f"{console.url}/catalogue")
    page.get_by_label("搜索").fill(code)
    page.keyboard.press("Enter")
    expect(page.get_by_text(code)).to_be_visible()
    assert_accessible(page)
    picture(page, "catalogue")
    page.get_by_role("link", name="居住证办理").click()
    page.get_by_role("link", name="修改").click()
    page.get_by_label("咨询电话").fill("0100-88019999")
    expect(page.locator("#preview")).to_contain_text("0100-88019999")
    page.get_by_label("情形", exact=True).fill("问：租房还是自有房？\n- 租房\n  加：没有的材料\n- 自有房")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("申请材料里没有“没有的材料”")
    assert_accessible(page)
    page.get_by_label("情形", exact=True).fill("问：租房还是自有房？\n- 租房\n  加：房屋租赁合同\n- 自有房")
    picture(page, "catalogue-edit")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存，两秒内就会按新内容答复。")).to_be_visible()

    page.get_by_label("租房", exact=True).check()
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("listitem").filter(has_text="房屋租赁合同")).to_be_visible()
    assert_accessible(page)
    picture(page, "catalogue-item")

    page.goto(f"{console.url}/catalogue")
    page.get_by_role("link", name="导入").click()
    changed = {"task_code": code, "task_name": "居住证", "dept_name": "云江市公安局", "area_code": "990000"}
    rows = [changed, {**changed, "task_code": f"{code}-2"}, {"task_code": f"{code}-3"}]
    content = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    file = {"name": "items.jsonl", "mimeType": "application/jsonl", "buffer": content}
    page.get_by_label("文件", exact=True).set_input_files([file])  # type: ignore[list-item]
    page.get_by_label("来源", exact=True).fill(code)
    page.get_by_role("button", name="导入").click()
    expect(page.get_by_text("还没有写入任何内容")).to_be_visible()
    expect(page.get_by_text("会盖掉在这里改过的内容")).to_be_visible()
    expect(page.get_by_text("第 3 行")).to_be_visible()
    assert_accessible(page)
    picture(page, "catalogue-import")
    page.get_by_role("button", name="写入检查过的文件").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("已写入，两秒内生效。")).to_be_visible()
    assert_accessible(page)
    page.goto(f"{console.url}/catalogue/sync")
    expect(page.get_by_role("cell", name=code)).to_be_visible()
    assert_accessible(page)
    picture(page, "catalogue-sync")
