"""Fixtures: a channel in each mode, and requests as the platform would make them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

import pytest

from bot.channels.base import WebhookRequest
from bot.channels.wechat.channel import Mode, WeChatChannel
from bot.channels.wechat.crypto import decode_key, encrypt, signature

TOKEN = "token123"
APP_ID = "wxb11529c136998cb6"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
PREVIOUS_KEY = "B" * 42 + "A"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=timezone.utc)
STAMP = str(int(NOW.timestamp()))


class ListPusher:
    """Keeps what is pushed."""

    def __init__(self) -> None:
        self.pushed: list[tuple[str, Mapping[str, object]]] = []

    async def send_custom(self, *, openid: str, message: Mapping[str, object]) -> str:
        self.pushed.append((openid, message))
        return ""

    async def send_template(
        self, *, openid: str, template_id: str, url: str, data: Mapping[str, object], client_msg_id: str
    ) -> str:
        self.pushed.append((openid, {"template_id": template_id, "data": data, "client_msg_id": client_msg_id}))
        return "7"


@pytest.fixture
def make_channel() -> Callable[..., WeChatChannel]:
    def make(mode: Mode = "safe", keys: tuple[str, ...] = (KEY,)) -> WeChatChannel:
        return WeChatChannel(
            token=TOKEN,
            app_id=APP_ID,
            keys=[decode_key(key) for key in keys],
            mode=mode,
            window_seconds=600,
            client=ListPusher(),
        )

    return make


def plain_request(body: bytes, **query: str) -> WebhookRequest:
    """A request signed as in plain mode."""
    signed = {"timestamp": STAMP, "nonce": "42", "signature": signature(TOKEN, STAMP, "42")}
    return WebhookRequest(query={**signed, **query}, body=body, content_type="text/xml", received_at=NOW)


def safe_request(inner: bytes, *, key: str = KEY, app_id: str = APP_ID, **query: str) -> WebhookRequest:
    """A request encrypted as in safe mode."""
    ciphertext = encrypt(inner, key=decode_key(key), app_id=app_id, random=os.urandom(16))
    body = f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{ciphertext}]]></Encrypt></xml>".encode()
    return plain_request(
        body,
        encrypt_type="aes",
        msg_signature=signature(TOKEN, STAMP, "42", ciphertext),
        **query,
    )


def xml(**fields: Any) -> bytes:
    """A message's XML with the usual fields, changed by `fields`."""
    usual = {
        "ToUserName": "gh_1",
        "FromUserName": "oCitizen",
        "CreateTime": STAMP,
        "MsgType": "text",
        "Content": "你好",
        "MsgId": "23456789012345678",
    }
    merged = {name: value for name, value in {**usual, **fields}.items() if value is not None}
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in merged.items())
    return f"<xml>{inner}</xml>".encode()
