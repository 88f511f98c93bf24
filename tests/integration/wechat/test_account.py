"""Is an account set up as its file says, and are those who followed before remembered once?"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.account import MenuError, publish_menu, read_menu, take_in_followers
from bot.channels.wechat.client import WeChatClient
from services.citizens.service import CitizenService
from services.clock import SystemClock
from services.db import Sessions
from tests.integration.simulator.conftest import Running

MENU = Path("data/city/menu.yml")


async def test_the_citys_menu_is_accepted_by_the_platform(client: WeChatClient) -> None:
    await publish_menu(client, read_menu(MENU))
    await publish_menu(client, read_menu(MENU))

    buttons = (await client.menu())["menu"]["button"]
    assert [button["name"] for button in buttons] == ["办事", "预约", "查询"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("button: []", "length"),
        ("button: [{name: 办事, sub_button: [{type: click, name: 指南}]}]", "has a key"),
        ("button: [{name: 办事, sub_button: [{type: view, name: 指南, key: a, url: b}]}]", "has an url"),
        ("button: [{name: 办事, sub_button: [], extra: 1}]", "extra|length"),
        ("buttons: []", "button"),
        ("]", "menu.yml"),
    ],
)
def test_a_wrong_menu_file_is_refused_saying_why(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "menu.yml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(MenuError, match=reason):
        read_menu(path)


async def test_followers_from_before_are_remembered_once(
    sim: Running, client: WeChatClient, sessions: Sessions
) -> None:
    for number in range(5):
        await sim.follow(f"o{number}")
    citizens = CitizenService(sessions=sessions, clock=SystemClock())

    first = await take_in_followers(client, citizens, account="gh_yunjiang0001")
    await take_in_followers(client, citizens, account="gh_yunjiang0001")

    assert first == 5
    assert await citizens.count_followers() == 5
