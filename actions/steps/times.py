"""Which day and which time? What was said, against what the appointment backend has free."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from actions.answers import Day, Slot
from actions.clock import CITY_ZONE
from actions.forms import Turn
from actions.options import Option
from actions.wording import day_words, slot_words, time_words

DAY, SLOT, PART = "day", "slot", "part"
#: How the slots are called in which a form keeps who comes.
PERSON = "applicant_"
#: How far ahead is looked for free days; further is not bookable.
DAYS_AHEAD = 31
SHOWN_DAYS = 5
SHOWN_SLOTS = 16
#: Offered instead of a time that is full.
NEAREST = 3
NOON = time(12)
PARTS = {"morning": "上午", "afternoon": "下午"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """The slots in which a form keeps its day, its time, and what was wished for but not yet looked up."""

    day: str
    slot: str
    wish: str


#: Those of the booking form.
BOOKING = Names(day="booking_date", slot="booking_slot", wish="booking_wish")


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """At which hall and for which service times are looked up."""

    hall_code: str
    service_code: str


Lookup = Callable[[Turn], Where | None]


class DayStep:
    """The day of the visit. A wish said before the hall is known waits until it is."""

    def __init__(self, names: Names, where: Lookup) -> None:
        self.slot = names.day
        self._names, self._where = names, where

    async def read(self, turn: Turn) -> None:
        wish = _wished(turn, self._names)
        if self._where(turn) is None:
            self._confirm_wish(turn)
            return
        if turn.when.unreal:
            turn.tell("utter_day_unreal", day=turn.when.unreal)
        option = None if turn.when.day else turn.picked(DAY)
        day = option.value if option else None if wish.get("until") else wish.get("day")
        if day:
            wish.pop("day", None)
            self._check(turn, date.fromisoformat(day), await self._days(turn))
        elif turn.values[self.slot] is None and (wish.get("earliest") or self._leaves_open(turn)):
            for first in _free(await self._days(turn))[:1]:
                self._take(turn, first.date)

    async def ask(self, turn: Turn) -> None:
        free = _free(await self._days(turn))
        wish = turn.values[self._names.wish] or {}
        first, last = wish.pop("day", None), wish.pop("until", None)
        within = [one for one in free if first and last and first <= one.date.isoformat() <= last]
        if not free:
            turn.tell("utter_no_free_day")
            turn.end()
            return
        if last and not within:
            turn.tell("utter_none_within")
        turn.ask("utter_ask_day", _day_options((within or free)[:SHOWN_DAYS], turn.now.date()))

    async def _days(self, turn: Turn) -> list[Day]:
        where = self._where(turn)
        if where is None:
            return []
        return await turn.parts.backends.days(where.hall_code, where.service_code, turn.now.date(), DAYS_AHEAD)

    def _confirm_wish(self, turn: Turn) -> None:
        """Another day than the one wished for before is said back, because nothing else tells that it was heard."""
        before = (turn.tracker.get_slot(self._names.wish) or {}).get("day")
        if before and turn.when.day and turn.when.day.isoformat() != before and not turn.when.until:
            turn.tell("utter_time_changed", time=day_words(turn.when.day, turn.now.date()))

    def _leaves_open(self, turn: Turn) -> bool:
        return turn.asked_for(self.slot) and turn.when.whatever

    def _check(self, turn: Turn, day: date, days: Sequence[Day]) -> None:
        found = next((one for one in days if one.date == day), None)
        words = day_words(day, turn.now.date())
        if day < turn.now.date():
            turn.tell("utter_day_past", day=words)
        elif found is None:
            turn.tell("utter_day_too_far", day=words)
        elif not found.open:
            turn.tell("utter_day_closed", day=words, reason=found.closed_reason or PLAIN_CLOSED)
        elif found.free <= 0:
            turn.tell("utter_day_full", day=words)
        else:
            self._take(turn, day)
            return
        turn.drop(self._names.day, self._names.slot)

    def _take(self, turn: Turn, day: date) -> None:
        if turn.values[self.slot] != day.isoformat():
            look_up_again(turn, self._names)
        turn.take(self.slot, day.isoformat())


class TimeStep:
    """The time on that day: taken where it is free, the nearest ones offered where it is not."""

    def __init__(self, names: Names, where: Lookup) -> None:
        self.slot = names.slot
        self._names, self._where = names, where

    async def read(self, turn: Turn) -> None:
        if self._where(turn) is None or turn.values[self._names.day] is None or turn.values[self.slot] is not None:
            return
        wish = turn.values[self._names.wish] or {}
        free = await self._free(turn)
        part = turn.picked(PART)
        if part:
            wish["part"] = part.value
            turn.taken.add(self._names.wish)
        option = turn.picked(SLOT)
        chosen = next((one for one in free if option and one.slot_id == option.value), None)
        if option and chosen is None:
            turn.tell("utter_slot_full", time=option.title)
        elif chosen is None and wish.get("at"):
            chosen = self._at(turn, time.fromisoformat(wish.pop("at")), free)
        elif chosen is None and (wish.get("earliest") or (turn.asked_for(self.slot) and turn.when.whatever)):
            chosen = next(iter(_in_part(free, wish.get("part"))), None)
            if chosen:
                # The citizen left it open, so nobody has named that time yet.
                time_told = kept_words(kept_slot(chosen), turn.now.date())
                turn.tell("utter_time_chosen", time=time_told)
        if chosen:
            turn.take(self.slot, kept_slot(chosen))
            self._confirm_change(turn)

    def _confirm_change(self, turn: Turn) -> None:
        """Another time than before is said back where the next question is about the person, and does not tell it."""
        before, now = turn.tracker.get_slot(self.slot), turn.values[self.slot]
        if before and before["start"] != now["start"] and (turn.requested or "").startswith(PERSON):
            turn.tell("utter_time_changed", time=kept_words(now, turn.now.date()))

    async def ask(self, turn: Turn) -> None:
        wish = turn.values[self._names.wish] or {}
        free = await self._free(turn)
        day = day_words(date.fromisoformat(turn.values[self._names.day]), turn.now.date())
        if not free:
            turn.tell("utter_day_full", day=day)
            turn.drop(self._names.day)
            turn.requested = self._names.day
            await DayStep(self._names, self._where).ask(turn)
            return
        part = wish.get("part")
        within = _in_part(free, part)
        if part and not within:
            turn.tell("utter_part_full", day=day, part=PARTS[part])
        near = wish.pop("near", None)
        if near:
            shown = sorted(sorted(free, key=lambda one: _apart(one, time.fromisoformat(near)))[:NEAREST], key=_start)
        else:
            shown = within or free
        if len(shown) > SHOWN_SLOTS and not part:
            halves = [
                Option(kind=PART, value=name, title=words) for name, words in PARTS.items() if _in_part(free, name)
            ]
            turn.ask("utter_ask_part", halves, day=day)
            return
        options = [Option(kind=SLOT, value=one.slot_id, title=slot_words(one)) for one in shown[:SHOWN_SLOTS]]
        turn.ask("utter_ask_time", options, day=day)

    def _at(self, turn: Turn, wanted: time, free: Sequence[Slot]) -> Slot | None:
        """The free slot in which that time lies; says so where there is none, and the nearest are asked for."""
        for one in free:
            if _start(one) <= wanted < _end(one):
                return one
        turn.tell("utter_time_not_free", time=time_words(wanted))
        (turn.values[self._names.wish] or {})["near"] = wanted.isoformat()
        return None

    async def _free(self, turn: Turn) -> list[Slot]:
        where = self._where(turn)
        if where is None:
            return []
        day = date.fromisoformat(turn.values[self._names.day])
        slots = await turn.parts.backends.slots(where.hall_code, where.service_code, day)
        return [one for one in slots if one.free > 0 and one.starts_at > turn.now]


def look_up_again(turn: Turn, names: Names) -> None:
    """The chosen slot is another one now, elsewhere or on another day; the same time is wished for if none was said."""
    chosen = turn.values[names.slot]
    if chosen is None:
        return
    start = datetime.fromisoformat(chosen["start"]).astimezone(CITY_ZONE).time()
    turn.values[names.wish] = {"at": start.isoformat()} | (turn.values[names.wish] or {})
    turn.drop(names.slot)


#: Where a backend gives no reason.
PLAIN_CLOSED = "不对外办公"


def kept_slot(slot: Slot) -> dict[str, str]:
    """A slot as a form keeps it."""
    return {"id": slot.slot_id, "start": slot.starts_at.isoformat(), "end": slot.ends_at.isoformat()}


def kept_words(kept: dict[str, str], today: date) -> str:
    """11月26日（周四，后天）15:00-15:30"""
    start, end = (datetime.fromisoformat(kept[name]).astimezone(CITY_ZONE) for name in ("start", "end"))
    return f"{day_words(start.date(), today)}{time_words(start)}-{time_words(end)}"


def _wished(turn: Turn, names: Names) -> dict[str, Any]:
    """The wish with what this message adds; a new time or part replaces the time that had been chosen."""
    wish: dict[str, Any] = dict(turn.values[names.wish] or {})
    when = turn.when
    if when.day:
        wish = {"day": when.day.isoformat(), "until": when.until.isoformat() if when.until else None} | _kept(wish)
    if when.at or when.part or when.earliest:
        at = when.at.isoformat() if when.at else None
        wish |= {"at": at, "part": when.part, "earliest": when.earliest}
        turn.drop(names.slot)
    if when.day or when.at or when.part or when.earliest:
        turn.taken.add(names.wish)
    turn.values[names.wish] = wish
    return wish


def _kept(wish: dict[str, Any]) -> dict[str, Any]:
    return {name: wish[name] for name in ("at", "part", "earliest") if wish.get(name)}


def _free(days: Sequence[Day]) -> list[Day]:
    return [one for one in days if one.open and one.free > 0]


def _day_options(days: Sequence[Day], today: date) -> list[Option]:
    return [Option(kind=DAY, value=one.date.isoformat(), title=day_words(one.date, today)) for one in days]


def _start(slot: Slot) -> time:
    return slot.starts_at.astimezone(CITY_ZONE).time()


def _end(slot: Slot) -> time:
    return slot.ends_at.astimezone(CITY_ZONE).time()


def _in_part(slots: Sequence[Slot], part: str | None) -> list[Slot]:
    if part is None:
        return list(slots)
    return [one for one in slots if (_start(one) < NOON) == (part == "morning")]


def _apart(slot: Slot, wanted: time) -> int:
    start = _start(slot)
    return abs((start.hour - wanted.hour) * 60 + start.minute - wanted.minute)
