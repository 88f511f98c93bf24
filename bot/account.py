"""How is a platform account set up? Its menu from a file, and the followers it had before we came."""

from __future__ import annotations

import argparse
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import aiohttp
import msgspec
from rich.console import Console

from bot.app import make_wechat_client
from bot.channels.wechat.client import WeChatClient
from bot.channels.wechat.inbound import CHANNEL
from bot.errors import BotError
from bot.settings import BotSettings
from bot.tags import NOW, read_tags
from services.citizens.service import CitizenService
from services.citizens.tags import TagService
from services.clock import SystemClock
from services.db import Sessions, make_engine, make_sessions
from services.settings import SettingsError, load_settings

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = object

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=16)]


class MenuError(Exception):
    """The menu file cannot be used."""


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An entry that does something: `click` tells us its key, `view` opens an address."""

    type: Literal["click", "view"]
    name: Name
    key: Annotated[str, msgspec.Meta(max_length=128)] = ""
    url: Annotated[str, msgspec.Meta(max_length=1024)] = ""

    def __post_init__(self) -> None:
        if bool(self.key) != (self.type == "click") or bool(self.url) != (self.type == "view"):
            raise ValueError(f"{self.name}: a click entry has a key, a view entry has an url")


class Button(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A button on the bottom line with the entries above it."""

    name: Name
    sub_button: Annotated[list[Item], msgspec.Meta(min_length=1, max_length=5)]


class Menu(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole menu."""

    button: Annotated[list[Button], msgspec.Meta(min_length=1, max_length=3)]


def read_menu(path: Path) -> Menu:
    """The menu in a YAML file; raises MenuError saying what is wrong with it."""
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=Menu)
    except (OSError, msgspec.DecodeError) as error:
        raise MenuError(f"{path}: {error}") from error


async def publish_menu(client: WeChatClient, menu: Menu) -> None:
    """Replaces the account's menu; the same menu again changes nothing."""
    built: dict[str, object] = msgspec.to_builtins(menu)
    await client.create_menu(built)


async def take_in_followers(client: WeChatClient, citizens: CitizenService, *, account: str) -> int:
    """Remembers everybody who follows the account already, page by page; gives their number. Repeatable."""
    count = 0
    async for page in client.followers():
        await citizens.remember_followers(channel=CHANNEL, account=account, addresses=page)
        count += len(page)
    return count


def register(commands: Commands) -> None:
    """Adds `menu FILE`, `followers` and `tags`; their `run` takes the arguments and gives the exit code."""
    menu = commands.add_parser("menu", help="make the account's menu what a file says")
    menu.add_argument("file", type=Path)
    menu.set_defaults(run=run_menu)
    followers = commands.add_parser("followers", help="remember who followed the account before we came")
    followers.set_defaults(run=run_followers)
    tags = commands.add_parser("tags", help="read the account's tags and who has them, now rather than within the hour")
    tags.set_defaults(run=run_tags)


async def run_menu(arguments: argparse.Namespace) -> int:
    """1 where the file or the platform refuses."""
    out = Console(highlight=False)
    try:
        menu = read_menu(arguments.file)
        async with _account(load_settings(BotSettings, os.environ)) as (client, _):
            await publish_menu(client, menu)
    except (MenuError, SettingsError, BotError) as error:
        out.print(str(error), style="red", markup=False)
        return 1
    out.print(f"menu of {len(menu.button)} buttons is published")
    return 0


async def run_followers(arguments: argparse.Namespace) -> int:
    """1 where the platform refuses or the account's original id is not set."""
    out = Console(highlight=False)
    try:
        settings = load_settings(BotSettings, os.environ)
        if not settings.wechat_account:
            raise SettingsError("settings: ZQ_WECHAT_ACCOUNT, the account's original id (gh_...), is missing")
        async with _account(settings) as (client, sessions):
            citizens = CitizenService(sessions=sessions, clock=SystemClock())
            count = await take_in_followers(client, citizens, account=settings.wechat_account)
    except (SettingsError, BotError) as error:
        out.print(str(error), style="red", markup=False)
        return 1
    out.print(f"{count} followers are known")
    return 0


async def run_tags(arguments: argparse.Namespace) -> int:
    """1 where the platform refuses."""
    out = Console(highlight=False)
    try:
        async with _account(load_settings(BotSettings, os.environ)) as (client, sessions):
            count = await read_tags(client, TagService(sessions=sessions, clock=SystemClock()), CHANNEL, every=NOW)
    except (SettingsError, BotError) as error:
        out.print(str(error), style="red", markup=False)
        return 1
    out.print(f"{count} tags are known")
    return 0


@asynccontextmanager
async def _account(settings: BotSettings) -> AsyncIterator[tuple[WeChatClient, Sessions]]:
    engine = make_engine(settings.database_url, application_name="zhengqiao-account")
    try:
        async with aiohttp.ClientSession() as http:
            sessions = make_sessions(engine)
            yield make_wechat_client(settings, sessions, SystemClock(), http), sessions
    finally:
        await engine.dispose()
