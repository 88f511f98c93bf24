"""Which version answers the citizens? Only better ones go live, one at a time, and there is a way back."""

from __future__ import annotations

import asyncio

import pytest

from services.training.errors import (
    AlreadyLive,
    ChangeNotFound,
    DoesNotFit,
    NoLiveModel,
    NothingBefore,
    NotReady,
    NotReviewed,
    UnderWay,
    VersionNotFound,
    Worse,
)
from services.training.rules import Rules
from services.training.types import Decided, HeldOut, Wanted
from tests.fakes.school import School, change


async def live(school: School) -> bytes:
    return await school.training.model((await school.training.live()).version)


async def test_the_model_of_a_release_is_live_at_once_and_only_once(school: School) -> None:
    assert await school.register() is not None
    assert await school.register() is None

    assert await live(school) == b"released"
    assert len(await school.training.versions()) == 1


async def test_the_model_of_a_new_release_replaces_the_old(school: School) -> None:
    await school.register()
    newer = school.with_rules(Rules(), release="release-2")

    version = await newer.register(model=b"newer", data=b"zip", data_digest="d1", examples=4, intents=3)

    assert await live(school) == b"newer"
    assert (await newer.versions())[0].version == version
    assert [one.fits for one in await newer.versions()] == [True, False]


async def test_what_staff_trained_on_this_release_stays_live_when_the_program_starts_again(school: School) -> None:
    await school.register()
    version = (await school.made(b"better")).version
    await school.training.promote(version, by="李四")

    assert await school.register(digest="d9") is None
    assert await live(school) == b"better"


async def test_a_ready_version_goes_live_and_the_one_before_is_a_step_away(school: School) -> None:
    first = await school.register()
    version = await school.made(b"better")
    assert (version.state, version.live, version.examples) == ("ready", False, 5)

    promoted = await school.training.promote(version.version, by="李四", reason="更准")
    assert promoted.live
    assert await live(school) == b"better"

    back = await school.training.roll_back(by="王五", reason="有人投诉")
    assert (back.version, back.live) == (first, True)
    assert await live(school) == b"released"
    assert [(one.kind, one.by) for one in await school.training.promotions()] == [
        ("rolled_back", "王五"),
        ("promoted", "李四"),
        ("released", "系统"),
    ]


async def test_going_back_twice_goes_back_two_versions(school: School) -> None:
    await school.register()
    for model in (b"second", b"third"):
        await school.training.promote((await school.made(model)).version, by="李四")

    await school.training.roll_back(by="李四")
    await school.training.roll_back(by="李四")

    assert await live(school) == b"released"
    with pytest.raises(NothingBefore):
        await school.training.roll_back(by="李四")


async def test_a_version_with_questions_taken_otherwise_waits_until_all_are_accepted(school: School) -> None:
    await school.register()
    version = (await school.made(b"better", change("护照多少钱", 7), change("在哪办", 2))).version
    with pytest.raises(NotReviewed):
        await school.training.promote(version, by="李四")
    assert [one.question for one in await school.training.changes(version)] == ["护照多少钱", "在哪办"]

    await school.training.decide(version, Decided(by="李四", verdict="rejected", question="在哪办"))
    assert await school.training.decide(version, Decided(by="李四", verdict="accepted")) == 1
    with pytest.raises(NotReviewed, match="1 rejected"):
        await school.training.promote(version, by="李四")

    await school.training.decide(version, Decided(by="李四", verdict="accepted", question="在哪办"))
    assert (await school.training.promote(version, by="李四")).undecided == 0


async def test_without_the_rule_nobody_has_to_review(school: School) -> None:
    await school.register()
    version = (await school.made(b"better", change("护照多少钱"))).version

    assert (await school.with_rules(Rules(reviewed=False)).promote(version, by="李四")).live


async def test_a_version_that_does_worse_on_the_questions_kept_apart_stays_out(school: School) -> None:
    await school.register()
    worse = (await school.made(b"worse", accuracy=0.85)).version
    equal = (await school.made(b"equal", accuracy=0.895)).version

    with pytest.raises(Worse, match=r"5\.0 points"):
        await school.training.promote(worse, by="李四")
    assert (await school.training.promote(equal, by="李四")).live


async def test_only_what_is_ready_and_made_for_this_release_goes_live(school: School) -> None:
    await school.register()
    waiting = (await school.training.want(Wanted(by="张三"))).version
    with pytest.raises(NotReady):
        await school.training.promote(waiting, by="李四")
    await school.training.cancel(waiting, by="张三")
    ready = (await school.made(b"better")).version
    with pytest.raises(DoesNotFit):
        await school.with_rules(Rules(), release="release-2").promote(ready, by="李四")
    with pytest.raises(VersionNotFound):
        await school.training.promote(999, by="李四")
    await school.training.promote(ready, by="李四")
    with pytest.raises(AlreadyLive):
        await school.training.promote(ready, by="李四")


async def test_two_who_ask_at_once_get_one_version_and_one_refusal(school: School) -> None:
    found = await asyncio.gather(
        *(school.training.want(Wanted(by=name)) for name in ("张三", "李四")), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in found) == ["ModelVersion", "UnderWay"]
    with pytest.raises(UnderWay):
        await school.training.want(Wanted(by="王五"))


async def test_two_who_go_back_at_once_go_back_one_after_the_other(school: School) -> None:
    await school.register()
    for model in (b"second", b"third"):
        await school.training.promote((await school.made(model)).version, by="李四")

    await asyncio.gather(*(school.training.roll_back(by=name) for name in ("李四", "王五")))

    assert await live(school) == b"released"


async def test_without_any_model_there_is_nothing_live(school: School) -> None:
    with pytest.raises(NoLiveModel):
        await school.training.live()
    with pytest.raises(NoLiveModel):
        await school.training.roll_back(by="李四")


async def test_a_question_that_did_not_change_cannot_be_decided_on(school: School) -> None:
    await school.register()
    version = (await school.made(b"better", change("护照多少钱"))).version

    with pytest.raises(ChangeNotFound):
        await school.training.decide(version, Decided(by="李四", verdict="accepted", question="别的"))


async def test_questions_kept_apart_are_corrected_and_forgotten(school: School) -> None:
    await school.held_out.keep(HeldOut(question="护照几块钱", intent="ask_place"), by="李四")
    await school.held_out.keep(HeldOut(question="护照几块钱", intent="ask_fee"), by="李四")

    assert await school.held_out.all() == [HeldOut(question="护照几块钱", intent="ask_fee")]
    assert await school.held_out.forget("护照几块钱")
    assert not await school.held_out.forget("护照几块钱")
