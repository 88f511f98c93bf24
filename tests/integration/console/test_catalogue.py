"""Can editors browse, edit and import items with previews, and is an edit live at once and safe from imports?"""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import FormData
from sqlalchemy import func, update

from services.app import Topics, make_topics
from services.audit import trail
from services.catalogue.types import FeeProject, Item, Material, Situation, SituationOption
from services.console.cookies import CSRF_FIELD
from services.db import Sessions
from services.importing.delivery import Delivery, Entry, content_hash
from services.importing.report import Report
from services.metrics import Metrics
from services.search.models import SearchReader
from services.search.presence import FORGOTTEN_AFTER, SILENT_AFTER, Presence, Process
from services.settings import ServicesSettings
from services.staff.permissions import Role
from tests.fakes.clock import FixedClock
from tests.fakes.forms import form_values
from tests.fakes.waiting import eventually
from tests.integration.appointments.conftest import hall, offer
from tests.integration.console.conftest import Browser, NewBrowser

CODE = "YJ-HJ-001"
PATH = f"/catalogue/item/{CODE}"
SITUATIONS = "问：租房还是自有房？\n- 租房\n  加：房屋租赁合同\n- 自有房\n"


def item(code: str = CODE, **fields: Any) -> Item:
    known: dict[str, Any] = {
        "task_code": code,
        "task_name": "居住证办理",
        "dept_name": "云江市公安局",
        "area_code": "990000",
        "aliases": ["暂住证"],
        "link_way": "0100-88010001",
        "material": [
            Material(material_name="身份证", is_need=True),
            Material(material_name="房屋租赁合同", is_need=False),
        ],
        "situations": [
            Situation(
                id="home",
                question="租房还是自有房？",
                options=[
                    SituationOption(id="rent", label="租房", adds_material=["房屋租赁合同"]),
                    SituationOption(id="own", label="自有房"),
                ],
            )
        ],
    }
    return Item(**{**known, **fields})


async def imported(topics: Topics, *items: Item, feed: str = "city") -> Report:
    delivery: Delivery[Item] = Delivery()
    delivery.feeds.add(feed)
    for one in items:
        delivery.mentioned.add(one.task_code)
        delivery.entries.append(Entry(key=one.task_code, value=one, feed=feed, content_hash=content_hash(one, feed)))
    report = Report()
    await topics.catalogue.take_in(delivery, report)
    return report


@pytest.fixture
async def topics(sessions: Sessions, settings: ServicesSettings, clock: FixedClock) -> AsyncIterator[Topics]:
    """The backends of another machine, on the same database."""
    topics = make_topics(sessions, clock, settings, Metrics())
    async with topics.catalogue.running():
        await imported(topics, item())
        yield topics


@pytest.fixture
async def editor(new_browser: NewBrowser) -> Browser:
    return await new_browser(Role.EDITOR)


async def fields(topics: Topics, **changed: str) -> dict[str, str]:
    """The form as the page shows it, with some fields written anew."""
    one = await topics.catalogue_desk.item(CODE)
    shown = {
        "task_name": one.item.task_name,
        "dept_name": one.item.dept_name,
        "aliases": "\n".join(one.item.aliases),
        "area_code": one.item.area_code,
        "task_state": one.item.task_state,
        "link_way": one.item.link_way,
        "material": "身份证 | 必需\n房屋租赁合同 | 按情况",
        "situations": SITUATIONS,
        "base": str(one.revision),
    }
    return {**shown, **changed}


async def send(editor: Browser, values: dict[str, str], *, status: int = 303) -> str:
    answer = await editor.post(f"{PATH}/edit", **values)
    text = await answer.text()
    assert answer.status == status, text[-3000:]
    return text


async def test_an_edit_is_found_on_another_machine_at_once_and_the_same_import_leaves_it(
    editor: Browser, topics: Topics
) -> None:
    await send(editor, await fields(topics, aliases="暂住证\n蓝本本", link_way="0100-12345"))

    async def found() -> bool:
        return (await topics.catalogue.search("蓝本本怎么办")).verdict == "sure"

    await eventually(found)
    assert "已保存，两秒内就会按新内容答复。" in await editor.read(PATH)
    report = await imported(topics, item())
    assert (report.unchanged, report.updated) == (1, 0)
    after = (await topics.catalogue.item(CODE)).link_way
    assert after == "0100-12345"
    assert "在这里改过" in await editor.read(PATH)


async def test_saving_what_was_shown_changes_nothing_and_keeps_every_id(editor: Browser, topics: Topics) -> None:
    before = await topics.catalogue_desk.item(CODE)
    await send(editor, await fields(topics))
    assert await topics.catalogue_desk.item(CODE) == before
    await send(editor, await fields(topics, situations=SITUATIONS + "- 亲友家\n  条件：屋主同意\n"))
    (situation,) = (await topics.catalogue.item(CODE)).situations
    assert (situation.id, [one.id for one in situation.options]) == ("home", ["rent", "own", "a1"])
    assert situation.options[2].adds_condition == ["屋主同意"]


async def test_an_edit_is_in_the_audit_log_with_only_what_it_changed(
    editor: Browser, topics: Topics, sessions: Sessions
) -> None:
    await send(editor, await fields(topics, link_way="0100-12345"))
    async with sessions() as session:
        (row,) = await trail.entries(session, trail.Wanted(subject_kind="item", subject_id=CODE))
    assert (row.login, row.action) == ("editor", "catalogue.edited")
    assert (row.before, row.after) == ({"link_way": "0100-88010001"}, {"link_way": "0100-12345"})


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"task_name": ""}, "请填写事项名称"),
        ({"promise_day": "-1"}, "承诺办结时限是 0 到 100000 的整数"),
        ({"online_handle_url": "javascript:alert(1)"}, "以 http:// 或 https:// 开头"),
        ({"material": "身份证 | 也许"}, "申请材料第 1 行"),
        ({"material": "身份证\n身份证"}, "写了两次"),
        ({"situations": "问：租房吗？\n- 是"}, "每个问题要有 2 到 9 个答案"),
        ({"situations": SITUATIONS.replace("房屋租赁合同", "没有的材料")}, "申请材料里没有“没有的材料”"),
        ({"situations": SITUATIONS.replace("房屋租赁合同", "身份证")}, "请在申请材料里写成“按情况”"),
        ({"situations": "- 是"}, "请先写“问：”和问题"),
        ({"aliases": "长" * 201}, "这一行太长，每行最多 200 个字"),
        ({"aliases": "\n".join(str(n) for n in range(101))}, "最多 100 行，现在有 101 行"),
    ],
)
async def test_what_is_wrong_with_an_item_is_said_and_nothing_is_written(
    editor: Browser, topics: Topics, changed: dict[str, str], told: str
) -> None:
    before = await topics.catalogue_desk.item(CODE)
    assert told in await send(editor, await fields(topics, **changed), status=422)
    assert await topics.catalogue_desk.item(CODE) == before


async def test_who_saves_over_a_newer_item_is_told_and_loses_nothing(editor: Browser, topics: Topics) -> None:
    stale = await fields(topics, link_way="我的电话")
    await imported(topics, item(link_way="0100-99999"))

    text = await send(editor, stale, status=409)

    assert "刚刚改过这个事项" in text
    assert "我的电话" in text
    assert (await topics.catalogue.item(CODE)).link_way == "0100-99999"


async def test_an_editor_of_a_department_changes_only_its_own_items(new_browser: NewBrowser, topics: Topics) -> None:
    other = await new_browser(Role.EDITOR, login="other", department="云江市教育局")
    await send(other, await fields(topics), status=403)
    assert (await other.get(f"{PATH}/edit")).status == 403
    own = await new_browser(Role.EDITOR, login="own", department="云江市公安局")
    await send(own, await fields(topics, dept_name="云江市教育局"), status=403)
    await send(own, await fields(topics, link_way="1"))
    assert (await own.post("/catalogue/import", source="x")).status == 403


async def test_the_guide_and_the_checklist_are_shown_as_citizens_get_them(editor: Browser, topics: Topics) -> None:
    page = await editor.read(PATH)
    assert "租房还是自有房？（第 1 问，共 1 问）" in page
    rented = await editor.read(PATH, **{"a-home": "rent"})
    assert "<li>房屋租赁合同" in rented
    assert "<li>房屋租赁合同" not in await editor.read(PATH, **{"a-home": "own"})
    assert "第 1 问" in await editor.read(PATH, **{"a-home": "nowhere"})
    preview = await editor.post(f"{PATH}/preview", **await fields(topics, accept_condition="在本市居住半年以上"))
    assert "在本市居住半年以上" in await preview.text()
    assert (await topics.catalogue.item(CODE)).accept_condition == ""
    assert (await editor.get("/catalogue/item/NOTTHERE")).status == 404


async def shown(editor: Browser) -> dict[str, list[str]]:
    """Every field of the form as a browser would send it."""
    return form_values(await editor.read(f"{PATH}/edit"), f"{PATH}/edit")


async def test_every_field_of_an_item_can_be_changed_and_what_is_sent_back_as_shown_changes_nothing(
    editor: Browser, topics: Topics, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        session.add(hall("JB", "江北区"))
        await session.flush()
        session.add(offer("JB", "HJ", "户籍业务"))
    await imported(topics, item(hall_codes=["GONE"], fee_project=[FeeProject(fee_name="工本费", by_law="一\n二")]))
    before = (await topics.catalogue_desk.item(CODE)).item
    sent = await shown(editor)
    assert set(Item.__struct_fields__) - set(sent) == {"task_code"}, "every field has a place on the page"

    answer = await editor.post(f"{PATH}/edit", **only_values(sent))
    assert answer.status == 303
    assert (await topics.catalogue_desk.item(CODE)).item == before

    new = {
        "area_code": "990101", "district": "江北区", "task_type": "07", "server_type": "自然人\n企业法人",
        "fee_project": "工本费 | 每证5元 | 可减免\n  依据：某文件\n照相费 | 20元",
        "hall_codes": "JB", "service_code": "HJ",
        "is_schedule": "yes", "schedule_url": "https://yunjiang.example/book", "online_platform": "云江办",
        "handle_type": "窗口办理", "project_type": "即办件", "handle_area": "全市", "co_department": "教育局",
        "question": "问：周末办吗？\n答：不办。", "user_topic_type": "户籍",
        "corp_topic_type": "设立", "source": "市政府",
        "material": "身份证 | 必需\n  类型：原件\n  形式：纸质\n房屋租赁合同 | 按情况",
        "dept_code": "9941", "use_level": "市级",
    }  # fmt: skip
    assert (await editor.post(f"{PATH}/edit", **only_values({**await shown(editor), **new}))).status == 303

    now = (await topics.catalogue_desk.item(CODE)).item
    assert now.hall_codes == ["JB"]
    assert [(one.fee_name, one.fee_stand, one.is_desc, one.by_law) for one in now.fee_project] == [
        ("工本费", "每证5元", True, "某文件"),
        ("照相费", "20元", None, ""),
    ]
    assert now.material[0].material_type == "原件"
    assert [one.answer for one in now.question] == ["不办。"]
    assert now.server_type == ["自然人", "企业法人"]
    for name, value in new.items():
        if name not in {"fee_project", "hall_codes", "question", "material", "is_schedule"} and "\n" not in value:
            assert getattr(now, name) in (value, [value]), name
    page = await editor.read(PATH)
    assert "工本费：每证5元（符合条件可减免）" in page


def only_values(sent: Mapping[str, str | list[str]]) -> dict[str, str | list[str]]:
    """Without the token, which `post` sends itself."""
    return {name: value for name, value in sent.items() if name != CSRF_FIELD}


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("area_code", "江北", "地区编码只有数字"),
        ("promise_day", "三天", "承诺办结时限是 0 到 100000 的整数"),
        ("aliases", "长" * 201, "这一行太长，每行最多 200 个字"),
        ("server_type", "\n".join(map(str, range(101))), "最多 100 行，现在有 101 行"),
        ("fee_project", "| | 可减免", "收费项目第 1 行：请写收费项目的名称"),
        ("question", "周末办吗？", "常见问题第 1 行：请先写“问：”"),
        ("material", "类型：原件", "申请材料第 1 行：“类型”要写在名称的下面一行"),
        ("schedule_url", "www.example", "请填写以 http:// 或 https:// 开头的网址"),
        ("local_code", "9" * 65, "地方编码最多 64 个字"),
    ],
)
async def test_a_field_that_is_wrong_is_named_in_chinese_and_nothing_is_written(
    editor: Browser, topics: Topics, field: str, value: str, told: str
) -> None:
    before = (await topics.catalogue_desk.item(CODE)).item
    answer = await editor.post(f"{PATH}/edit", **only_values({**await shown(editor), field: value}))
    assert answer.status == 422
    assert told in await answer.text()
    assert (await topics.catalogue_desk.item(CODE)).item == before


async def test_a_district_keeps_the_code_that_its_other_items_have(editor: Browser, topics: Topics) -> None:
    await imported(topics, item("YJ-2", district="江北区", area_code="990101"))
    wrong = {"district": "江北区", "area_code": "990102"}
    answer = await editor.post(f"{PATH}/edit", **only_values({**await shown(editor), **wrong}))
    assert answer.status == 422
    assert "“江北区”的其他事项用的是 990101" in await answer.text()
    right = {"district": "江北区", "area_code": "990101"}
    assert (await editor.post(f"{PATH}/edit", **only_values({**await shown(editor), **right}))).status == 303


async def test_the_page_of_sync_names_every_process_with_what_it_has_read(
    editor: Browser, topics: Topics, sessions: Sessions
) -> None:
    other = Presence(sessions=sessions, process=Process(id=uuid4(), machine="machine-b", pid=7))
    await other.report("catalogue", 0, 0)

    async def shown_here() -> bool:
        return socket.gethostname() in await editor.read("/catalogue/sync")

    await eventually(shown_here)
    page = await editor.read("/catalogue/sync")
    assert "machine-b" in page
    assert "落后 1 版" in page
    await other.report("catalogue", 1, 1)

    async def all_have_read() -> bool:
        return "落后" not in await editor.read("/catalogue/sync")

    await eventually(all_have_read)
    async with sessions.begin() as session:
        late = func.now() - SILENT_AFTER - timedelta(seconds=1)
        await session.execute(update(SearchReader).where(SearchReader.pid == 7).values(seen_at=late))
    assert "没有报告，可能已停" in await editor.read("/catalogue/sync")
    async with sessions.begin() as session:
        gone = func.now() - FORGOTTEN_AFTER - timedelta(seconds=1)
        await session.execute(update(SearchReader).where(SearchReader.pid == 7).values(seen_at=gone))
    third = Presence(sessions=sessions, process=Process(id=uuid4(), machine="machine-c", pid=8))
    await third.report("catalogue", 1, 1)
    page = await editor.read("/catalogue/sync")
    assert "machine-b" not in page
    assert "machine-c" in page
    await third.leave("catalogue")
    assert "machine-c" not in await editor.read("/catalogue/sync")


async def test_items_are_found_by_name_alias_code_department_and_state(editor: Browser, topics: Topics) -> None:
    await imported(topics, item("YJ-2", task_name="食品经营许可", dept_name="市场监管局", aliases=[], situations=[]))
    for query, there in (
        ({"q": "暂住"}, ["居住证办理"]),
        ({"q": "YJ-2"}, ["食品经营许可"]),
        ({"department": "市场"}, ["食品经营许可"]),
        ({"state": "situations"}, ["居住证办理"]),
        ({"state": "live"}, ["居住证办理", "食品经营许可"]),
        ({"state": "retired"}, []),
        ({"q": "100%_"}, []),
    ):
        page = await editor.read("/catalogue", **query)
        assert [name for name in ("居住证办理", "食品经营许可") if name in page] == there, query


async def upload(editor: Browser, content: str | bytes, name: str = "items.jsonl", **more: str) -> str:
    form = FormData()
    form.add_field("file", content if isinstance(content, bytes) else content.encode(), filename=name)
    for key, value in {CSRF_FIELD: await editor.token("/catalogue/import"), **more}.items():
        form.add_field(key, value)
    answer = await editor.client.post("/console/catalogue/import", data=form, allow_redirects=False)
    if answer.status == 303:
        return await editor.read_when_done(answer.headers["Location"].removeprefix("/console"))
    text = await answer.text()
    assert answer.status == 200, text[-2000:]
    return text


def rows(*values: dict[str, Any]) -> str:
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in values)


ROW = {"task_code": "YJ-9", "task_name": "新事项", "dept_name": "云江市民政局", "area_code": "990000"}


async def test_an_import_is_tried_out_first_and_then_done(editor: Browser, topics: Topics, sessions: Sessions) -> None:
    changed = {"task_code": CODE, "task_name": "居住证", "dept_name": "云江市公安局", "area_code": "990000"}
    content = rows(ROW, changed, {"task_code": "YJ-8", "task_name": "", "dept_name": "某局", "area_code": "990000"})
    before = await topics.catalogue_desk.sync()

    tried = await upload(editor, content, source="city")

    assert "还没有写入任何内容" in tried
    assert "第 3 行" in tried
    assert "<code>task_name</code>" in tried
    for words in ("新事项", "新增", "事项名称、"):
        assert words in tried, words
    assert await topics.catalogue_desk.sync() == before
    assert "已写入" in await upload(editor, content, source="city", write="1")
    assert (await topics.catalogue.item("YJ-9")).task_name == "新事项"
    assert (await topics.catalogue.item(CODE)).task_name == "居住证"
    page = await editor.read("/catalogue/sync")
    assert "新增 1，修改 1" in page
    async with sessions() as session:
        assert [row.login for row in await trail.entries(session, trail.Wanted(action="catalogue.imported"))] == [
            "editor"
        ]


async def test_an_import_says_what_of_the_staff_s_it_would_write_over_and_what_is_gone(
    editor: Browser, topics: Topics
) -> None:
    await send(editor, await fields(topics, link_way="0100-12345"))
    over = {"task_code": CODE, "task_name": "居住证", "dept_name": "云江市公安局", "area_code": "990000"}
    assert "会盖掉在这里改过的内容" in await upload(editor, rows(over), source="city")
    gone = await upload(editor, rows(ROW), source="city", retire="1")
    assert "来源中已没有的事项" in gone
    assert (await topics.catalogue.item(CODE)).link_way == "0100-12345"
    await upload(editor, rows(ROW), source="city", retire="1", write="1")
    assert "已失效，群众查不到" in await editor.read(PATH)


async def test_a_file_that_cannot_be_read_is_refused_with_a_reason(editor: Browser, topics: Topics) -> None:
    assert (await editor.post("/catalogue/import", source="")).status == 422
    for name, content, told in (
        ("items.jsonl", "{", "不是 JSON"),
        ("items.json", "{}", "文件应当是一个列表"),
        ("items.yml", b"\xff\xfe\x00", "不是 UTF-8"),
        ("../../evil.jsonl", "[1]", "应当是一组字段"),
    ):
        assert told in await upload(editor, content, name), name
    form = FormData()
    form.add_field("file", b"x", filename="items.exe")
    form.add_field(CSRF_FIELD, await editor.token("/catalogue/import"))
    assert (await editor.client.post("/console/catalogue/import", data=form)).status == 422


async def test_who_may_only_look_neither_edits_nor_imports(new_browser: NewBrowser, topics: Topics) -> None:
    viewer = await new_browser(Role.VIEWER)
    assert "居住证办理" in await viewer.read("/catalogue")
    assert f"{PATH}/edit" not in await viewer.read(PATH)
    for path in (f"{PATH}/edit", "/catalogue/import"):
        assert (await viewer.get(path)).status == 403
        assert (await viewer.post(path)).status == 403
