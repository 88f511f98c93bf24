"""Can staff train, compare, review, promote and take back models, and keep the data right, on the console?"""

from __future__ import annotations

import json
import re

import msgspec
import pytest

from services.db import Sessions
from services.staff.permissions import Role
from services.training.models import ExampleRow
from services.training.rasa_yaml import example_id
from services.training.types import Confusion, Wanted
from tests.fakes.school import SENTENCES, School, change, evaluation, made
from tests.integration.console.conftest import Browser, NewBrowser

pytestmark = pytest.mark.usefixtures("_same_release")


@pytest.fixture
def _same_release(monkeypatch: pytest.MonkeyPatch) -> None:
    """The console's program is the release that the school's models are made for."""
    monkeypatch.setattr("services.app.release_digest", lambda root: "release-1")


@pytest.fixture
async def trainer(new_browser: NewBrowser) -> Browser:
    return await new_browser(Role.TRAINER)


async def test_a_version_is_asked_for_watched_and_cancelled(trainer: Browser, school: School) -> None:
    await school.register()
    started = await trainer.post("/training/want", note="新增护照问法")
    path = started.headers["Location"].removeprefix("/console")

    page = await trainer.read(path)
    assert "排队中" in page
    assert "新增护照问法" in page
    assert (await trainer.post("/training/want")).status == 409
    claim = await school.claimed()
    await school.making.renew(claim, ["== training", "Epoch 1"])
    assert "Epoch 1" in await trainer.read(path)
    await trainer.post(f"{path}/cancel")
    assert "已取消" in await trainer.read(path)
    assert (await trainer.post(f"{path}/cancel")).status == 409


async def test_progress_is_told_while_it_is_made_and_ends_with_it(
    trainer: Browser,
    school: School,
) -> None:
    version = (await school.made(b"better")).version

    events = await (await trainer.get(f"/training/versions/{version}/events")).text()

    assert events == "event: done\ndata: \n\n"


async def test_only_a_reviewed_version_goes_live_and_it_can_be_taken_back(
    trainer: Browser,
    school: School,
) -> None:
    first = await school.register()
    version = (await school.made(b"better", change("护照多少钱", 7), change("在哪办", 2), accuracy=0.95)).version
    path = f"/training/versions/{version}"

    page = await trainer.read(path)
    assert "2 条理解不同" in page
    assert "护照多少钱" in page
    refused = await trainer.post(f"{path}/promote")
    assert refused.status == 409
    assert "还有变化没有审阅" in await refused.text()
    await trainer.post(f"{path}/decide", question="护照多少钱", verdict="rejected")
    await trainer.post(f"{path}/decide", verdict="accepted")
    assert (await trainer.post(f"{path}/promote")).status == 409
    await trainer.post(f"{path}/decide", question="护照多少钱", verdict="accepted")
    assert (await trainer.post(f"{path}/promote", reason="更准")).status == 303
    assert (await school.training.live()).version == version
    assert "在用" in await trainer.read(path)

    assert (await trainer.post("/training/rollback", reason="有人投诉")).status == 303
    assert (await school.training.live()).version == first
    history = await trainer.read("/training")
    assert "退回 · trainer" in history
    assert "有人投诉" in history


async def test_all_confusions_are_paged_through_beside_what_changed(trainer: Browser, school: School) -> None:
    await school.register()
    await school.training.want(Wanted(by="张三"))
    claim = await school.claimed()
    await school.making.trained(claim, made(b"better"))
    found = [Confusion(intent=f"a{n:02}", taken_for="b", count=99 - n, sentences=[f"第{n:02}句"]) for n in range(40)]
    judged = evaluation()
    judged = msgspec.structs.replace(
        judged, cross_validation=msgspec.structs.replace(judged.cross_validation, confusions=found)
    )
    changed = [change(f"第{number:02}种问法", 100 - number) for number in range(60)]
    await school.making.judged(claim, judged, changed)
    path = f"/training/versions/{claim.version}"

    page = await trainer.read(path)
    assert "第 1～30 种，共 40 种" in page
    assert ("第29句" in page, "第30句" in page) == (True, False)
    following = re.search(r'href="(\?[^"]*confusions=2)#confusions-title"', page)
    assert following is not None
    second = await trainer.read(path + following[1].replace("&amp;", "&"))
    assert ("第29句" in second, "第30句" in second, "第39句" in second) == (False, True, True)
    assert "confusions=1#" in second
    # Paging through what changed leaves the confusions where they are.
    changes = re.search(r'rel="next" href="(\?[^"]+)"', second)
    assert changes is not None
    both = await trainer.read(path + changes[1].replace("&amp;", "&"))
    assert "第59种问法" in both
    assert "第39句" in both


async def test_what_changed_is_paged_and_searched_and_what_is_undecided_comes_first(
    trainer: Browser, school: School
) -> None:
    await school.register()
    changed = [change(f"第{number:02}种问法", 100 - number) for number in range(60)]
    path = f"/training/versions/{(await school.made(b'better', *changed)).version}"

    page = await trainer.read(path)
    assert "有 60 条理解不同" in page
    assert "第49种问法" in page
    assert "第50种问法" not in page
    following = re.search(r'rel="next" href="(\?[^"]+)"', page)
    assert following is not None
    assert "第59种问法" in await trainer.read(path + following[1].replace("&amp;", "&"))
    assert "第55种问法" in await trainer.read(path, q="55种")
    await trainer.post(f"{path}/decide", question="第00种问法", verdict="accepted")
    assert "第00种问法" not in await trainer.read(path)


async def test_a_version_that_is_worse_is_refused_in_words(trainer: Browser, school: School) -> None:
    await school.register()
    version = (await school.made(b"worse", accuracy=0.5)).version

    refused = await trainer.post(f"/training/versions/{version}/promote")

    assert refused.status == 409
    assert "明显不如在用的版本" in await refused.text()


async def test_scores_are_a_file_too_and_what_is_not_there_is_not_found(
    trainer: Browser,
    school: School,
) -> None:
    version = (await school.made(b"better")).version

    assert "意图,准确率" in await trainer.read(f"/training/versions/{version}/scores.csv")
    assert "把握从,句数" in await trainer.read(f"/training/versions/{version}/sureness.csv")
    for path in ("x", "999", "999/events", "999/scores.csv", "999/sureness.csv"):
        assert (await trainer.get(f"/training/versions/{path}")).status == 404, path
    assert (await trainer.post(f"/training/versions/{version}/decide", verdict="maybe")).status == 422
    assert (await trainer.post("/training/rollback")).status == 409


async def test_examples_are_added_moved_found_and_removed(
    new_browser: NewBrowser,
    school: School,
    sessions: Sessions,
) -> None:
    await school.import_release(*SENTENCES)
    editor = await new_browser(Role.EDITOR)

    added = await editor.post("/training/examples/new", intent="ask_fee", text="办护照收费吗", source="待答问题")
    assert added.status == 303
    page = await editor.read("/training/examples", intent="ask_fee", q="收费")
    found = re.search(r"/training/examples/([0-9a-f]{24})", page)
    assert found is not None
    assert "待答问题" in page
    moved = await editor.post(f"/training/examples/{found[1]}", intent="ask_place", text="办护照去哪")
    assert moved.status == 303
    assert "办护照去哪" in await editor.read("/training/examples", intent="ask_place")
    await editor.post(f"/training/examples/{found[1]}/remove")
    assert "办护照去哪" not in await editor.read("/training/examples", intent="ask_place")
    async with sessions() as session:
        row = await session.get_one(ExampleRow, found[1])
    assert row.changed_by == "editor"


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ({"intent": "", "text": "你好"}, 422, "请选择意图。"),
        ({"intent": "greet", "text": ""}, 422, "请填写例句。"),
        ({"intent": "greet", "text": "[你好](x"}, 422, "不能有半角的 [ ] { }"),
        ({"intent": "greet", "text": "你好"}, 409, "已经有这句话了"),
        ({"intent": "unknown", "text": "你好"}, 422, "intent-errors"),
    ],
)
async def test_an_example_that_cannot_be_used_is_refused_in_words(
    trainer: Browser,
    school: School,
    fields: dict[str, str],
    status: int,
    reason: str,
) -> None:
    await school.import_release(*SENTENCES)

    refused = await trainer.post("/training/examples/new", **fields)

    assert refused.status == status
    assert reason in await refused.text()


async def test_problems_of_the_data_are_shown(trainer: Browser, school: School) -> None:
    await school.import_release(*SENTENCES, ("ask_place", "护照多少钱"))

    page = await trainer.read("/training/intents")
    assert "“护照多少钱”同时属于 问收费、问地点" in page
    assert "少于 20 条容易认错" in page
    assert "没有一条例句标注过“手机号”" in page


async def test_questions_are_kept_apart_and_taken_out(trainer: Browser, school: School) -> None:
    await school.import_release(*SENTENCES)

    await trainer.post("/training/held-out", question="护照几块钱", intent="ask_fee")
    assert "护照几块钱" in await trainer.read("/training/held-out")
    assert (await trainer.post("/training/held-out", question="", intent="ask_fee")).status == 422
    await trainer.post("/training/held-out/remove", question="护照几块钱")
    assert "护照几块钱" not in await trainer.read("/training/held-out")
    assert (await trainer.post("/training/held-out/remove", question="护照几块钱")).status == 404


async def test_what_staff_do_is_in_the_audit_log(
    trainer: Browser,
    administrator: Browser,
    school: School,
) -> None:
    await school.import_release(*SENTENCES)
    await school.register()
    version = (await school.made(b"better")).version
    await trainer.post(f"/training/versions/{version}/promote", reason="更准")
    await trainer.post("/training/rollback")
    await trainer.post("/training/examples/new", intent="greet", text="早")
    await trainer.post("/training/held-out", question="早上好", intent="greet")

    log = await administrator.read("/audit")
    for words in ("启用版本", "退回版本", "新增例句", "加入保留题"):
        assert words in log


async def test_the_home_page_says_that_changes_wait(trainer: Browser, school: School) -> None:
    await school.register()
    await school.made(b"better", change("护照多少钱"))

    assert "新版本的变化等待审阅" in await trainer.read("/")


def marked(start: int, end: int, words: str, entity: str = "mobile") -> str:
    return json.dumps([{"start": start, "end": end, "words": words, "entity": entity}])


async def test_words_of_an_example_are_marked_shown_and_marked_no_more(trainer: Browser, school: School) -> None:
    await school.import_release(*SENTENCES)
    key = example_id("ask_fee", "护照多少钱")
    path = f"/training/examples/{key}"

    sent = await trainer.post(path, intent="ask_fee", text="  我是13800138000\r\n", marks=marked(4, 15, "13800138000"))
    assert sent.status == 303
    assert (await school.examples.example(key)).text == "我是[13800138000](mobile)"
    listed = await trainer.read("/training/examples", intent="ask_fee")
    assert (
        '<mark class="zq-mark" data-entity="mobile">13800138000<span class="zq-mark-name">手机号</span></mark>'
        in listed
    )
    page = await trainer.read(path)
    assert "我是13800138000</textarea>" in page
    assert "&#34;entity&#34;:&#34;mobile&#34;" in page

    assert (await trainer.post(path, intent="ask_fee", text="我是13800138000", marks="[]")).status == 303
    assert (await school.examples.example(key)).text == "我是13800138000"


@pytest.mark.parametrize(
    ("marks", "reason"),
    [
        (marked(0, 99, "我是"), "超出了例句（我是）"),
        (marked(0, 2, "您是"), "超出了例句（您是）"),
        (marked(0, 2, "我是", "city"), "没有“city”这种标注"),
        (marked(0, 2, "我是", "Ci ty"), "标注的写法不对：Ci ty"),
        (marked(-1, 2, "我是"), "标注没有传完整"),
        ("[{}]", "标注没有传完整"),
        ("[", "标注没有传完整"),
        (json.dumps([json.loads(marked(0, 2, "我是"))[0]] * 2), "重叠了"),
        (json.dumps([json.loads(marked(0, 2, "我是"))[0]] * 51), "标注没有传完整"),
    ],
)
async def test_marks_without_a_place_or_a_name_are_refused_in_words(
    trainer: Browser, school: School, marks: str, reason: str
) -> None:
    await school.import_release(*SENTENCES)

    refused = await trainer.post("/training/examples/new", intent="ask_fee", text="我是13800138000", marks=marks)

    assert refused.status == 422
    assert reason in await refused.text()


async def test_what_somebody_else_has_changed_meanwhile_is_not_written_over(trainer: Browser, school: School) -> None:
    await school.import_release(*SENTENCES)
    path = f"/training/examples/{example_id('ask_fee', '护照多少钱')}"
    await trainer.post(path, intent="ask_fee", text="护照几块钱", seen="ask_fee 护照多少钱")

    refused = await trainer.post(path, intent="ask_fee", text="护照贵吗", seen="ask_fee 护照多少钱")

    assert refused.status == 409
    assert "刚被别人改过" in await refused.text()


async def test_chosen_examples_are_moved_together(trainer: Browser, school: School) -> None:
    await school.import_release(*SENTENCES, ("greet", "护照多少钱"))
    first, second = example_id("greet", "你好"), example_id("greet", "您好")

    moved = await trainer.post("/training/examples/move", id=[first, second], intent="ask_place")
    assert moved.status == 303
    assert {"你好", "您好"} <= {one.text for one in await school.examples.all() if one.intent == "ask_place"}

    refused = await trainer.post(
        "/training/examples/move", id=[example_id("greet", "护照多少钱"), first], intent="ask_fee"
    )
    assert refused.status == 409
    assert "一条也没有移动" in await refused.text()
    assert (await trainer.post("/training/examples/move", id=[first], intent="")).status == 422
    assert (await trainer.post("/training/examples/move", intent="greet")).status == 422
    assert (await trainer.post("/training/examples/move", id=[first], intent="unknown")).status == 422
    assert (await trainer.post("/training/examples/move", id=["none"], intent="greet")).status == 409


async def test_intents_are_listed_with_what_the_live_version_makes_of_them(trainer: Browser, school: School) -> None:
    await school.import_release(*SENTENCES)

    page = await trainer.read("/training/intents", sort="examples")
    assert page.index("问收费") < page.index("打招呼")
    found = await trainer.read("/training/intents", q="收费", sort="f1")
    assert "问收费" in found
    assert "打招呼</a><div" not in found


async def test_a_question_kept_apart_is_no_example(trainer: Browser, school: School) -> None:
    await school.import_release(*SENTENCES)
    await trainer.post("/training/held-out", question="护照几块钱", intent="ask_fee")

    refused = await trainer.post("/training/examples/new", intent="ask_fee", text="护照几块钱")

    assert refused.status == 409
    assert "这句话是保留题" in await refused.text()


async def test_what_models_learn_is_not_kept_apart_and_questions_are_searched(trainer: Browser, school: School) -> None:
    await school.import_release(*SENTENCES)

    refused = await trainer.post("/training/held-out", question="护照在哪办", intent="ask_place")
    assert refused.status == 409
    assert "这句话是“问地点”的例句" in await refused.text()
    await trainer.post("/training/held-out", question="护照几块钱", intent="ask_fee")
    await trainer.post("/training/held-out", question="早上好呀", intent="greet")
    found = await trainer.read("/training/held-out", q="几块")
    assert "护照几块钱" in found
    assert "早上好呀" not in found
    assert "护照几块钱" not in await trainer.read("/training/held-out", intent="greet")
