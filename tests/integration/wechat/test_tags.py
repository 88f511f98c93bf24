"""Are the platform's tags read whole, kept up to date, and an audience of notices?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.account import take_in_followers
from bot.channels.wechat.client import WeChatClient
from bot.errors import PlatformError
from bot.tags import EVERY, read_tags
from services.audience.service import AudienceService
from services.citizens.service import CitizenService
from services.citizens.tags import TagService
from services.clock import SystemClock
from services.db import Sessions
from services.notices.audience import AudienceRules, TagRule, Whom
from tests.fakes.clock import FixedClock
from tests.integration.simulator.conftest import ACCOUNT, Running


class Office:
    """Five followers, read from the platform as a worker reads them."""

    def __init__(self, sim: Running, client: WeChatClient, sessions: Sessions) -> None:
        self.sim, self.client, self.sessions, self.clock = sim, client, sessions, FixedClock()
        self.tags = TagService(sessions=sessions, clock=self.clock)
        self.audience = AudienceService(sessions=sessions, clock=self.clock)

    async def call(self, path: str, **body: Any) -> Any:
        url, query = f"{self.sim.url}/cgi-bin/{path}", {"access_token": await self.sim.token()}
        # Raw UTF-8: the platform shows escapes to citizens as they are.
        async with self.sim.session.post(url, params=query, data=msgspec.json.encode(body)) as response:
            return await response.json()

    async def read(self) -> int | None:
        return await read_tags(self.client, self.tags, "wechat")

    async def with_tags(self, *tags: str, without: str = "") -> set[str]:
        """Openids of the followers whom a rule means."""
        exclude = [TagRule(codes=[without])] if without else []
        include = [TagRule(codes=list(tags))] if tags else []
        rules = AudienceRules(include=include, exclude=exclude)
        found = await self.audience.followers(None, 100, Whom(rules=rules))
        return {citizen.address or "" for citizen in found}


@pytest.fixture
async def office(sim: Running, client: WeChatClient, sessions: Sessions) -> Office:
    for number in range(5):
        await sim.follow(f"o{number}")
    await take_in_followers(client, CitizenService(sessions=sessions, clock=SystemClock()), account=ACCOUNT)
    return Office(sim, client, sessions)


async def test_tags_are_read_once_an_hour_and_follow_the_platform(office: Office) -> None:
    made = await office.call("tags/create", tag={"name": "企业"})
    other = await office.call("tags/create", tag={"name": "老人"})
    tag, old = made["tag"]["id"], other["tag"]["id"]
    await office.call("tags/members/batchtagging", tagid=tag, openid_list=["o0", "o1", "o2"])
    await office.call("tags/members/batchtagging", tagid=old, openid_list=["o2", "o3"])

    assert await office.read() == 2
    assert await office.with_tags(str(tag)) == {"o0", "o1", "o2"}
    assert await office.with_tags(str(tag), without=str(old)) == {"o0", "o1"}
    assert (await office.audience.names()).tags == {str(tag): "企业", str(old): "老人"}
    assert (await office.audience.names()).tag_sizes == {str(tag): 3, str(old): 2}

    await office.call("tags/members/batchuntagging", tagid=tag, openid_list=["o1"])
    await office.call("tags/delete", tag={"id": old})
    assert await office.read() is None
    assert await office.with_tags(str(tag)) == {"o0", "o1", "o2"}
    office.clock.advance(hours=1)
    assert await office.read() == 1
    assert await office.with_tags(str(tag)) == {"o0", "o2"}
    assert (await office.audience.names()).tags == {str(tag): "企业"}


async def test_a_round_that_breaks_off_leaves_what_was_known_and_is_made_up_for(office: Office) -> None:
    tag = (await office.call("tags/create", tag={"name": "企业"}))["tag"]["id"]
    await office.call("tags/members/batchtagging", tagid=tag, openid_list=["o0"])
    await office.read()
    await office.call("tags/members/batchuntagging", tagid=tag, openid_list=["o0"])
    await office.call("tags/members/batchtagging", tagid=tag, openid_list=["o4"])
    await office.sim.control("PUT", "faults", {"path": "/cgi-bin/user/tag/get", "busy": True})
    office.clock.advance(hours=1)

    with pytest.raises(PlatformError):
        await office.read()
    assert await office.with_tags(str(tag)) == {"o0"}

    await office.sim.control("DELETE", "faults")
    office.clock.advance(minutes=30)
    assert await office.read() == 1
    assert await office.with_tags(str(tag)) == {"o4"}


async def test_of_many_workers_one_reads(office: Office) -> None:
    claims = [await office.tags.claim_round("wechat", every=EVERY) for _ in range(3)]
    assert claims == [1, None, None]


async def test_who_leaves_has_no_tags_any_more(office: Office) -> None:
    tag = (await office.call("tags/create", tag={"name": "企业"}))["tag"]["id"]
    await office.call("tags/members/batchtagging", tagid=tag, openid_list=["o0", "o1"])
    await office.read()
    (one, *_) = await office.audience.followers(None, 1, Whom(rules=AudienceRules(include=[TagRule(codes=[str(tag)])])))

    async with office.sessions.begin() as session:
        await TagService.erase_citizen(session, one.citizen_id)

    assert await office.with_tags(str(tag)) == {"o0", "o1"} - {one.address}


async def test_the_platform_refuses_what_the_real_one_refuses(office: Office) -> None:
    tag = (await office.call("tags/create", tag={"name": "企业"}))["tag"]["id"]
    for path, body, errcode in (
        ("tags/create", {"tag": {"name": "企业"}}, 45157),
        ("tags/create", {"tag": {"name": "很" * 11}}, 45158),
        ("tags/members/batchtagging", {"tagid": tag, "openid_list": ["nobody"]}, 40003),
        ("tags/members/batchtagging", {"tagid": tag, "openid_list": [f"o{n}" for n in range(51)]}, 40032),
        ("tags/members/batchtagging", {"tagid": 9, "openid_list": ["o1"]}, 45159),
        ("user/tag/get", {"tagid": 9}, 45159),
    ):
        assert (await office.call(path, **body))["errcode"] == errcode
    tags = [(await office.call("tags/create", tag={"name": f"第{n}"}))["tag"]["id"] for n in range(20)]
    answers = [await office.call("tags/members/batchtagging", tagid=one, openid_list=["o1"]) for one in tags]
    assert all(answer["errcode"] == 0 for answer in answers)
    full = await office.call("tags/members/batchtagging", tagid=tag, openid_list=["o1"])
    assert full["errcode"] == 45059
