"""Is this a person's identifier, and how is it shown to somebody who need not see all of it?"""

from __future__ import annotations

import re
import unicodedata

from stdnum.cn import ric
from stdnum.exceptions import ValidationError
from stdnum.util import isdigits

ID_NUMBER_LENGTH = 18
_MOBILE = re.compile(r"1[3-9]\d{9}")
_FILLING = re.compile(r"[\s\-·.]+")
HIDDEN = "*"


def plain(text: str) -> str:
    """Full-width digits and letters as the plain ones, upper case, nothing between them."""
    return _FILLING.sub("", unicodedata.normalize("NFKC", text)).upper()


def valid_id_number(text: str) -> str | None:
    """The ID card number in its standard form (GB 11643: 18 characters, birth date, check digit), or None.

    The list of places that python-stdnum has is not asked: counties are founded and dissolved every year.
    """
    number = plain(text)
    if len(number) != ID_NUMBER_LENGTH or not isdigits(number[:-1]):
        return None
    try:
        ric.get_birth_date(number)
    except ValidationError:
        return None
    return number if number[-1] == ric.calc_check_digit(number) else None


def valid_mobile(text: str) -> str | None:
    """The mainland mobile number as 11 digits, with or without its +86, or None."""
    number = plain(text)
    for prefix in ("+86", "0086", "86"):
        if number.startswith(prefix) and len(number) == len(prefix) + 11:
            number = number[len(prefix) :]
    return number if number.isascii() and _MOBILE.fullmatch(number) else None


def mask_name(name: str) -> str:
    """张三 is shown as 张*; a name of one character is hidden whole."""
    return name[0] + HIDDEN * (len(name) - 1) if len(name) > 1 else HIDDEN


def mask_id_number(number: str) -> str:
    """The first three and the last two: the last six would open a case, so they must not be shown."""
    return _masked(number, head=3, tail=2)


def mask_mobile(number: str) -> str:
    """The first three and the last four, as every bill shows it."""
    return _masked(number, head=3, tail=4)


def _masked(number: str, *, head: int, tail: int) -> str:
    """A number too short to hide at least four of its characters is hidden whole."""
    if len(number) < head + tail + 4:
        return HIDDEN * len(number)
    return number[:head] + HIDDEN * (len(number) - head - tail) + number[-tail:]
