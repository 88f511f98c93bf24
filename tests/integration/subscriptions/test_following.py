"""Does a citizen follow what they asked for, once, and leave one or all of it?"""

from __future__ import annotations

import asyncio

from services.db import Sessions
from services.subscriptions.service import SubscriptionService
from tests.fakes.clock import FixedClock
from tests.integration.subscriptions.conftest import ME, OTHER, Client, names, send

MINE = f"/citizens/{ME}"


async def test_what_can_be_followed_is_listed_topics_first(client: Client) -> None:
    status, body = await send(client, "GET", "/subjects")

    kinds = [one["kind"] for one in body]
    assert status == 200
    assert kinds == sorted(kinds, reverse=True)
    assert body[0] == {
        "code": "medical_insurance",
        "kind": "topic",
        "name": "医保",
        "aliases": ["医疗保险", "医疗保障", "看病报销", "医保卡"],
    }
    assert next(one["name"] for one in body if one["kind"] == "district") == "江北区"


async def test_following_twice_is_following_once(client: Client) -> None:
    assert await send(client, "GET", MINE) == (200, {"subjects": [], "left_at": None})
    for _ in range(2):
        for code in ("990101", "medical_insurance"):
            status, body = await send(client, "PUT", f"{MINE}/subjects/{code}")
            assert status == 200

    assert names(body) == ["医保", "江北区"]
    assert (await send(client, "GET", MINE))[1] == body
    assert names((await send(client, "GET", f"/citizens/{OTHER}"))[1]) == []


async def test_one_subject_is_left_and_leaving_it_again_changes_nothing(client: Client) -> None:
    for code in ("medical_insurance", "hukou"):
        await send(client, "PUT", f"{MINE}/subjects/{code}")

    for _ in range(2):
        status, body = await send(client, "DELETE", f"{MINE}/subjects/hukou")
        assert (status, names(body), body["left_at"]) == (200, ["医保"], None)


async def test_who_leaves_all_follows_nothing_until_they_come_back_or_follow_something(
    client: Client, clock: FixedClock
) -> None:
    await send(client, "PUT", f"{MINE}/subjects/hukou")
    status, body = await send(client, "DELETE", MINE)
    since = body["left_at"]
    assert (status, names(body), bool(since)) == (200, [], True)

    clock.advance(hours=1)
    assert (await send(client, "DELETE", MINE))[1]["left_at"] == since

    for _ in range(2):
        assert (await send(client, "PUT", MINE)) == (200, {"subjects": [], "left_at": None})
    await send(client, "DELETE", MINE)
    body = (await send(client, "PUT", f"{MINE}/subjects/education"))[1]
    assert (names(body), body["left_at"]) == (["教育"], None)


async def test_what_does_not_exist_cannot_be_followed_or_left(client: Client) -> None:
    for method in ("PUT", "DELETE"):
        status, body = await send(client, method, f"{MINE}/subjects/nonsense")
        assert (status, body["type"]) == (404, "urn:zhengqiao:problem:subject-not-found")
    assert (await send(client, "PUT", "/citizens/me/subjects/hukou"))[0] == 400


async def test_asking_many_times_at_once_leaves_one_consistent_state(service: SubscriptionService) -> None:
    wishes = [service.subscribe(ME, "hukou") if number % 2 else service.leave_all(ME) for number in range(20)]
    await asyncio.gather(*wishes)

    followed = await service.followed(ME)
    assert (followed.left_at is None) == bool(followed.subjects)


async def test_who_unfollows_the_account_is_forgotten(service: SubscriptionService, sessions: Sessions) -> None:
    await service.subscribe(OTHER, "hukou")
    await service.subscribe(ME, "hukou")
    for leave in (False, True):
        if leave:
            await service.leave_all(ME)
        async with sessions.begin() as session:
            await service.erase_citizen(session, ME)
        followed = await service.followed(ME)
        assert (followed.subjects, followed.left_at) == ([], None)

    assert [one.code for one in (await service.followed(OTHER)).subjects] == ["hukou"]
