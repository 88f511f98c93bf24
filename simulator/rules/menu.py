"""Which menus does the platform take? Three buttons, five below each, names and keys of limited length."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from simulator.errors import ApiError

MOST_TOP, MOST_BELOW = 3, 5
KEY_BYTES, URL_BYTES = 128, 1024
KEYED = frozenset(
    {
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
)
WITH_MEDIA = frozenset({"media_id", "view_limited", "article_id", "article_view_limited"})


class Button(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One button as menu/create takes it."""

    name: str = ""
    type: str = ""
    key: str = ""
    url: str = ""
    appid: str = ""
    pagepath: str = ""
    media_id: str = ""
    article_id: str = ""
    sub_button: list[Button] = []


@dataclass(frozen=True, kw_only=True, slots=True)
class _Level:
    """Lengths and errcodes of one level of the menu."""

    name_bytes: int
    type_code: int
    name_code: int
    key_code: int
    url_code: int
    domain_code: int


_TOP = _Level(name_bytes=16, type_code=40017, name_code=40018, key_code=40019, url_code=40020, domain_code=40055)
_BELOW = _Level(name_bytes=60, type_code=40024, name_code=40025, key_code=40026, url_code=40027, domain_code=40054)


def check_menu(buttons: list[Button]) -> None:
    """Raises the errcode that the platform gives for the first thing wrong."""
    if not 1 <= len(buttons) <= MOST_TOP:
        raise ApiError(40016)
    for button in buttons:
        if not button.sub_button:
            _check_button(button, _TOP)
            continue
        _check_name(button, _TOP)
        if len(button.sub_button) > MOST_BELOW:
            raise ApiError(40023)
        for below in button.sub_button:
            if below.sub_button:
                raise ApiError(40022)
            _check_button(below, _BELOW)


def _check_name(button: Button, level: _Level) -> None:
    if not 1 <= len(button.name.encode()) <= level.name_bytes:
        raise ApiError(level.name_code, button.name)


def _check_button(button: Button, level: _Level) -> None:
    _check_name(button, level)
    if button.type in KEYED:
        if not 1 <= len(button.key.encode()) <= KEY_BYTES:
            raise ApiError(level.key_code, button.name)
    elif button.type in {"view", "miniprogram"}:
        if not 1 <= len(button.url.encode()) <= URL_BYTES:
            raise ApiError(level.url_code, button.name)
        if not button.url.startswith(("http://", "https://")):
            raise ApiError(level.domain_code, button.name)
    elif button.type in WITH_MEDIA:
        if not (button.media_id or button.article_id):
            raise ApiError(40007, button.name)
    else:
        raise ApiError(level.type_code, button.name)
