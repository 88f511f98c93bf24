"""How is a long list shown a page at a time? By the key of the last row, so that no page costs more than the first."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

import msgspec

T = TypeVar("T")
K = TypeVar("K")
PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing(Generic[T]):
    """One page of a list, for the macro `listing`."""

    rows: Sequence[T]
    #: Where the next page begins, for `?after=`; None on the last one.
    next_key: str | None
    #: Is this the first page?
    first: bool
    #: What was searched for, without the place in the list.
    query: Mapping[str, str]

    @property
    def searched(self) -> bool:
        return any(self.query.values())

    @property
    def first_url(self) -> str:
        """Leads back to the first page of this search."""
        return "?" + urlencode(self.query)

    @property
    def next_url(self) -> str:
        return "?" + urlencode({**self.query, "after": self.next_key or ""})


def make_listing(
    rows: Sequence[T], *, key: Callable[[T], object], query: Mapping[str, str], size: int = PAGE_SIZE
) -> Listing[T]:
    """A page out of `size + 1` rows, of which one more than shown says that there are more.

    `query` is the request's; `key` gives what the next page has to be asked for, as plain values.
    """
    shown = rows[:size]
    return Listing(
        rows=shown,
        next_key=_encode(key(shown[-1])) if len(rows) > size else None,
        first="after" not in query,
        query={name: value for name, value in query.items() if name != "after"},
    )


def place(query: Mapping[str, str], kind: type[K]) -> K | None:
    """The key of the last row of the page before; None for the first page, and for what is no key."""
    given = query.get("after")
    if not given:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(given.encode()), type=kind)
    except (binascii.Error, msgspec.DecodeError, ValueError):
        return None


def page_url(key: object) -> str:
    """Leads to the page that begins after this key, where nothing is searched for."""
    return "?" + urlencode({"after": _encode(key)})


def _encode(key: object) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode()
