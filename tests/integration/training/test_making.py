"""Is a wanted version made by one worker at a time, and by the next one when that is gone?"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from services.training.errors import LeaseLost, NotReady
from services.training.making import FILES_KEPT, MOST_TRIES
from services.training.models import FileRow
from services.training.types import Wanted
from tests.fakes.school import School, change, evaluation, made


async def test_a_version_is_given_to_one_worker_only(school: School) -> None:
    assert await school.making.claim() is None
    await school.training.want(Wanted(by="张三"))

    assert await school.making.claim() is not None
    assert await school.making.claim() is None


async def test_a_worker_that_gives_no_sign_loses_its_version_to_the_next(school: School) -> None:
    await school.training.want(Wanted(by="张三"))
    gone = await school.claimed()
    school.clock.advance(seconds=16)
    next_one = await school.claimed()

    assert next_one.version == gone.version
    for late in (
        school.making.renew(gone, ["still here"]),
        school.making.trained(gone, made()),
        school.making.judged(gone, evaluation(), []),
        school.making.failed(gone, "too late"),
        school.making.release(gone),
    ):
        with pytest.raises(LeaseLost):
            await late
    await school.making.trained(next_one, made())
    await school.making.judged(next_one, evaluation(), [])
    assert (await school.training.version(gone.version)).state == "ready"


async def test_a_worker_that_gives_signs_keeps_its_version_and_its_log_is_read_on(school: School) -> None:
    version = (await school.training.want(Wanted(by="张三"))).version
    claim = await school.claimed()
    for step in ("training", "cross-validation"):
        school.clock.advance(seconds=10)
        await school.making.renew(claim, [f"== {step}"])

    assert await school.making.claim() is None
    lines = await school.training.log(version)
    assert [one.line for one in lines] == ["== training", "== cross-validation"]
    assert [one.line for one in await school.training.log(version, after=lines[0].seq)] == ["== cross-validation"]


async def test_a_worker_that_dies_while_judging_is_followed_by_one_that_begins_again(school: School) -> None:
    await school.training.want(Wanted(by="张三"))
    await school.making.trained(await school.claimed(), made(b"half"))
    school.clock.advance(seconds=16)

    again = await school.claimed()
    await school.making.trained(again, made(b"whole"))
    await school.making.judged(again, evaluation(), [change("护照多少钱")])

    assert await school.training.model(again.version) == b"whole"


async def test_what_kills_every_worker_is_given_up(school: School) -> None:
    version = (await school.training.want(Wanted(by="张三"))).version
    for _ in range(MOST_TRIES):
        await school.claimed()
        school.clock.advance(seconds=16)

    assert await school.making.claim() is None
    found = await school.training.version(version)
    assert (found.state, found.failure) == ("failed", "given up after 3 tries")


async def test_a_worker_that_is_stopped_gives_its_version_back_uncounted(school: School) -> None:
    await school.training.want(Wanted(by="张三"))
    for _ in range(MOST_TRIES + 1):
        await school.making.release(await school.claimed())

    assert await school.making.claim() is not None


async def test_a_cancelled_version_is_taken_from_its_worker(school: School) -> None:
    version = (await school.training.want(Wanted(by="张三"))).version
    claim = await school.claimed()
    await school.training.cancel(version, by="李四")

    with pytest.raises(LeaseLost):
        await school.making.renew(claim)
    assert await school.making.claim() is None
    with pytest.raises(NotReady):
        await school.training.cancel(version, by="李四")


async def test_a_failure_is_kept_with_its_reason(school: School) -> None:
    version = (await school.training.want(Wanted(by="张三"))).version
    await school.making.failed(await school.claimed(), "training ended with 1:\nno data")

    found = await school.training.version(version)
    assert (found.state, found.failure) == ("failed", "training ended with 1:\nno data")


async def test_files_of_old_versions_go_but_for_those_that_were_live(school: School) -> None:
    first = await school.register()
    for number in range(FILES_KEPT + 2):
        await school.made(b"%d" % number)

    await school.making.tidy()

    async with school.sessions() as session:
        kept = set(await session.scalars(select(FileRow.version)))
    assert first in kept
    assert len(kept) == FILES_KEPT + 1
