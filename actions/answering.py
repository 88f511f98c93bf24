"""How is a question answered? Find out what it is about, then tell the asked fact first, with where it comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.clauses import clauses, together
from actions.deciding import Decision, TheAnswer, TheItem, Unknown, Which, nearby
from actions.detail import thing_asked
from actions.districts import DISTRICTS, elsewhere, leaves_open, same_item
from actions.errors import BackendDown
from actions.facts import ASPECT_KIND, COLLECT, collects
from actions.gets import GETS
from actions.going_on import goes_on, is_new
from actions.in_hand import got_of_item, with_item_in_hand
from actions.memory import Event, ItemInHand, answer_in_hand, aspects_waiting, item_in_hand, on_table
from actions.offices import LONGEST, tell_office
from actions.options import Option, picked
from actions.parts import Parts
from actions.promises import no_longer_offered
from actions.said import Said
from actions.searching import search
from actions.subject import subject, trimmed
from actions.telling import FAQ_KIND, ITEM_KIND, NAMES, Teller

#: A district's name without its last sign has no more.
AREA_SIGNS = 3
#: Nothing but a district.
_AREA = re.compile(r"^[\u4e00-\u9fff]{2,4}[区县市]$")
#: Asks something by itself, and does not only name what was asked for.
_ASKS = re.compile(r"怎么|如何|咋|什么|啥|多少|能不能|可不可以|吗|么[?？]?$")
#: Asked without an item: the item is asked for, but who wants a telephone number gets one at once.
ASK_ITEM = "utter_ask_which_item"
NO_ITEM = {
    "phone": "utter_general_phone",
    "complaint_phone": "utter_general_complaint",
    COLLECT: "utter_ask_what_to_collect",
}


class Answers:
    """Answers questions about items and policies; `quiet` shows no numbered options, because a form has its own."""

    def __init__(self, parts: Parts, dispatcher: CollectingDispatcher, tracker: Any, *, quiet: bool = False) -> None:
        self._backends, self._clock, self._settings = parts.backends, parts.clock, parts.settings
        self._say = dispatcher
        self._tracker = tracker
        self._quiet = quiet
        self._teller = Teller(parts, dispatcher, tracker, quiet=quiet)

    async def answer(self, message: Said, *, unknown: str | None = None) -> list[Event]:
        """Answers a message; tells in one sentence where a backend is down.

        `unknown`: what to say where nothing fits and it was hardly a question; it is not recorded then.
        """
        option = picked(message.text, on_table(self._tracker, ITEM_KIND, FAQ_KIND, ASPECT_KIND))
        try:
            doing = self.option(option) if option is not None else self._question(message, unknown)
            return [*no_longer_offered(self._tracker), *await doing]
        except BackendDown:
            self._say.utter_message(response="utter_backend_down", hotline=self._settings.hotline)
            return []

    async def option(self, option: Option) -> list[Event]:
        """Answers with a line of the list last shown."""
        if option.kind == FAQ_KIND:
            return await self._teller.answer(await self._backends.answer(option.value))
        if option.kind == ASPECT_KIND:
            hand = item_in_hand(self._tracker, self._clock.now())
            if hand is None:
                self._say.utter_message(response=ASK_ITEM)
                return [SlotSet("asked_aspects", [option.value])]
            return await self._teller.guide(hand.code, [option.value])
        return await self._teller.guide(option.value, aspects_waiting(self._tracker))

    async def _question(self, message: Said, unknown: str | None) -> list[Event]:
        """Finds out whether the message names what it is about, or means what was spoken of before."""
        aspects, named = message.aspects, subject(message.unasked)
        hand = item_in_hand(self._tracker, self._clock.now())
        choices, told = on_table(self._tracker, ITEM_KIND, FAQ_KIND), answer_in_hand(self._tracker, self._clock.now())
        if choices and leaves_open(message.text) and not self._quiet:
            return await self._any_of(choices)
        if not named or not message.text:
            return await self._without_subject(message, hand)
        if _AREA.match(named):
            return await self._elsewhere(named, hand, choices, aspects or aspects_waiting(self._tracker))
        if len(named) < NAMES and len(message.text) > len(named) and (choices or told or aspects):
            # "那怎么补": one sign is a verb, and what it is about was said before.
            go_on = self._teller.more(told, message) if told and not choices else self._without_subject(message, hand)
            return await go_on
        thing = None if message.cues else thing_asked(message.text)
        if thing and choices and not self._quiet:
            return [*self._which_first(choices), *_wait_for(self._tracker, "materials")]
        told_in_part = await self._teller.detail(thing, message, hand, told) if thing else None
        several = told_in_part if told_in_part is not None else await self._several(message)
        return several if several is not None else await self._named(message, named, unknown)

    async def _named(self, message: Said, named: str, unknown: str | None) -> list[Event]:
        """Something was named: found and told, unless it goes on about the answer told before."""
        hand, told = item_in_hand(self._tracker, self._clock.now()), answer_in_hand(self._tracker, self._clock.now())
        decision = nearby(await self._search(message, trimmed(message.text), named), message.text)
        if hand and len(named) <= AREA_SIGNS and isinstance(decision, Which | Unknown):
            for one in (await self._backends.find_items(f"{named}{hand.name}")).hits:
                if one.task_name == hand.name and (one.district or "").rstrip("区县市") == named:
                    # "江北的呢": without its last sign a district looks like any other name.
                    return await self._teller.guide(one.task_code, message.aspects)
        if told and goes_on(message.text, named) and not is_new(decision, told, hand.code if hand else None):
            return await self._teller.more(told, message, decision)
        if hand:
            decision = await with_item_in_hand(self._backends, message, decision, hand)
        if unknown and isinstance(decision, Unknown):
            self._say.utter_message(response=unknown)
            return []
        # "居住证" after "要带什么？" names what the earlier question was about; "狗证怎么办" asks anew.
        waiting = () if _ASKS.search(message.text) else aspects_waiting(self._tracker)
        area, aspects = message.value("district"), message.aspects or waiting
        twins = elsewhere(decision.items, area) if area and isinstance(decision, Which) else []
        if area and twins:
            options = [Option(kind=ITEM_KIND, value=one.task_code, title=one.task_name) for one in twins]
            return await self._elsewhere(area, None, options, aspects)
        whose = aspects == ("phone",) and await self._phone_of(named, decision)
        return [] if whose else await self._tell(decision, message, aspects)

    async def _phone_of(self, named: str, decision: Decision) -> bool:
        """ "交警电话": tells the department's number, or whom to ask for it; False where no department is meant."""
        if len(named) > LONGEST:
            return False
        hotline = self._settings.hotline
        if await tell_office(self._backends, self._say, named, hotline=hotline):
            return True
        if isinstance(decision, Unknown):
            # The hotline knows every number: nothing is left for the staff.
            self._say.utter_message(response="utter_phone_by_hotline", name=named, hotline=hotline)
        return isinstance(decision, Unknown)

    async def _elsewhere(
        self, area: str, hand: ItemInHand | None, choices: Sequence[Option], aspects: Sequence[str]
    ) -> list[Event]:
        """ "江北区的呢": the item that the options are, or the one in hand, in that district."""
        offered = next((one.value for one in choices if one.kind == ITEM_KIND), None)
        name = (await self._backends.item(offered)).task_name if offered else hand.name if hand else None
        if name is None:
            self._say.utter_message(response=ASK_ITEM)
            return []
        hits = [one for one in (await self._backends.find_items(f"{area}{name}")).hits if one.task_name == name]
        for one in hits:
            if one.district == area or not (one.district or "").endswith(DISTRICTS):
                return await self._teller.guide(one.task_code, aspects)
        self._say.utter_message(response="utter_not_in_area", area=area, item=name)
        return self._teller.which(hits, [], aspects) if hits else []

    async def _several(self, message: Said) -> list[Event] | None:
        """Answers questions about several matters one by one; None where there are not several, each clearly found."""
        both = together(message)
        if both:
            return await self._both(message, both)
        parts = clauses(message)
        decisions = [await self._search(one, trimmed(one.text), subject(one.unasked)) for one in parts]
        found = dict(zip(decisions, parts, strict=True))
        if len(found) < 2 or not all(isinstance(one, TheItem | TheAnswer) for one in found):
            return None
        events: list[Event] = []
        for decision, part in found.items():
            if isinstance(decision, TheItem):
                events += await self._teller.guide(decision.code, part.aspects, more=False)
            elif isinstance(decision, TheAnswer):
                events += await self._teller.answer(decision.hit)
        return events

    async def _both(self, message: Said, parts: Sequence[Said]) -> list[Event] | None:
        """Answers "护照和港澳一起办" with both; what is not clear is asked in one list. None where one is not found."""
        whole, *found = [await self._search(one, trimmed(one.text), subject(one.unasked)) for one in (message, *parts)]
        items = [one for one in found if isinstance(one, TheItem)]
        asked = [hit for one in found if isinstance(one, Which) for hit in one.items]
        several = len({one.code for one in items} | {one.task_code for one in asked}) > 1
        if isinstance(whole, TheAnswer) or not several or not all(_is_item(one) for one in found):
            return None
        events: list[Event] = []
        for one in items:
            events += await self._teller.guide(one.code, message.aspects, more=False)
        return [*events, *(self._teller.which(asked, [], message.aspects) if asked else ())]

    def _which_first(self, choices: Sequence[Option]) -> list[Event]:
        """The same list once more: asked for by the district where that is all that is not known."""
        same = same_item(choices)
        if same is None:
            return self._teller.offer("utter_which_item_first", list(choices))
        return self._teller.offer("utter_which_district", list(choices), item=same[0], area=same[1])

    def _unclear(self, choices: Sequence[Option]) -> list[Event]:
        """Nothing of the list was chosen: it is said how to."""
        if same_item(choices):
            return self._which_first(choices)
        buttons = [one.button() for one in choices]
        self._say.utter_message(response="utter_option_unclear", count=str(len(choices)), buttons=buttons)
        return []

    async def _any_of(self, choices: Sequence[Option]) -> list[Event]:
        """ "都行", "不知道": of one item in several districts the first is told, with a word on the others."""
        same = same_item(choices)
        if same is None:
            return self._unclear(choices)
        self._say.utter_message(response="utter_first_district", area=same[1])
        return await self.option(choices[0])

    async def _without_subject(self, message: Said, hand: ItemInHand | None) -> list[Event]:
        """Nothing was named: it goes for the options on the table or the item in hand, else the item is asked for."""
        aspects = (COLLECT,) if collects(message.text) else message.aspects
        choices = on_table(self._tracker, ITEM_KIND, FAQ_KIND)
        if aspects and choices and not self._quiet:
            # Asked on before the item was chosen: the same list again, and both questions wait for it.
            return [*self._which_first(choices), *_wait_for(self._tracker, *aspects)]
        if choices and not self._quiet and message.text:
            return self._unclear(choices)
        if hand is not None and GETS.intersection(aspects):
            answer = await got_of_item(self._backends, message, hand)
            if answer is not None:
                return await self._teller.answer(answer)
        if hand is not None and (aspects or (message.text and message.meant == "find_item")):
            return await self._teller.guide(hand.code, aspects)
        told = answer_in_hand(self._tracker, self._clock.now())
        if told and aspects:
            return await self._teller.more(told, message)
        response = NO_ITEM.get(aspects[0], ASK_ITEM) if aspects else ASK_ITEM
        self._say.utter_message(response=response, hotline=self._settings.hotline)
        return [SlotSet("asked_aspects", list(aspects) or None)]

    async def _search(self, message: Said, words: str, named: str) -> Decision:
        return await search(self._backends, message, words, named, item_in_hand(self._tracker, self._clock.now()))

    async def _tell(self, decision: Decision, message: Said, aspects: Sequence[str]) -> list[Event]:
        match decision:
            case TheItem(code=code):
                return await self._teller.guide(code, aspects)
            case TheAnswer(hit=hit):
                return await self._teller.answer(hit)
            case Which(items=items, questions=questions):
                return self._teller.which(items, questions, aspects, questions_first=message.intent == "ask_faq")
            case Unknown(best=best):
                return await self._teller.unknown(message, best)


def _wait_for(tracker: Any, *aspects: str) -> list[Event]:
    """These are asked too, once it is known of which item."""
    return [SlotSet("asked_aspects", list(dict.fromkeys((*aspects_waiting(tracker), *aspects))))]


def _is_item(decision: Decision) -> bool:
    """Whether an item was found, or several of which one is meant."""
    return isinstance(decision, TheItem) or (isinstance(decision, Which) and bool(decision.items))
