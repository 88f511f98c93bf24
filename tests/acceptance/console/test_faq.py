"""How an editor answers what nobody could answer, corrects it, and goes back; on a desk and on a phone."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from playwright.sync_api import Page, expect

from services.clock import SystemClock
from services.faq.service import FaqService
from services.faq.types import UnansweredQuestion
from services.search.live import SharedLanguage
from services.staff.permissions import Role
from tests.acceptance.console.conftest import AsStaff
from tests.acceptance.console.staff import Console, assert_accessible, picture


def ask_in_vain(console: Console, question: str) -> None:
    async def record(sessions: Any) -> None:
        faq = FaqService(sessions=sessions, clock=SystemClock(), language=SharedLanguage())
        await faq.record_unanswered(UnansweredQuestion(question=question))

    console.run(record)


def write_answer(page: Page, answer: str) -> None:
    page.get_by_label("答案").fill(answer)
    page.get_by_label("部门", exact=True).fill("云江市园林局")
    page.get_by_label("依据", exact=True).fill("云园〔2026〕8号")
    expect(page.locator("#preview")).to_contain_text(answer)
    expect(page.locator("#preview")).to_contain_text("依据：云园〔2026〕8号")


def test_an_editor_answers_an_unanswered_question_corrects_the_answer_and_restores_it(
    as_staff: AsStaff, console: Console
) -> None:
    question = f"第{uuid4().hex[:6]}号公园几点开门"
    ask_in_vain(console, question)
    page = as_staff(Role.EDITOR)

    page.get_by_role("link", name="没有答上的问题").click()
    assert_accessible(page)
    picture(page, "questions")
    page.get_by_role("link", name=question).click()
    assert_accessible(page)
    page.get_by_role("link", name="写新的问答").click()
    expect(page.get_by_label("问题", exact=True)).to_have_value(question)
    write_answer(page, "早上六点开门，晚上十点关门。")
    assert_accessible(page)
    picture(page, "faq-entry")
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("已发布，两秒内就会按新内容答复。")).to_be_visible()

    page.get_by_label("答案").fill("早上五点半开门，晚上十点关门。")
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("已发布，两秒内就会按新内容答复。")).to_be_visible()
    page.get_by_role("link", name="历史").click()
    expect(page.locator("ins").first).to_be_visible()
    assert_accessible(page)
    picture(page, "faq-versions")
    page.get_by_role("button", name="恢复这一版").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_label("答案")).to_have_value("早上六点开门，晚上十点关门。")

    page.goto(f"{console.url}/questions")
    expect(page.get_by_text(question)).to_have_count(0)
    page.goto(f"{console.url}/faq")
    page.get_by_label("搜索").fill(question)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=question)).to_be_visible()
    assert_accessible(page)
    picture(page, "faq")


def test_near_duplicates_are_shown_and_an_answer_is_withdrawn_only_after_asking(
    as_staff: AsStaff, console: Console
) -> None:
    page = as_staff(Role.EDITOR)
    name = uuid4().hex[:6]
    page.goto(f"{console.url}/faq/new")
    page.get_by_label("问题", exact=True).fill(f"{name}路的图书馆能借几本书")
    write_answer(page, "一张证可借十本。")
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("生效中")).to_be_visible()
    entry = page.url

    page.goto(f"{console.url}/faq/new")
    page.get_by_label("问题", exact=True).press_sequentially(f"{name}路的图书馆可以借几本书")
    expect(page.locator("#similar-entries")).to_contain_text(f"{name}路的图书馆能借几本书")
    assert_accessible(page)

    page.goto(entry)
    page.get_by_role("button", name="下架").click()
    expect(page.get_by_role("dialog")).to_contain_text("以后可以从历史里恢复")
    page.keyboard.press("Escape")
    expect(page.get_by_text("生效中")).to_be_visible()
    page.get_by_role("button", name="下架").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("已下架，不再这样答复")).to_be_visible()


def test_a_sheet_is_looked_at_written_and_its_bad_rows_come_back(as_staff: AsStaff, console: Console) -> None:
    page, name = as_staff(Role.EDITOR), uuid4().hex[:6]
    page.goto(f"{console.url}/faq")
    page.get_by_role("link", name="批量导入").click()
    content = (
        f"问题,答案,部门\r\n{name}路几点开灯,晚上七点。,云江市城管局\r\n{name}路几点关灯,,云江市城管局\r\n".encode()
    )
    file = {"name": "问答.csv", "mimeType": "text/csv", "buffer": content}
    page.get_by_label("表格文件").set_input_files([file])  # type: ignore[list-item]
    page.get_by_role("button", name="导入").click()
    expect(page.get_by_text("还没有写入任何内容")).to_be_visible()
    expect(page.get_by_role("region", name="有问题的行")).to_contain_text("“答案”没有填")
    assert_accessible(page)
    picture(page, "faq-import")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载有问题的行").click()
    assert download.value.suggested_filename == "有问题的行.xlsx"
    page.get_by_role("button", name="写入没有问题的 1 行").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("已写入，两秒内生效。")).to_be_visible()
    page.goto(f"{console.url}/faq")
    page.get_by_label("搜索").fill(f"{name}路")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=f"{name}路几点开灯")).to_be_visible()
