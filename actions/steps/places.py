"""Which service and which hall? Names as citizens shorten them, against what the appointment backend offers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from actions.answers import Hall, ItemHit, Service
from actions.errors import Missing
from actions.forms import Turn
from actions.memory import item_in_hand, take_in_hand
from actions.naming import HALL_WORDS, SHORTEST, by_distance, named_hall, named_service
from actions.options import Option
from actions.steps.times import BOOKING, look_up_again
from actions.subject import subject, trimmed

SERVICE, HALL = "service", "hall"
ITEM_KIND = "item"
_BOOKING = re.compile(
    r"不是|不对|改成|换成|改|换|帮我|给我|我要|我想|想要|想|预约|约一下|约个|约|取号|挂号|挂个号|一下|个号|的号|办理|去|办"
)
_ANYWHERE = re.compile(r"^(?!.*(?:天|时)).*(?:都行|都可以|随便|哪个都|无所谓|任意)")
_NEAREST = re.compile(r"最近|近一?点|附近|离我")
#: Nothing else can change a hall once it is known.
_SPEAKS_OF_PLACE = re.compile(HALL_WORDS.pattern + r"|区|换|改|去|到|最近|附近|不是|不对|错|应该")
_CHANGE = re.compile(r"改|换|不是|不对|错")


class ServiceStep:
    """What the visit is for: a service by its name, or the service at which an item is handled."""

    slot = "booking_service"

    async def read(self, turn: Turn) -> None:
        known = turn.values[self.slot]
        if known is not None and not _CHANGE.search(turn.message.text):
            return
        services = await turn.parts.backends.services()
        option = turn.picked(SERVICE)
        service = _by_code(services, option.value) if option else named_service(turn.message.text, services)
        if (
            service is None
            and not option
            and (known is None or turn.message.meant in {"find_item", "book_appointment"})
        ):
            service = await self._by_item(turn, services)
        if service and service.service_code != (known or {}).get("code"):
            turn.take(self.slot, {"code": service.service_code, "name": service.name})
            look_up_again(turn, BOOKING)

    async def ask(self, turn: Turn) -> None:
        services = await turn.parts.backends.services()
        options = [Option(kind=SERVICE, value=one.service_code, title=one.name) for one in services]
        if not options:
            turn.tell("utter_no_services")
            turn.end()
            return
        turn.ask("utter_request_booking_service", options)

    async def _by_item(self, turn: Turn, services: Sequence[Service]) -> Service | None:
        """The service at which the item is handled that was named, or that is in hand."""
        text = await self._without_place(turn, turn.when.rest or turn.message.text)
        if len(subject(text)) >= SHORTEST and (turn.requested in {None, self.slot} or turn.values[self.slot]):
            found = await turn.parts.backends.find_items(trimmed(text))
            if found.verdict != "none" and found.hits:
                return await self._of_items(turn, found.hits if found.verdict == "ask" else found.hits[:1], services)
        if turn.requested is not None:
            return None
        hand = item_in_hand(turn.tracker, turn.now)
        offered = [ItemHit(task_code=one.value, task_name=one.title) for one in turn.options if one.kind == ITEM_KIND]
        if offered or hand:
            in_hand = [ItemHit(task_code=hand.code, task_name=hand.name)] if hand else []
            return await self._of_items(turn, offered or in_hand, services)
        return None

    async def _without_place(self, turn: Turn, text: str) -> str:
        """`text` without booking words and without the hall, which is no part of what is searched for."""
        for hall in await turn.parts.backends.halls():
            for name in (hall.name, hall.district or "", (hall.district or "").rstrip("区县市")):
                text = text.replace(name, " ") if name else text
        return _BOOKING.sub(" ", HALL_WORDS.sub(" ", text))

    async def _of_items(self, turn: Turn, hits: Sequence[ItemHit], services: Sequence[Service]) -> Service | None:
        codes = [await self._service_code(turn, hit.task_code) for hit in hits]
        code, count = Counter(codes).most_common(1)[0]
        service = _by_code(services, code or "") if 2 * count > len(hits) else None
        spoken = [one for one in hits if one.district and one.district.rstrip("区县市") in turn.message.text]
        if service and len(hits) > 1 and len(spoken) == 1:
            # Of one item in several districts the one where the hall is.
            turn.extra += take_in_hand(spoken[0].task_code, spoken[0].task_name, turn.now)
        if service and len(hits) > 1:
            turn.tell("utter_booking_service", service=service.name)
        elif service:
            turn.tell("utter_booking_for_item", item=hits[0].task_name, service=service.name)
            turn.extra += take_in_hand(hits[0].task_code, hits[0].task_name, turn.now)
        elif len(hits) == 1:
            turn.tell("utter_item_not_bookable", item=hits[0].task_name)
        return service

    async def _service_code(self, turn: Turn, task_code: str) -> str | None:
        try:
            return (await turn.parts.backends.item(task_code)).service_code
        except Missing:
            return None


class HallStep:
    """Where the visit is: by name, district, position or number."""

    slot = "booking_hall"

    async def read(self, turn: Turn) -> None:
        service = turn.values["booking_service"]
        if service is None:
            return
        known = turn.values[self.slot]
        if known and "booking_service" not in turn.taken and not self._spoken_of(turn):
            return
        halls = await turn.parts.backends.halls(service_code=service["code"])
        if known and all(hall.hall_code != known["code"] for hall in halls):
            turn.tell("utter_hall_without_service", hall=known["name"], service=service["name"])
            turn.drop(self.slot)
            look_up_again(turn, BOOKING)
        option = turn.picked(HALL)
        hall = next((one for one in halls if option and one.hall_code == option.value), None)
        hall = hall or self._said(turn, halls)
        if hall is None and known is None and len(halls) == 1:
            hall = halls[0]
            turn.tell("utter_only_hall", hall=hall.name, service=service["name"])
        if hall is None:
            await self._elsewhere(turn, service["name"])
        elif hall.hall_code != (known or {}).get("code"):
            if known and option is None and not turn.answered:
                # Days look alike everywhere: that it is another hall now is not to be seen otherwise.
                turn.tell("utter_hall_chosen", hall=hall.name)
            turn.take(self.slot, {"code": hall.hall_code, "name": hall.name, "address": hall.address})
            look_up_again(turn, BOOKING)

    async def ask(self, turn: Turn) -> None:
        service = turn.values["booking_service"]
        halls = await turn.parts.backends.halls(service_code=service["code"])
        options = [Option(kind=HALL, value=one.hall_code, title=one.name) for one in halls]
        if not options:
            turn.tell("utter_no_hall", service=service["name"])
            turn.end()
            return
        turn.ask("utter_request_booking_hall", options, service=service["name"])

    def _spoken_of(self, turn: Turn) -> bool:
        return bool(_SPEAKS_OF_PLACE.search(turn.message.text) or turn.message.value("latitude"))

    def _said(self, turn: Turn, halls: Sequence[Hall]) -> Hall | None:
        named = named_hall(turn.message.text, halls)
        if named:
            return named
        latitude, longitude = turn.message.value("latitude"), turn.message.value("longitude")
        if latitude and longitude:
            near = by_distance(halls, float(latitude), float(longitude))
            return self._chosen(turn, [hall for hall, _ in near])
        if turn.asked_for(self.slot) and _NEAREST.search(turn.message.text):
            turn.tell("utter_send_location")
        elif turn.asked_for(self.slot) and _ANYWHERE.search(turn.message.text):
            return self._chosen(turn, halls)
        return None

    def _chosen(self, turn: Turn, halls: Sequence[Hall]) -> Hall | None:
        """The first of them, and says so, because the citizen did not name it."""
        for hall in halls[:1]:
            turn.tell("utter_hall_chosen", hall=hall.name)
            return hall
        return None

    async def _elsewhere(self, turn: Turn, service: str) -> None:
        """Says so where a hall was named that does not offer the service."""
        if turn.values[self.slot] is None:
            other = named_hall(turn.message.text, await turn.parts.backends.halls())
            if other:
                turn.tell("utter_hall_without_service", hall=other.name, service=service)


def _by_code(services: Sequence[Service], code: str) -> Service | None:
    return next((one for one in services if one.service_code == code), None)
