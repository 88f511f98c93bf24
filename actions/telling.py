"""How is what was found told? An item's facts, the staff's answer, options to choose from, or that it is not known."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import FaqHit, ItemHit, Recorded
from actions.checklists import offer
from actions.deciding import Decision, TheItem
from actions.detail import sentences_on, tell_detail, tell_no_detail
from actions.errors import BackendError, Missing
from actions.facts import ASPECT_KIND, spelt_out, tell_facts, tell_overview
from actions.going_on import passage
from actions.memory import (
    AnswerInHand,
    Event,
    ItemInHand,
    item_in_hand,
    on_table,
    shown,
    take_answer,
    take_in_hand,
)
from actions.options import Option
from actions.parts import Parts
from actions.policies import tell_answer, tell_passage
from actions.promises import offer_to_tell
from actions.said import TITLES, Said
from actions.subject import subject
from actions.wording import titled

#: So many signs name something.
NAMES = 2
FAQ_KIND, ITEM_KIND = "faq", "item"


class Teller:
    """Tells what was found and keeps in mind what is spoken of; `quiet` shows no numbered options."""

    def __init__(self, parts: Parts, dispatcher: CollectingDispatcher, tracker: Any, *, quiet: bool) -> None:
        self._backends, self._clock, self._settings = parts.backends, parts.clock, parts.settings
        self._say, self._tracker, self._quiet = dispatcher, tracker, quiet

    async def guide(self, code: str, aspects: Sequence[str], *, more: bool = True) -> list[Event]:
        """Tells the asked facts of an item, or the item in short. `more`: names what else can be asked."""
        try:
            guide = await self._backends.guide(code)
        except Missing:
            self._say.utter_message(response="utter_item_gone", hotline=self._settings.hotline)
            return [SlotSet("item_code", None), SlotSet("asked_aspects", None)]
        events = [*take_in_hand(guide.task_code, guide.task_name, self._clock.now()), SlotSet("asked_aspects", None)]
        aspects = spelt_out(guide, aspects)
        if not aspects:
            further = tell_overview(self._say, guide)
            asks = further and more and not self._quiet
            return events + (self.offer("utter_overview_more", further) if asks else [])
        if not self._quiet and on_table(self._tracker, ITEM_KIND, FAQ_KIND):
            events += shown([])
        tell_facts(self._say, guide, aspects, hotline=self._settings.hotline, more=more)
        if "materials" in aspects and guide.situations and not self._quiet:
            events += offer(self._say, guide.situations, numbered=not on_table(self._tracker, ASPECT_KIND))
        return events

    async def detail(
        self, thing: str, message: Said, hand: ItemInHand | None, told: AnswerInHand | None
    ) -> list[Event] | None:
        """ "要体检不": what the answer just told, else the guide in hand says of it; None where neither is asked."""
        if told:
            with contextlib.suppress(Missing):  # withdrawn meanwhile
                hit = await self._backends.answer(told.entry)
                part = sentences_on(hit.answer, thing)
                if part:
                    tell_passage(self._say, hit, part)
                    return []
        try:
            guide = await self._backends.guide(hand.code) if hand else None
        except Missing:
            return None
        if guide is None:
            return None
        if not tell_detail(self._say, guide, thing):
            if message.aspects and message.meant == message.intent:
                # Surely about the materials: the whole list says more than that this one word is not in it.
                return None
            tell_no_detail(self._say, guide, thing, hotline=self._settings.hotline)
        return take_in_hand(guide.task_code, guide.task_name, self._clock.now())

    async def answer(self, hit: FaqHit) -> list[Event]:
        """Tells one of the staff's answers; the item that it belongs to is in hand then."""
        tell_answer(self._say, hit)
        if self._quiet:
            # Said in between: what the form is about stays what is spoken of.
            return [SlotSet("asked_aspects", None)]
        item = await self._related(hit.task_code) if hit.task_code else None
        if item:
            self._say.utter_message(response="utter_faq_item", item=item.name)
        taken = take_answer(hit.id, hit.question, item, self._clock.now())
        return [SlotSet("asked_aspects", None), *shown([]), *taken]

    async def more(self, told: AnswerInHand, message: Said, otherwise: Decision | None = None) -> list[Event]:
        """Goes on about the answer just told: tells the part of it that is asked for, or that there is none."""
        try:
            hit = await self._backends.answer(told.entry)
        except Missing:  # withdrawn meanwhile
            return await self.unknown(message, None)
        part = passage(hit.answer, message.text)
        if part:
            tell_passage(self._say, hit, part)
            return []
        if isinstance(otherwise, TheItem):
            return await self.guide(otherwise.code, message.aspects)
        hand = item_in_hand(self._tracker, self._clock.now())
        if hand and message.aspects:
            # The answer belongs to an item, whose guide tells it, or whom to ask: nothing is left for the staff.
            return await self.guide(hand.code, message.aspects)
        if message.aspects and len(subject(message.unasked)) < NAMES:
            # "要多少钱" after an answer that is about no item: it takes the item's name, not the staff.
            told_of = {"question": hit.question, "department": hit.department}
            title = "、".join(TITLES[one] for one in message.aspects)
            self._say.utter_message(
                response="utter_faq_no_aspect", aspect=title, hotline=self._settings.hotline, **told_of
            )
            return [SlotSet("asked_aspects", list(message.aspects))]
        return await self.unknown(message, hit, about=hit)

    async def unknown(self, message: Said, best: FaqHit | None, *, about: FaqHit | None = None) -> list[Event]:
        """Says that it is not known, and puts it on the staff's list. `about`: the answer that it goes on about."""
        question = f"{about.question} {message.text}" if about else message.text
        recorded = Recorded()
        with contextlib.suppress(BackendError):  # the citizen's answer does not wait for the staff's list
            recorded = await self._backends.record_unanswered(question, best)
        hotline = self._settings.hotline
        if about:
            told = {"question": about.question, "department": about.department}
            self._say.utter_message(response="utter_faq_no_more", hotline=hotline, **told)
        else:
            self._say.utter_message(response="utter_unknown", hotline=hotline)
        return offer_to_tell(self._say, question, quiet=self._quiet) if recorded.may_wait else []

    def which(
        self,
        items: Sequence[ItemHit],
        questions: Sequence[FaqHit],
        aspects: Sequence[str],
        *,
        questions_first: bool = False,
    ) -> list[Event]:
        """Asks which of these is meant; `aspects` wait for the choice."""
        about = [Option(kind=ITEM_KIND, value=one.task_code, title=title) for one, title in titled(items)]
        asked = [Option(kind=FAQ_KIND, value=one.id, title=one.question) for one in questions]
        options = [*asked, *about] if questions_first else [*about, *asked]
        response = "utter_which_item" if items else "utter_which_question"
        return [*self.offer(response, options), SlotSet("asked_aspects", list(aspects) or None)]

    def offer(self, response: str, options: list[Option], **values: str) -> list[Event]:
        """Shows options with numbers; inside a form only their names, because the form counts its own."""
        if self._quiet:
            names = "、".join(f"“{one.title}”" for one in options)
            self._say.utter_message(response="utter_which_by_name", names=names)
            return []
        self._say.utter_message(response=response, buttons=[one.button() for one in options], **values)
        return shown(options)

    async def _related(self, code: str) -> ItemInHand | None:
        """The item that an answer belongs to is in hand from now on: 多少钱 may follow."""
        try:
            item = await self._backends.item(code)
        except BackendError:  # the answer stands without it
            return None
        return ItemInHand(code=item.task_code, name=item.task_name)
