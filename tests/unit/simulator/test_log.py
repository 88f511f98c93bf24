"""Is the record complete, in order, on disk before anybody is answered, and read quickly?"""

from __future__ import annotations

import asyncio
import json

import pytest

from simulator.clock import MovableClock
from simulator.log import EventLog
from tests.fakes.clock import FixedClock


@pytest.fixture
def clock():
    return MovableClock(FixedClock())


@pytest.fixture
def opened(tmp_path, clock):
    def open_log():
        return EventLog(tmp_path / "var" / "log.jsonl", wall=FixedClock(), clock=clock)

    return open_log


def test_an_entry_is_on_disk_when_append_comes_back(opened, tmp_path):
    with opened() as log:
        entry = log.append("message.sent", openid="oA", content="您好")
        (line,) = (tmp_path / "var" / "log.jsonl").read_text().splitlines()
    assert json.loads(line) == entry
    assert (entry["seq"], entry["msg_id"], entry["attempt"], entry["raw"]) == (1, "", 0, "")


def test_entries_are_read_by_citizen_kind_and_place(opened):
    with opened() as log:
        for number in range(4):
            log.append("message.sent", openid=f"o{number % 2}", content=str(number))
            log.append("push.delivered", openid=f"o{number % 2}")
        assert [entry["seq"] for entry in log.read(after=6)[0]] == [7, 8]
        assert [entry["content"] for entry in log.read(openid="o1", kinds=["message.sent"])[0]] == ["1", "3"]
        assert [entry["seq"] for entry in log.read(kinds=["push."], after=2)[0]] == [4, 6, 8]
        assert log.read(openid="o2") == ([], 8)
        assert log.read(kinds=["nothing."]) == ([], 8)


def test_a_limit_leaves_the_rest_for_the_next_question(opened):
    with opened() as log:
        for _ in range(5):
            log.append("message.sent")
        first, upto = log.read(limit=3)
        rest, _ = log.read(after=upto)
    assert [entry["seq"] for entry in first + rest] == [1, 2, 3, 4, 5]


async def test_who_waits_is_woken_by_a_fitting_entry_only(opened):
    with opened() as log:
        waiting = asyncio.create_task(log.wait(10, openid="oA"))
        await asyncio.sleep(0)
        log.append("message.sent", openid="oB")
        await asyncio.sleep(0)
        assert not waiting.done()
        log.append("message.sent", openid="oA")
        assert [entry["openid"] for entry in await waiting] == ["oA"]


async def test_waiting_ends_with_nothing_when_its_time_is_up(opened):
    with opened() as log:
        assert await log.wait(0.01) == []


def test_a_second_run_goes_on_where_the_first_ended_without_the_line_that_a_kill_cut_off(opened, tmp_path):
    with opened() as log:
        log.append("message.sent", openid="oA")
    with (tmp_path / "var" / "log.jsonl").open("ab") as file:
        file.write(b'{"seq": 2, "kind": "mess')
    with opened() as log:
        assert log.append("push.delivered", openid="oA")["seq"] == 2
        assert [entry["kind"] for entry in log.read(openid="oA")[0]] == ["message.sent", "push.delivered"]
        assert [entry["seq"] for entry in log.all()] == [1, 2]


def test_a_record_that_was_put_aside_is_kept(opened, tmp_path):
    with opened() as log:
        log.append("message.sent")
        log.put_aside()
        assert log.append("push.delivered")["seq"] == 1
    assert "message.sent" in (tmp_path / "var" / "log.jsonl.1").read_text()


def test_the_platform_s_time_is_told_when_it_was_moved(opened, clock):
    with opened() as log:
        assert "platform_at" not in log.append("message.sent")
        clock.advance(3600)
        entry = log.append("message.sent")
    assert entry["at"].startswith("2026-11-23T02:00")
    assert entry["platform_at"].startswith("2026-11-23T03:00")


def test_the_clock_cannot_be_turned_back(clock):
    with pytest.raises(ValueError, match="back"):
        clock.advance(-1)
