"""Which settings do the actions read? Where each backend is, and how to be let in; a bad one stops the start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

import msgspec

PREFIX = "ZQ_"
#: Where msgspec found what is wrong.
PLACE = re.compile(r"\$\.([a-z_.]+)")

Url = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s]+$")]
Secret = Annotated[str, msgspec.Meta(min_length=16, max_length=512)]


class SettingsError(Exception):
    """A setting is missing or has a value that cannot be used."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One backend: address without a slash at its end, and the token that it asks for."""

    url: Url
    token: Secret

    def __repr__(self) -> str:
        return f"<Endpoint {self.url}>"


class ActionSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of the action server. A government points each backend at its own system."""

    catalogue: Endpoint
    faq: Endpoint
    appointments: Endpoint
    progress: Endpoint
    subscriptions: Endpoint
    notices: Endpoint
    vault: Endpoint
    #: One call to a backend, at most.
    backend_timeout_seconds: Annotated[float, msgspec.Meta(gt=0, le=60)] = 3.0
    city_name: str = "云江市"
    hotline: str = "12345"


#: Topic -> path under ZQ_SERVICES_URL where no address of its own is given.
TOPICS = {
    "catalogue": "/catalogue/v1",
    "faq": "/faq/v1",
    "appointments": "/appointments/v1",
    "progress": "/progress/v1",
    "subscriptions": "/subscriptions/v1",
    "notices": "/notices/v1",
    "vault": "/vault/v1",
}
PLAIN = ("backend_timeout_seconds", "city_name", "hotline")


def load_settings(environ: Mapping[str, str]) -> ActionSettings:
    """Reads ZQ_SERVICES_URL, ZQ_SERVICE_TOKEN and each topic's ZQ_<TOPIC>_URL and ZQ_<TOPIC>_TOKEN."""
    base = environ.get("ZQ_SERVICES_URL") or "http://127.0.0.1:8020"
    token = environ.get("ZQ_SERVICE_TOKEN", "")
    raw: dict[str, object] = {
        topic: {
            "url": (environ.get(f"{PREFIX}{topic.upper()}_URL") or base.rstrip("/") + path).rstrip("/"),
            "token": environ.get(f"{PREFIX}{topic.upper()}_TOKEN") or token,
        }
        for topic, path in TOPICS.items()
    }
    raw |= {name: environ[PREFIX + name.upper()] for name in PLAIN if environ.get(PREFIX + name.upper())}
    try:
        return msgspec.convert(raw, ActionSettings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"settings: {PLACE.sub(_variable, str(error))}") from error


def _variable(place: re.Match[str]) -> str:
    """`$.faq.url` as ZQ_FAQ_URL."""
    return PREFIX + place[1].replace(".", "_").upper()
