"""Which notice does a page's address name?"""

from __future__ import annotations

from services.console.visit import Visit
from services.errors import NotFound
from services.notices.results import Notice
from services.notices.service import NoticeService

#: More digits than notices will ever have.
DIGITS = 9


def number_in(visit: Visit) -> str:
    """The number in the path; raises NotFound for what is none."""
    number = visit.path["number"]
    if not (number.isascii() and number.isdigit() and len(number) <= DIGITS):
        raise NotFound
    return number


async def notice_of(visit: Visit, notices: NoticeService) -> Notice:
    """The notice with that number; raises NotFound."""
    return await notices.get(number_in(visit))
