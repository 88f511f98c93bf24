"""Which settings does the environment hold? Typed, checked once at the start; a bad one stops it, saying which."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

PREFIX = "ZQ_"

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Secret = Annotated[str, msgspec.Meta(min_length=16, max_length=512)]
#: Base64 of 32 bytes; empty: a key is generated in the data folder.
VaultKey = Annotated[str, msgspec.Meta(pattern="^([A-Za-z0-9+/]{43}=)?$")]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]


class SettingsError(Exception):
    """A setting is missing or has a value that cannot be used."""


def environment_name(field: str) -> str:
    """`edge_port` is read from ZQ_EDGE_PORT; the database's address has the name that hosters use."""
    return "DATABASE_URL" if field == "database_url" else PREFIX + field.upper()


class SettingsBase(msgspec.Struct, frozen=True, kw_only=True, rename=environment_name):
    """Base of every process's settings. Its text form names the class only: values may be secrets."""

    #: Address of PostgreSQL, `postgresql://...`; the launcher sets it to the embedded server where none is given.
    database_url: str
    #: Folder for what the program itself keeps: embedded database, generated keys.
    data_dir: str = "var"
    #: What one of our processes shows another to be let in.
    service_token: Secret
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return []

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir)


class ServicesSettings(SettingsBase, frozen=True, kw_only=True):
    """Settings of `python -m services`."""

    services_host: str = "127.0.0.1"
    services_port: Port = 8020
    #: bundled: without an endpoint, the model that comes with the program ranks by meaning; none: words alone rank.
    search_model: Literal["bundled", "none"] = "bundled"
    #: Seals citizens' identifiers.
    vault_key: VaultKey = ""
    #: How long a citizen's identifier can be exchanged back.
    vault_seconds: Annotated[int, msgspec.Meta(ge=60, le=2_592_000)] = 86_400
    #: How long a reserved appointment slot is held before it is free again.
    reservation_seconds: Annotated[int, msgspec.Meta(ge=30, le=86_400)] = 600
    #: Wrong query codes allowed of one citizen within an hour; twice as many a day, four times as many in 30 days.
    case_attempts_per_hour: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 5
    #: Address by which staff reach the console, like `https://staff.example.gov.cn`; with https its cookies are Secure.
    console_url: Annotated[str, msgspec.Meta(pattern=r"^(https?://[^/\s]+)?$")] = ""
    #: How many proxies of ours stand before the console; so many entries of X-Forwarded-For are believed.
    console_proxies: Annotated[int, msgspec.Meta(ge=0, le=5)] = 0
    #: May staff work without a second factor?
    console_second_factor: Literal["required", "optional"] = "required"
    #: An OpenAI-compatible embeddings endpoint, up to and without `/embeddings`, that ranks by meaning.
    embeddings_url: str = ""
    embeddings_model: Annotated[str, msgspec.Meta(max_length=200)] = ""
    embeddings_key: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    #: How long a citizen's question waits for it.
    embeddings_seconds: Annotated[float, msgspec.Meta(gt=0, le=5)] = 0.8
    #: The model's scale: cosine similarities up to which a text has nothing to do with the question, and from which on
    #: it says the same.
    embeddings_near: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.6
    embeddings_sure: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.8

    #: Must staff have accepted every real question that a model version takes otherwise, before it goes live?
    training_review: Literal["required", "optional"] = "required"
    #: How many points of 100 its accuracy on the questions kept apart may be below that of the live version.
    training_may_lose: Annotated[float, msgspec.Meta(ge=0, le=100)] = 1.0
    #: May who wrote an FAQ entry publish it, too, or has somebody else to?
    faq_review: Literal["required", "optional"] = "optional"

    @property
    def console_address(self) -> str:
        """The console's address without a path."""
        return self.console_url or f"http://127.0.0.1:{self.services_port}"


S = TypeVar("S", bound=SettingsBase)


def load_settings(kind: type[S], environ: Mapping[str, str]) -> S:
    """Reads `kind` from the environment; raises SettingsError naming the variable and what is wrong with it."""
    names = set(kind.__struct_encode_fields__)
    present = {name: value for name, value in environ.items() if name in names and value != ""}
    try:
        return msgspec.convert(present, kind, strict=False)
    except msgspec.ValidationError as error:
        reason = str(error).replace("Object missing required field", "missing setting").replace("$.", "")
        raise SettingsError(f"settings: {reason}") from error
