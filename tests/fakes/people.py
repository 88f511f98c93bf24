"""People who do not exist: ID numbers with a right check digit, in an area that no real number has."""

from __future__ import annotations

from stdnum.cn import ric

AREA = "990101"


def id_number(order: int, birth: str = "19900307") -> str:
    """The number of the `order`-th person (0..999) born on that day."""
    body = f"{AREA}{birth}{order:03d}"
    return body + ric.calc_check_digit(body + "0")


def mobile(order: int) -> str:
    """A number of a person who does not exist."""
    return f"138{order:08d}"
