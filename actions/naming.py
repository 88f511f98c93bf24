"""Which hall or service does a name mean? Names as citizens shorten them, and positions. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from actions.answers import Hall, Service

_GENERIC = re.compile(r"业务|证件|登记|窗口|办理|服务")
_CENTRE = re.compile(r"市政务|市民中心|市中心|市大厅|市里|市级|市本级")
#: Words for a hall, whichever it is.
HALL_WORDS = re.compile(r"市?(?:办事大厅|政务大厅|大厅|政务服务中心|政务中心|服务中心|市民中心|办事中心|政务)")
#: A name is shortened to no fewer signs.
SHORTEST = 2


def named_service(text: str, services: Sequence[Service]) -> Service | None:
    """The only service that `text` names, in full or shortened: 社保 is 社会保险, 公积金 is 住房公积金."""
    found = [one for one in services if _core(one.name) in text]
    found = found or [one for one in services if _shortened(text, _core(one.name))]
    return found[0] if len(found) == 1 else None


def _core(name: str) -> str:
    return _GENERIC.sub("", name) or name


def _shortened(text: str, name: str) -> bool:
    """Whether `text` holds the first signs of the name's two words (社保), or the end of a long name (公积金)."""
    if len(name) == 2 * SHORTEST and name[0] + name[SHORTEST] in text:
        return True
    return len(name) > 2 * SHORTEST and name[SHORTEST:] in text


def named_hall(text: str, halls: Sequence[Hall]) -> Hall | None:
    """The only hall that `text` names by its name, its district or as the city's."""
    exact = [one for one in halls if one.name in text]
    if exact:
        return max(exact, key=lambda one: len(one.name))
    local = [one for one in halls if one.district and not _of_city(one)]
    district = [one for one in local if (one.district or "").rstrip("区县市") in text]
    if len(district) == 1:
        return district[0]
    central = [one for one in halls if _of_city(one)]
    return central[0] if len(central) == 1 and not district and _CENTRE.search(text) else None


def _of_city(hall: Hall) -> bool:
    """Whether the hall serves the whole city: its area code ends where the districts' begin."""
    return (hall.area_code or "").endswith("0000")


def by_distance(halls: Sequence[Hall], latitude: float, longitude: float) -> list[tuple[Hall, float]]:
    """The halls whose position is known with their distance in kilometres, the nearest first."""
    placed = [
        (one, _kilometres(latitude, longitude, one.latitude, one.longitude))
        for one in halls
        if one.latitude is not None and one.longitude is not None
    ]
    return sorted(placed, key=lambda pair: pair[1])


def _kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Over a city the earth is flat enough."""
    north = (other_latitude - latitude) * 111.2
    east = (other_longitude - longitude) * 111.2 * math.cos(math.radians((latitude + other_latitude) / 2))
    return math.hypot(north, east)
