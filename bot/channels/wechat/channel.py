"""How is a WeChat account spoken to? The Channel of one Official Account: verify, parse, render, answer, push."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec

from bot.channels.base import Envelope, WebhookAnswer, WebhookRequest
from bot.channels.wechat import crypto, outbound
from bot.channels.wechat.inbound import CHANNEL, read_message
from bot.channels.wechat.wire import Fields, WireFormat, parse_body, write_body
from bot.errors import BadPayload, BodyTooLarge, StaleRequest, WrongSignature
from bot.messages import News, Rendered, Reply
from bot.settings import BotSettings
from services.settings import SettingsError, environment_name

BODY_LIMIT = 64 * 1024
Mode = Literal["plain", "compat", "safe"]
CONTENT_TYPES: Mapping[str, str] = {"xml": "application/xml", "json": "application/json"}


class Pusher(Protocol):
    """What a channel needs of the platform's client."""

    async def send_custom(self, *, openid: str, message: Mapping[str, object]) -> str: ...

    async def send_template(
        self, *, openid: str, template_id: str, url: str, data: Mapping[str, object], client_msg_id: str
    ) -> str: ...


class WeChatChannel:
    """Fulfils bot.channels.base.Channel."""

    name = CHANNEL

    def __init__(
        self,
        *,
        token: str,
        app_id: str,
        keys: Sequence[bytes],
        mode: Mode,
        window_seconds: float,
        client: Pusher,
        news_template_id: str = "",
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """`keys`: the present message key, and the previous one while a change is under way. Raises ValueError where
        the mode needs one and there is none."""
        if mode != "plain" and not keys:
            raise ValueError(f"mode {mode} needs an EncodingAESKey")
        self._token, self._app_id, self._keys, self._mode = token, app_id, tuple(keys), mode
        self._window_seconds = window_seconds
        self._client = client
        self._news_template_id = news_template_id
        self._random = random

    def verify_endpoint(self, request: WebhookRequest) -> WebhookAnswer:
        self._check_signature(request.query)
        self._check_timestamp(request)
        echo = request.query.get("echostr", "")
        if not echo:
            raise BadPayload("echostr is missing")
        return WebhookAnswer(body=echo.encode("utf-8", "replace"), content_type="text/plain")

    def parse(self, request: WebhookRequest) -> Envelope:
        if len(request.body) > BODY_LIMIT:
            raise BodyTooLarge(f"a body may have {BODY_LIMIT} bytes")
        # In every mode: who does not know the token gets no further, and learns nothing of our settings.
        self._check_signature(request.query)
        self._check_timestamp(request)
        encrypted = self._is_encrypted(request.query)
        fields, wire_format = parse_body(request.body)
        key_index = -1
        if encrypted:
            fields, key_index = self._decrypted(fields, request.query)
        elif "Encrypt" in fields and "MsgType" not in fields:
            raise BadPayload("an encrypted body without encrypt_type")
        message = read_message(fields)
        context = {"format": wire_format, "key": str(key_index), "nonce": request.query.get("nonce", "")}
        return Envelope(message=message, answer_context=context)

    def _is_encrypted(self, query: Mapping[str, str]) -> bool:
        encrypted = query.get("encrypt_type", "raw").lower() == "aes"
        if encrypted and self._mode == "plain":
            raise BadPayload("encrypted, but the mode is plain")
        if not encrypted and self._mode == "safe":
            raise BadPayload("not encrypted, but the mode is safe")
        return encrypted

    def _check_signature(self, query: Mapping[str, str]) -> None:
        shown, timestamp, nonce = (query.get(name, "") for name in ("signature", "timestamp", "nonce"))
        if not crypto.signature_matches(shown, self._token, timestamp, nonce):
            raise WrongSignature()

    def _check_timestamp(self, request: WebhookRequest) -> None:
        stamp = request.query.get("timestamp", "")
        # The platform gives no replay window; this one is ours, and the inbox's de-duplication stands behind it.
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            raise StaleRequest("the timestamp is no number")
        if abs(request.received_at.timestamp() - int(stamp)) > self._window_seconds:
            raise StaleRequest()

    def _decrypted(self, fields: Fields, query: Mapping[str, str]) -> tuple[Fields, int]:
        """The inner fields, and which key opened them."""
        ciphertext = fields.get("Encrypt")
        if not isinstance(ciphertext, str) or not ciphertext:
            raise BadPayload("Encrypt is missing")
        parts = (self._token, query.get("timestamp", ""), query.get("nonce", ""), ciphertext)
        if not crypto.signature_matches(query.get("msg_signature", ""), *parts):
            raise WrongSignature("the message signature does not match")
        plaintext, index = self._opened(ciphertext)
        return parse_body(plaintext)[0], index

    def _opened(self, ciphertext: str) -> tuple[bytes, int]:
        """The plaintext, and which key gave it. Where none does, the present one says why."""
        present, *previous = self._keys
        try:
            return crypto.decrypt(ciphertext, key=present, app_id=self._app_id), 0
        except BadPayload:
            for index, key in enumerate(previous, start=1):
                with suppress(BadPayload):
                    return crypto.decrypt(ciphertext, key=key, app_id=self._app_id), index
            raise

    def render(self, reply: Reply) -> Rendered:
        return outbound.render(reply)

    def render_news(self, news: News, *, key: str) -> Mapping[str, object] | None:
        if not self._news_template_id:
            return None
        return outbound.render_news(news, template_id=self._news_template_id, key=key)

    def passive_answer(
        self, envelope: Envelope, passive: Mapping[str, object], *, answered_at: datetime
    ) -> WebhookAnswer:
        context, message = envelope.answer_context, envelope.message
        wire_format: WireFormat = "json" if context["format"] == "json" else "xml"
        fields: dict[str, Any] = outbound.passive_fields(
            passive, sender=message.sender, account=message.account, created_at=int(answered_at.timestamp())
        )
        body = write_body(fields, wire_format)
        key_index = int(context["key"])
        if key_index >= 0:
            body = self._encrypted(body, self._keys[key_index], wire_format, context["nonce"], answered_at)
        return WebhookAnswer(body=body, content_type=CONTENT_TYPES[wire_format])

    def _encrypted(self, body: bytes, key: bytes, wire_format: WireFormat, nonce: str, answered_at: datetime) -> bytes:
        ciphertext = crypto.encrypt(body, key=key, app_id=self._app_id, random=self._random(crypto.RANDOM_BYTES))
        timestamp = int(answered_at.timestamp())
        return write_body(
            {
                "Encrypt": ciphertext,
                "MsgSignature": crypto.signature(self._token, str(timestamp), nonce, ciphertext),
                "TimeStamp": timestamp,
                "Nonce": nonce,
            },
            wire_format,
        )

    def acknowledgement(self) -> WebhookAnswer:
        return WebhookAnswer(body=b"success", content_type="text/plain")

    async def push(self, address: str, message: Mapping[str, object]) -> str:
        if "template" not in message:
            return await self._client.send_custom(openid=address, message=message)
        template = msgspec.convert(message["template"], outbound.TemplateMessage)
        return await self._client.send_template(
            openid=address,
            template_id=template.template_id,
            url=template.url,
            data=template.data,
            client_msg_id=template.client_msg_id,
        )


def make_channel(settings: BotSettings, client: Pusher) -> WeChatChannel:
    """The account in the settings. Raises SettingsError naming the key that cannot be used."""
    return WeChatChannel(
        token=settings.wechat_token,
        app_id=settings.wechat_app_id,
        keys=() if settings.wechat_mode == "plain" else _keys(settings),
        mode=settings.wechat_mode,
        window_seconds=settings.timestamp_window_seconds,
        client=client,
        news_template_id=settings.wechat_reminder_template_id,
    )


def _keys(settings: BotSettings) -> list[bytes]:
    """The present key, which the mode needs, and the previous one where there is one."""
    keys = [_key("wechat_aes_key", settings.wechat_aes_key)]
    if settings.wechat_previous_aes_key:
        keys.append(_key("wechat_previous_aes_key", settings.wechat_previous_aes_key))
    return keys


def _key(setting: str, value: str) -> bytes:
    try:
        return crypto.decode_key(value)
    except ValueError as error:
        raise SettingsError(f"settings: {environment_name(setting)}: {error}") from error
