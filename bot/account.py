"""How is a platform account set up? Its menu from a file, and the followers it had before we came."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from bot.channels.wechat.client import WeChatClient
from bot.channels.wechat.inbound import CHANNEL
from services.citizens.service import CitizenService

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
