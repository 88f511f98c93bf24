"""When does a recurring notice come again? Five cron fields read by the clock of one time zone. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import CroniterError, croniter

FIELDS = 5
#: Nobody wants the same words more often; a field that was forgotten does it every minute.
SHORTEST = timedelta(hours=1)
#: So many times are looked at for the shortest distance.
LOOKED_AT = 60
#: Beyond this many years a pattern such as the 30th of February counts as never.
YEARS = 8


class BadPattern(ValueError):
    """The pattern has not five fields, or means nothing."""


class UnknownZone(ValueError):
    """There is no such time zone."""


class NeverAgain(ValueError):
    """The pattern meets no day of the calendar."""


class TooOften(ValueError):
    """Two times lie less than an hour apart."""


def zone_of(name: str) -> ZoneInfo:
    """The IANA time zone; raises UnknownZone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(name) from error


def times_after(pattern: str, zone: str, instant: datetime) -> Iterator[datetime]:
    """All times after `instant`, each in the zone; raises BadPattern and UnknownZone at the first one, and
    NeverAgain where the calendar has no more."""
    if len(pattern.split()) != FIELDS:
        raise BadPattern(pattern)
    try:
        found = croniter(pattern, instant.astimezone(zone_of(zone)), max_years_between_matches=YEARS)
    except CroniterError as error:
        raise BadPattern(pattern) from error
    while True:
        yield _next_of(found, pattern)


def _next_of(found: croniter, pattern: str) -> datetime:
    try:
        when: datetime = found.get_next(datetime)
    except CroniterError as error:
        raise NeverAgain(pattern) from error
    return when


def check(pattern: str, zone: str, instant: datetime) -> None:
    """Raises one of this module's errors where the pattern cannot be used from `instant` on."""
    times = islice(times_after(pattern, zone, instant), LOOKED_AT)
    if any(later - earlier < SHORTEST for earlier, later in pairwise(times)):
        raise TooOften(pattern)


def next_after(pattern: str, zone: str, instant: datetime, *, ends_at: datetime | None) -> datetime | None:
    """The next time, or None where the end comes first."""
    found = next(times_after(pattern, zone, instant))
    return None if ends_at is not None and found > ends_at else found


def missed(pattern: str, zone: str, *, since: datetime, now: datetime) -> int:
    """How many times lay after `since` and not after `now`: nobody sends them one after the other when a machine
    wakes up. Counted up to a bound, beyond which the number says nothing more."""
    return sum(1 for when in islice(times_after(pattern, zone, since), LOOKED_AT) if when <= now)
