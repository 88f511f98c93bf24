"""Is nobody lost and nobody taken in twice when the process that freezes an audience with rules is killed?"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import msgspec
import pytest

from services.notices import lifecycle
from services.notices.audience import CaseRule, DistrictRule, TopicRule
from tests.integration.notices.city import JB, YB, City, any_of
from tests.integration.notices.freezing_process import Orders

ROOT = Path(__file__).parents[3]
SPAN = 30


async def killed(database_url: str, *, fatal: int, when: str) -> None:
    told = msgspec.convert({"database_url": database_url, "span": SPAN, "fatal": fatal, "when": when}, Orders)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.notices.freezing_process", msgspec.json.encode(told).decode(), cwd=ROOT
    )
    assert await process.wait() == -signal.SIGKILL


async def test_a_killed_freezing_goes_on_where_it_was_committed(
    city: City, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = await city.follow(240, YB)
    await city.follow(40, YB, JB)
    await city.follow(40)
    for citizen in wanted[:5]:
        await city.told_of_case(citizen, "2")
    rules = any_of(TopicRule(codes=[YB]), CaseRule(), exclude=(DistrictRule(codes=[JB]),))
    notice = await city.office.draft(audience_rules=rules)
    await city.office.service.submit(str(notice.id), "张三")
    # What the approval itself freezes at once is its first span.
    monkeypatch.setattr(lifecycle, "SPAN", SPAN)
    approved = await city.office.service.approve(str(notice.id), "李四")

    for fatal, when in ((1, "written"), (1, "begun"), (3, "written"), (2, "begun"), (2, "written")):
        await killed(database_url, fatal=fatal, when=when)
    frozen = set(await city.recipients(approved))
    assert 0 < len(frozen) < len(wanted)
    assert frozen < set(wanted)
    await city.office.lifecycle.freeze_all()

    assert await city.recipients(approved) == sorted(wanted)
    counted = await city.office.service.get(str(notice.id))
    assert counted.counters.audience == len(wanted)
    await city.office.check_counts(counted)
