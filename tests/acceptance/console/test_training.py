"""How a trainer compares a version, reviews what changed, makes it live and takes it back; on a desk and on a phone."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from services.clock import SystemClock
from services.embedded import ROOT
from services.staff.permissions import Role
from services.training.fingerprint import release_digest
from services.training.making import MakingService
from services.training.service import Rules, TrainingService
from services.training.types import Confusion, Evaluation, IntentScore, Judged, Wanted
from tests.acceptance.console.conftest import AsStaff
from tests.acceptance.console.staff import Console, assert_accessible, picture
from tests.fakes.school import SENTENCES, change, made, make_school

INTENTS = ("ask_fee", "ask_place", "ask_materials", "greet")


def evaluation() -> Evaluation:
    scores = [
        IntentScore(intent=name, precision=0.9, recall=0.8 + n / 20, f1=0.85 + n / 30, support=30 + n)
        for n, name in enumerate(INTENTS)
    ]
    confusion = Confusion(intent="ask_fee", taken_for="ask_place", count=3, sentences=["护照多少钱在哪交"])
    judged = Judged(sentences=130, accuracy=0.91, calibration_error=2.4, intents=scores, confusions=[confusion])
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

    page.get_by_role("button", name="接受", exact=True).first.click()
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
    page.get_by_label("意图").select_option("ask_fee")
    assert_accessible(page)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("下一次训练时学习").first).to_be_visible()
    page.get_by_role("link", name="办护照要花多少").click()
    page.get_by_role("button", name="删除例句").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_role("link", name="办护照要花多少")).to_have_count(0)

    page.goto(f"{console.url}/training/held-out")
    page.get_by_label("问题").fill("护照几块钱")
    page.get_by_label("正确的意图").select_option("ask_fee")
    page.get_by_role("button", name="加入").click()
    expect(page.get_by_role("cell", name="护照几块钱")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="移出").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_role("cell", name="护照几块钱")).to_have_count(0)
