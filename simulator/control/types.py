"""What does a request under /sim/ look like?"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from simulator.messages import Openid, Short

Seq = Annotated[int, msgspec.Meta(ge=0)]


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of bodies: a misspelt field is refused, not ignored."""


class FollowRequest(Request, frozen=True, kw_only=True):
    """POST /sim/followers."""

    #: None: a new one is made.
    openid: Openid | None = None
    nickname: Annotated[str, msgspec.Meta(max_length=32)] = ""
    #: Value of the QR code by which the citizen came.
    scene: Annotated[str, msgspec.Meta(max_length=64)] = ""


class BulkFollowRequest(Request, frozen=True, kw_only=True):
    """POST /sim/followers/bulk: openids are `prefix` and nine digits from 000000001 on; the edge is not told."""

    count: Annotated[int, msgspec.Meta(ge=1, le=2_000_000)]
    prefix: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,40}$")] = "oBulk"


class BulkMessageRequest(BulkFollowRequest, frozen=True, kw_only=True):
    """POST /sim/messages/bulk: these followers have just written, so that the account may write to them; the edge is
    not told."""


class ClockRequest(Request, frozen=True, kw_only=True):
    """POST /sim/clock."""

    advance_seconds: Annotated[float, msgspec.Meta(ge=0, le=10 * 366 * 86_400)]


class QuotaRequest(Request, frozen=True, kw_only=True):
    """PUT /sim/quotas."""

    path: Short
    daily: Annotated[int, msgspec.Meta(ge=0)]


class TemplateRequest(Request, frozen=True, kw_only=True):
    """PUT /sim/templates."""

    template_id: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    kind: Literal["template", "subscription"]
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    fields: dict[str, str] = {}


class LogQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """GET /sim/log."""

    after: Seq = 0
    openid: str = ""
    #: Kinds with commas between; one that ends with a dot stands for all that begin so.
    kind: str = ""
    wait: Annotated[float, msgspec.Meta(ge=0, le=60)] = 0.0
    limit: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1000


class FollowersQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """GET /sim/followers."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1000
