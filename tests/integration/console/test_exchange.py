"""Do examples go out as Rasa's files and come in from them, with the database as the master and every fault named?"""

from __future__ import annotations

import io
import re
import zipfile

import pytest
import yaml
from aiohttp import FormData

from services.staff.permissions import Role
from services.training.exchange import MOST
from tests.fakes.school import School
from tests.integration.console.conftest import Browser, NewBrowser

PATH = "/training/exchange"
SENTENCES = (
    ("greet", "你好"),
    ("greet", "您好"),
    ("ask_place", "[13800138000](mobile)在哪办"),
    ("ask_fee", "护照多少钱"),
)
KEPT = re.compile(r'name="kept" value="([0-9a-f-]{36})"')
FILE = re.compile(r"/console(/files/[0-9a-f-]{36})")


def yml(**intents: list[str]) -> bytes:
    blocks = [{"intent": name, "examples": "".join(f"- {one}\n" for one in texts)} for name, texts in intents.items()]
    return yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True).encode()


async def send(browser: Browser, content: bytes = b"", name: str = "nlu.yml", status: int = 200, **fields: str) -> str:
    form = FormData()
    form.add_field("file", content, filename=name)
    for field, value in {"csrf_token": await browser.token(PATH), **fields}.items():
        form.add_field(field, value)
    answer = await browser.client.post(f"/console{PATH}", data=form, allow_redirects=False)
    text = await answer.text()
    assert answer.status == status, text[-2000:]
    return text


def found(pattern: re.Pattern[str], page: str) -> str:
    match = pattern.search(page)
    assert match is not None, page[-3000:]
    return match[1]


@pytest.fixture
async def editor(new_browser: NewBrowser, school: School) -> Browser:
    await school.import_release(*SENTENCES)
    return await new_browser(Role.EDITOR)


async def texts(school: School) -> set[tuple[str, str]]:
    return {(one.intent, one.text) for one in await school.examples.all()}


async def test_a_file_is_looked_at_first_and_then_adds_and_marks_and_takes_nothing_out(
    editor: Browser, school: School, administrator: Browser
) -> None:
    content = yml(greet=["你好", "早上好"], ask_fee=["[护照](department)多少钱", "早上好"])

    tried = await send(editor, content)
    assert "还没有写入任何内容" in tried
    assert "更改标注" in tried
    assert await texts(school) == set(SENTENCES)
    written = await send(editor, name="", kept=found(KEPT, tried), write="1")

    assert "已写入，下一次训练时学习" in written
    after = {*SENTENCES, ("greet", "早上好"), ("ask_fee", "早上好"), ("ask_fee", "[护照](department)多少钱")}
    assert await texts(school) == after - {("ask_fee", "护照多少钱")}
    assert "写入这" not in await send(editor, content), "the same file again brings nothing"
    assert "导入例句" in await administrator.read("/audit")
    # The release says what it said before, so that its import leaves what staff have brought.
    await school.import_release(*SENTENCES)
    assert ("ask_fee", "[护照](department)多少钱") in await texts(school)


async def test_what_was_removed_comes_back_by_a_file_and_a_sentence_of_two_intents_is_named(
    editor: Browser, school: School
) -> None:
    (place,) = [one.id for one in await school.examples.all() if one.intent == "ask_place"]
    await editor.post(f"/training/examples/{place}/remove")

    page = await send(editor, yml(ask_place=["[13800138000](mobile)在哪办", "护照多少钱"]), write="1")

    assert "也属于：问收费" in page
    assert ("ask_place", "[13800138000](mobile)在哪办") in await texts(school)


async def test_sentences_that_cannot_be_used_come_back_as_a_file_with_reasons_and_are_imported_once_put_right(
    editor: Browser, school: School
) -> None:
    await editor.post("/training/held-out", question="护照几块钱", intent="ask_fee")
    content = yml(greet=["嗨", "[嗨](city)", "[嗨"], ask_fee=["护照几块钱"], order_pizza=["来一份"])

    page = await send(editor, content, write="1")

    for reason in ("程序里没有“city”这种标注", "不能有半角的", "这句话是保留题", "程序里没有意图“order_pizza”"):
        assert reason in page, reason
    assert "nlu.yml，打招呼，第 2 行" in page
    assert ("greet", "嗨") in await texts(school)
    left = (await (await editor.get(found(FILE, page))).text()).replace("[嗨](city)", "嗨呀")
    assert "# 程序里没有“city”这种标注，请换一种。\n- intent: greet" in left
    again = await send(editor, left.encode(), "有问题的例句.yml", write="1")
    assert "程序里没有“city”" not in again
    assert ("greet", "嗨呀") in await texts(school)


async def test_what_goes_out_comes_back_as_it_was(editor: Browser, school: School) -> None:
    answer = await editor.get(f"{PATH}/examples.zip")
    content = await answer.read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        basics = yaml.safe_load(archive.read("basics.yml"))
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert {"intent": "greet", "examples": "- 你好\n- 您好\n"} in basics["nlu"]
    assert b"- regex: " in everything, "what only a release brings is there too"

    page = await send(editor, content, "例句.zip")

    assert "写入这" not in page
    assert "有问题的（没有写入）" not in page


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.yml", b"nlu: {", "不是能读的 YAML"),
        ("a.yml", b"\xff\xfe", "不是 UTF-8 编码"),
        ("a.yml", b"rules: []", "文件里要有“nlu:”"),
        ("a.yml", b"nlu:\n- intent: greet\n  examples: [1]\n", "下面要是一段文字，每句一行"),
        ("a.yml", b"nlu:\n- intent: greet\n  examples: |\n    hi\n", "每句前面要有“- ”"),
        ("a.yml", b"nlu: " + b"[" * 5000, "不是能读的 YAML"),
        ("a.zip", b"PK", "压缩包打不开"),
    ],
)
async def test_a_file_that_cannot_be_read_is_told_in_words(
    editor: Browser, name: str, content: bytes, told: str
) -> None:
    assert told in await send(editor, content, name)


async def test_an_archive_that_unfolds_to_too_much_and_too_many_sentences_are_refused(editor: Browser) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.yml", b"#" * (21 * 1024 * 1024))
    assert "太多或太大" in await send(editor, bomb.getvalue(), "a.zip")
    many = b"nlu:\n- intent: greet\n  examples: |\n" + b"".join(b"    - %d\n" % number for number in range(MOST + 1))
    assert f"一次最多导入 {MOST} 句" in await send(editor, many, status=422)
    assert "请先选择文件" in await send(editor, name="", status=422)
    assert "请选择 .yml 文件" in await send(editor, b"x", "a.docx", status=422)


async def test_who_may_only_look_exports_and_does_not_import(new_browser: NewBrowser, editor: Browser) -> None:
    viewer = await new_browser(Role.VIEWER)
    assert '<h2 class="card-title">导入</h2>' not in await viewer.read(PATH)
    assert (await viewer.get(f"{PATH}/examples.zip")).status == 200
    assert (await viewer.post(PATH)).status == 403
