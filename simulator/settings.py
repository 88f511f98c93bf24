"""Which settings does the simulator read? Typed, checked once at the start; a bad one stops it, saying which."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from simulator.crypto import CipherError, decode_key
from simulator.errors import SettingsError

PREFIX = "ZQ_"

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=3600)]
Mode = Literal["plain", "compat", "safe"]
Format = Literal["xml", "json"]


def environment_name(field: str) -> str:
    """`sim_port` is read from ZQ_SIM_PORT."""
    return PREFIX + field.upper()


class SimulatorSettings(msgspec.Struct, frozen=True, kw_only=True, rename=environment_name):
    """Settings of `python -m simulator`. Their text form names the class only: values may be secrets."""

    #: Port on 127.0.0.1; 0 takes a free one.
    sim_port: Port = 8030
    #: Where callbacks go.
    sim_edge_url: str = "http://127.0.0.1:8010/wechat"
    wechat_app_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    wechat_app_secret: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    wechat_token: Annotated[str, msgspec.Meta(min_length=3, max_length=32)]
    #: 43 characters; needed in compat and safe mode.
    wechat_aes_key: str = ""
    wechat_mode: Mode = "safe"
    #: The account's original id (ToUserName of callbacks).
    sim_account: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] = "gh_yunjiang0001"
    #: The account's name on the phone.
    sim_account_name: Annotated[str, msgspec.Meta(min_length=1, max_length=32)] = "云江政务服务"
    sim_format: Format = "xml"
    #: The append-only record of everything, one JSON object a line.
    sim_log: str = "var/simulator.jsonl"
    #: The platform drops a callback's connection after this time; shorter in tests only.
    sim_callback_seconds: Seconds = 5.0
    #: How long a template message or a mass message takes until its receipt is sent.
    sim_job_seconds: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 1.0
    #: False where nobody listens for receipts: a million that wait to be sent would fill the memory.
    sim_receipts: bool = True
    #: Ids under which the platform knows the example templates, beside those it always knows.
    wechat_notice_template_id: str = ""
    wechat_subscription_template_id: str = ""
    wechat_reminder_template_id: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    def __post_init__(self) -> None:
        if self.wechat_mode != "plain":
            try:
                decode_key(self.wechat_aes_key)
            except CipherError as error:
                raise ValueError(f"{environment_name('wechat_aes_key')}: {error}") from error
        parts = urlsplit(self.sim_edge_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{environment_name('sim_edge_url')}: needs an http address")

    def __repr__(self) -> str:
        return "<SimulatorSettings>"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return []

    @property
    def log_path(self) -> Path:
        return Path(self.sim_log)


def load_settings(environ: Mapping[str, str]) -> SimulatorSettings:
    """Reads the environment; raises SettingsError naming the variable and what is wrong with it."""
    names = set(SimulatorSettings.__struct_encode_fields__)
    present = {name: value for name, value in environ.items() if name in names and value != ""}
    try:
        return msgspec.convert(present, SimulatorSettings, strict=False)
    except msgspec.ValidationError as error:
        reason = str(error).replace("Object missing required field", "missing setting").replace("$.", "")
        raise SettingsError(f"settings: {reason}") from error
