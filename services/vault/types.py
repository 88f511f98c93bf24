"""What goes into the vault and what comes out?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

import msgspec

Kind = Literal["IDCARD", "IDWRONG", "MOBILE", "BANKCARD"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Identifier:
    """One identifier in its standard form: no spaces, plain digits, upper case."""

    kind: Kind
    value: str


class Redemption(msgspec.Struct, frozen=True, kw_only=True):
    """Which citizen's token is to be exchanged back."""

    citizen_id: UUID
    token: Annotated[
        str, msgspec.Meta(pattern=r"^(IDCARD|IDWRONG|MOBILE|BANKCARD)[A-Z2-7]{8}$", examples=["MOBILEK3Q7ZP2A"])
    ]


class Redeemed(msgspec.Struct, frozen=True, kw_only=True):
    """The identifier behind a token."""

    kind: Kind
    value: str
