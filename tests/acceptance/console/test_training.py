"""How a trainer compares a version, reviews what changed, makes it live and takes it back; on a desk and on a phone."""

from __future__ import annotations

import re
import zipfile
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from services.clock import SystemClock
from services.embedded import ROOT
from services.staff.permissions import Role
from services.training.fingerprint import release_digest
from services.training.making import MakingService
from services.training.rules import Rules
from services.training.service import TrainingService
from services.training.types import Confusion, Evaluation, IntentScore, Judged, Sureness, Wanted
from tests.acceptance.console.conftest import AsStaff
from tests.acceptance.console.staff import Console, assert_accessible, picture
from tests.fakes.school import SENTENCES, change, made, make_school

#: Where a square of a heatmap is drawn, in pixels of its box.
PLACE_OF_SQUARE = "(box, at) => echarts.getInstanceByDom(box).convertToPixel({xAxisIndex: 0, yAxisIndex: 0}, at)"
INTENTS = ("ask_fee", "ask_place", "ask_materials", "greet")


def evaluation() -> Evaluation:
    scores = [
        IntentScore(intent=name, precision=0.9, recall=0.8 + n / 20, f1=0.85 + n / 30, support=30 + n)
        for n, name in enumerate(INTENTS)
    ]
    confusions = [
        Confusion(intent="ask_fee", taken_for="ask_place", count=3, sentences=["护照多少钱在哪交"]),
        Confusion(intent="greet", taken_for="ask_materials", count=1, sentences=["您好要带什么"]),
    ]
    sureness = [
        Sureness(least=place / 10, sentences=2 + place * place, confidence=place / 10 + 0.06, right=place / 10 + 0.03)
        for place in range(3, 10)
    ]
    judged = Judged(
        sentences=130,
        accuracy=0.91,
        calibration_error=2.4,
        intents=scores,
        confusions=confusions,
        sureness=sureness,
    )
    held_out = Judged(sentences=20, accuracy=0.95, calibration_error=2.0, intents=[], confusions=[])
    return Evaluation(
        cross_validation=judged,
        held_out=held_out,
        held_out_before=held_out,
        median_ms=6.2,
        p95_ms=9.8,
        replayed=412,
        changed=2,
    )


def prepare(console: Console) -> int:
    """A released model, and a version that is ready; gives its number."""

    async def work(sessions: Any) -> int:
        school = make_school(sessions)
        await school.import_release(*SENTENCES)
        options: dict[str, Any] = {"sessions": sessions, "clock": SystemClock(), "release": release_digest(ROOT)}
        training = TrainingService(rules=Rules(), **options)
        making = MakingService(**options)
        await training.register(model=b"released", data=b"zip", data_digest="d1", examples=4, intents=3)
        version = (await training.want(Wanted(by="trainer", note="新增护照问法"))).version
        claim = await making.claim()
        assert claim is not None
        await making.renew(claim, ["== training", "== cross-validation"])
        await making.trained(claim, made(b"better"))
        await making.judged(claim, evaluation(), [change("护照得花几个钱", 7), change("上哪儿交钱", 2)])
        return version

    return int(console.run(work))


def test_a_version_is_compared_reviewed_promoted_and_taken_back(as_staff: AsStaff, console: Console) -> None:
    version = prepare(console)
    page = as_staff(Role.TRAINER)
    page.get_by_role("link", name="新版本的变化等待审阅").first.click()
    assert_accessible(page)
    picture(page, "training")
    page.get_by_role("link", name=f"版本 {version}", exact=True).click()
    expect(page.locator("#scores canvas")).to_be_visible()
    expect(page.get_by_text("护照得花几个钱")).to_be_visible()
    assert_accessible(page)
    picture(page, "training-version")
    expect(page.locator("#sureness canvas").first).to_be_visible()
    page.locator("figure", has=page.locator("#sureness")).get_by_text("数据表").click()
    sureness = page.get_by_role("region", name="把握准不准的数据表")
    expect(sureness.get_by_role("row", name="90–100%")).to_have_text(re.compile(r"90–100%\s*93.0\s*96.0\s*83"))
    chart = page.locator("#confusion")
    chart.scroll_into_view_if_needed()
    expect(chart.locator("canvas").first).to_be_visible()
    for square, sentence in (((0, 1), "护照多少钱在哪交"), ((1, 0), "您好要带什么")):
        x, y = chart.evaluate(PLACE_OF_SQUARE, square)
        chart.click(position={"x": x, "y": y})
        expect(page.locator(".zq-drilled")).to_contain_text(sentence)

    page.get_by_role("button", name="接受", exact=True).first.click()
    expect(page.get_by_text("已记录 1 条。")).to_be_visible()
    page.get_by_role("button", name="全部接受").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("已接受")).to_have_count(2)
    page.get_by_label("理由").fill("护照的问法更准")
    page.get_by_role("button", name="启用", exact=True).click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("已启用，几秒内各处都会换用这个版本。")).to_be_visible()

    page.goto(f"{console.url}/training")
    page.get_by_label("理由").fill("有人投诉")
    page.get_by_role("button", name="退回").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("几秒内生效")).to_be_visible()


def test_examples_and_questions_kept_apart_are_edited(as_staff: AsStaff, console: Console) -> None:
    console.run(lambda sessions: make_school(sessions).import_release(*SENTENCES))
    page = as_staff(Role.EDITOR)
    page.goto(f"{console.url}/training/examples")
    assert_accessible(page)
    picture(page, "examples")
    page.get_by_role("link", name="新增例句").click()
    page.get_by_label("例句", exact=True).fill("办护照要花多少")
    page.get_by_label("意图", exact=True).select_option("ask_fee")
    assert_accessible(page)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("下一次训练时学习").first).to_be_visible()
    page.get_by_role("link", name="办护照要花多少").click()
    page.get_by_role("button", name="删除例句").click()
    page.get_by_role("button", name="确定").click()
    # What is gone is asked for only on the next page: leaving this one at once would take the deleting back.
    expect(page.get_by_text("已删除。需要时可以再新增同一句。")).to_be_visible()
    expect(page.get_by_role("link", name="办护照要花多少")).to_have_count(0)

    page.goto(f"{console.url}/training/held-out")
    page.get_by_label("问题").fill("护照几块钱")
    page.get_by_label("正确的意图").select_option("ask_fee")
    page.get_by_role("button", name="加入").click()
    expect(page.get_by_role("cell", name="护照几块钱")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="移出").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("已移出保留题。")).to_be_visible()
    expect(page.get_by_role("cell", name="护照几块钱")).to_have_count(0)


#: How many characters are chosen of a textarea, by a mouse, a finger or the keyboard: the page sees only the selection.
CHOOSE = "(area, [start, end]) => { area.focus(); area.setSelectionRange(start, end); }"


def test_words_of_an_example_are_marked_by_selecting_them(as_staff: AsStaff, console: Console) -> None:
    console.run(lambda sessions: make_school(sessions).import_release(*SENTENCES))
    page, said = as_staff(Role.EDITOR), uuid4().hex[:6]
    page.goto(f"{console.url}/training/examples/new?intent=ask_fee")
    area, marks = page.get_by_label("例句", exact=True), page.get_by_role("list", name="已有的标注")
    area.fill(f"𠮷{said}的电话 13800138000 交多少")
    page.get_by_role("button", name="标注", exact=True).click()
    expect(page.get_by_text("请先在例句里选中要标注的文字。")).to_be_visible()

    # The first character is two to a browser; the spaces that a finger takes along are left out by the page.
    start = 2 + len(f"{said}的电话 ")
    area.evaluate(CHOOSE, [start - 1, start + len("13800138000 ")])
    expect(page.get_by_text("已选中：“13800138000”")).to_be_visible()
    page.get_by_label("选中的文字是").select_option(label="手机号")
    page.get_by_role("button", name="标注", exact=True).click()
    expect(page.locator("mark")).to_have_text("13800138000手机号")
    assert_accessible(page)
    picture(page, "example-marked")
    page.get_by_role("button", name="标注", exact=True).click()
    expect(page.get_by_text("这几个字里已经有标注，请先移除它。")).to_be_visible()

    # What is written before the words moves their mark; what is written into them takes it away.
    area.press("Control+Home")
    area.press_sequentially("问")
    expect(page.locator("mark")).to_have_text("13800138000手机号")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name=said).click()
    expect(page.locator("mark")).to_have_text("13800138000手机号")

    # With the keyboard alone: the last two characters.
    area.focus()
    page.keyboard.press("Control+End")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.get_by_text("已选中：“多少”")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    meant = page.get_by_label("选中的文字是").evaluate("list => list.selectedOptions[0].text")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_have_text(["13800138000手机号", f"多少{meant}"])
    marks.get_by_role("button", name="移除标注：多少").press("Enter")
    expect(page.locator("mark")).to_have_count(1)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("mark", has_text="13800138000").first).to_be_visible()
    assert_accessible(page)
    picture(page, "examples-marked")


def test_chosen_examples_are_moved_to_another_intent(as_staff: AsStaff, console: Console) -> None:
    name = uuid4().hex[:6]
    console.run(lambda sessions: make_school(sessions).import_release(*SENTENCES, ("greet", f"{name}要多少钱")))
    page = as_staff(Role.EDITOR)
    page.goto(f"{console.url}/training/intents")
    assert_accessible(page)
    picture(page, "intents")
    page.goto(f"{console.url}/training/examples?q={name}")
    page.get_by_label(f"选择：{name}要多少钱").check()
    page.get_by_label("把勾选的例句移到").select_option("ask_fee")
    page.get_by_role("button", name="移动").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("已把 1 条移到“问收费”")).to_be_visible()


def test_examples_come_in_from_a_file_of_rasa_after_a_look_at_them_and_go_out_as_one(
    as_staff: AsStaff, console: Console
) -> None:
    name = uuid4().hex[:6]
    console.run(lambda sessions: make_school(sessions).import_release(*SENTENCES))
    page = as_staff(Role.EDITOR)
    page.goto(f"{console.url}/training/examples")
    page.get_by_role("link", name="Rasa YAML 导入和导出").click()
    content = f"nlu:\n- intent: greet\n  examples: |\n    - {name}你好\n    - [{name}](city)\n".encode()
    file = {"name": "nlu.yml", "mimeType": "application/yaml", "buffer": content}
    page.get_by_label("文件", exact=True).set_input_files([file])  # type: ignore[list-item]
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_text("还没有写入任何内容")).to_be_visible()
    expect(page.get_by_role("region", name="有问题的", exact=True)).to_contain_text("程序里没有“city”这种标注")
    assert_accessible(page)
    picture(page, "examples-exchange")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载有问题的行").click()
    assert f"[{name}](city)" in download.value.path().read_text(encoding="utf-8")
    page.get_by_role("button", name="写入这 1 句").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("已写入，下一次训练时学习。")).to_be_visible()
    with page.expect_download() as exported:
        page.get_by_role("link", name="导出全部例句").click()
    with zipfile.ZipFile(exported.value.path()) as archive:
        assert f"- {name}你好" in archive.read("basics.yml").decode()
