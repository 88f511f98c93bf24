"""How is a question answered? Find out what it is about, then tell the asked fact first, with where it comes from."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import FaqHit, FaqSearch, Guide, ItemHit, ItemSearch, Recorded
from actions.checklists import offer
from actions.deciding import Decision, TheAnswer, TheItem, Unknown, Which, decide, manner_of
from actions.errors import BackendDown, BackendError, Missing
from actions.going_on import goes_on, is_new, passage
from actions.memory import (
    AnswerInHand,
    Event,
    ItemInHand,
    answer_in_hand,
    aspects_waiting,
    item_in_hand,
    on_table,
    shown,
    take_answer,
    take_in_hand,
)
from actions.options import Option, picked
from actions.parts import Parts
from actions.promises import no_longer_offered, offer_to_tell
from actions.said import ASPECTS, TITLES, Said
from actions.subject import subject, trimmed
from actions.wording import titled

#: Facts short enough to stand in the first reply about an item.
OVERVIEW = ("time_limit", "fee", "place")
OVERVIEW_SIGNS = 60
#: Nothing but a district.
_AREA = re.compile(r"^[\u4e00-\u9fff]{2,4}[区县市]$")
#: How many further things to ask are named after an answer.
OTHERS = 4
OFFERED = ("materials", "time_limit", "fee", "place", "flow")
#: Asked without an item: the item is asked for, but who wants a telephone number gets one at once.
ASK_ITEM = "utter_ask_which_item"
NO_ITEM = {"phone": "utter_general_phone", "complaint_phone": "utter_general_complaint"}
FAQ_KIND, ITEM_KIND, ASPECT_KIND = "faq", "item", "aspect"


class Answers:
    """Answers questions about items and policies; `quiet` shows no numbered options, because a form has its own."""

    def __init__(self, parts: Parts, dispatcher: CollectingDispatcher, tracker: Any, *, quiet: bool = False) -> None:
        self._backends, self._clock, self._settings = parts.backends, parts.clock, parts.settings
        self._say = dispatcher
        self._tracker = tracker
        self._quiet = quiet

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
            return await self._faq(await self._backends.answer(option.value))
        if option.kind == ASPECT_KIND:
            hand = item_in_hand(self._tracker, self._clock.now())
            if hand is None:
                self._say.utter_message(response=ASK_ITEM)
                return [SlotSet("asked_aspects", [option.value])]
            return await self._guide(hand.code, [option.value])
        return await self._guide(option.value, aspects_waiting(self._tracker))

    async def _question(self, message: Said, unknown: str | None) -> list[Event]:
        aspects, named = message.aspects, subject(message.unasked)
        hand = item_in_hand(self._tracker, self._clock.now())
        if not named or not message.text:
            return await self._without_subject(message, hand)
        words = trimmed(message.text)
        if _AREA.match(named):
            # "江北区的呢": the same item, elsewhere.
            if hand is None:
                self._say.utter_message(response=ASK_ITEM)
                return []
            words = f"{named}{hand.name}"
        decision = await self._search(message, words, named)
        told = answer_in_hand(self._tracker, self._clock.now())
        if told and goes_on(message.text, named) and not is_new(decision, told, hand.code if hand else None):
            return await self._more(told, message, decision)
        if unknown and isinstance(decision, Unknown):
            self._say.utter_message(response=unknown)
            return []
        # "居住证" after "要带什么？" names what the earlier question was about.
        waiting = aspects or aspects_waiting(self._tracker)
        return await self._tell(decision, message, waiting)

    async def _without_subject(self, message: Said, hand: ItemInHand | None) -> list[Event]:
        """Nothing was named: it goes for the options on the table or the item in hand, else the item is asked for."""
        aspects = message.aspects
        choices = on_table(self._tracker, ITEM_KIND, FAQ_KIND)
        if aspects and choices and not self._quiet:
            # Asked on before the item was chosen: the same list again, and both questions wait for it.
            asked = tuple(dict.fromkeys((*aspects_waiting(self._tracker), *aspects)))
            return [*self._offer("utter_which_item", choices), SlotSet("asked_aspects", list(asked))]
        if choices and not self._quiet and message.text:
            self._say.utter_message(response="utter_option_unclear", count=str(len(choices)))
            return []
        if hand is not None and (aspects or (message.text and message.meant == "find_item")):
            return await self._guide(hand.code, aspects)
        told = answer_in_hand(self._tracker, self._clock.now())
        if told and aspects:
            return await self._more(told, message)
        response = NO_ITEM.get(aspects[0], ASK_ITEM) if aspects else ASK_ITEM
        self._say.utter_message(response=response, hotline=self._settings.hotline)
        return [SlotSet("asked_aspects", list(aspects) or None)]

    async def _search(self, message: Said, words: str, named: str) -> Decision:
        """Asks the catalogue and the staff's answers at once; where one is down, the other may still know."""
        found = await asyncio.gather(
            self._backends.find_items(words),
            self._backends.find_answers(message.text),
            return_exceptions=True,
        )
        down = [one for one in found if isinstance(one, BackendDown)]
        for one in found:
            if isinstance(one, BaseException) and not isinstance(one, BackendDown):
                raise one
        items, answers = found
        decision = decide(
            items if isinstance(items, ItemSearch) else ItemSearch(verdict="none", hits=[]),
            answers if isinstance(answers, FaqSearch) else FaqSearch(verdict="none", hits=[]),
            manner=manner_of(message),
            subject=named,
            hand=item_in_hand(self._tracker, self._clock.now()),
        )
        # "There is nothing" would be untrue while one of the two could not be asked.
        if down and isinstance(decision, Unknown | Which):
            raise down[0]
        return decision

    async def _tell(self, decision: Decision, message: Said, aspects: Sequence[str]) -> list[Event]:
        match decision:
            case TheItem(code=code):
                return await self._guide(code, aspects)
            case TheAnswer(hit=hit):
                return await self._faq(hit)
            case Which(items=items, questions=questions):
                return self._which(items, questions, aspects)
            case Unknown(best=best):
                return await self._unknown(message, best)

    def _which(self, items: Sequence[ItemHit], questions: Sequence[FaqHit], aspects: Sequence[str]) -> list[Event]:
        options = [Option(kind=ITEM_KIND, value=one.task_code, title=title) for one, title in titled(items)]
        options += [Option(kind=FAQ_KIND, value=one.id, title=one.question) for one in questions]
        response = "utter_which_item" if items else "utter_which_question"
        return [*self._offer(response, options), SlotSet("asked_aspects", list(aspects) or None)]

    def _offer(self, response: str, options: list[Option]) -> list[Event]:
        """Shows options with numbers; inside a form only their names, because the form counts its own."""
        if self._quiet:
            names = "、".join(f"“{one.title}”" for one in options)
            self._say.utter_message(response="utter_which_by_name", names=names)
            return []
        self._say.utter_message(response=response, buttons=[one.button() for one in options])
        return shown(options)

    async def _unknown(self, message: Said, best: FaqHit | None, *, about: FaqHit | None = None) -> list[Event]:
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

    async def _faq(self, hit: FaqHit) -> list[Event]:
        until = f"{hit.valid_until:%Y年%m月%d日}" if hit.valid_until else ""
        response = "utter_faq" if hit.source else "utter_faq_unsourced"
        self._say.utter_message(
            response=response,
            answer=hit.answer,
            department=hit.department,
            source=hit.source,
            told=_told(hit),
        )
        if until:
            self._say.utter_message(response="utter_faq_until", until=until)
        if self._quiet:
            # Said in between: what the form is about stays what is spoken of.
            return [SlotSet("asked_aspects", None)]
        item = await self._related(hit.task_code) if hit.task_code else None
        if item:
            self._say.utter_message(response="utter_faq_item", item=item.name)
        taken = take_answer(hit.id, hit.question, item, self._clock.now())
        return [SlotSet("asked_aspects", None), *shown([]), *taken]

    async def _related(self, code: str) -> ItemInHand | None:
        """The item that an answer belongs to is in hand from now on: 多少钱 may follow."""
        try:
            item = await self._backends.item(code)
        except BackendError:  # the answer stands without it
            return None
        return ItemInHand(code=item.task_code, name=item.task_name)

    async def _more(self, told: AnswerInHand, message: Said, otherwise: Decision | None = None) -> list[Event]:
        """Goes on about the answer just told: tells the part of it that is asked for, or that there is none."""
        try:
            hit = await self._backends.answer(told.entry)
        except Missing:  # withdrawn meanwhile
            return await self._unknown(message, None)
        part = passage(hit.answer, message.text)
        if part:
            self._say.utter_message(
                response="utter_faq_more" if hit.source else "utter_faq_more_unsourced",
                passage=part,
                question=hit.question,
                department=hit.department,
                source=hit.source,
                told=_told(hit),
            )
            return []
        if isinstance(otherwise, TheItem):
            return await self._guide(otherwise.code, message.aspects)
        return await self._unknown(message, hit, about=hit)

    async def _guide(self, code: str, aspects: Sequence[str]) -> list[Event]:
        try:
            guide = await self._backends.guide(code)
        except Missing:
            self._say.utter_message(response="utter_item_gone", hotline=self._settings.hotline)
            return [SlotSet("item_code", None), SlotSet("asked_aspects", None)]
        events = [*take_in_hand(guide.task_code, guide.task_name, self._clock.now()), SlotSet("asked_aspects", None)]
        if not aspects:
            return events + self._overview(guide)
        if not self._quiet and on_table(self._tracker, ITEM_KIND, FAQ_KIND):
            events += shown([])
        for aspect in aspects:
            self._fact(guide, aspect)
        others = [_title(guide, one) for one in ASPECTS if one not in aspects and guide.told(one)][:OTHERS]
        response = "utter_guide_source" if others else "utter_guide_source_only"
        self._say.utter_message(response=response, source=_source(guide), others="、".join(others))
        if "materials" in aspects and guide.situations and not self._quiet:
            events += offer(self._say, guide.situations, numbered=not on_table(self._tracker, ASPECT_KIND))
        return events

    def _fact(self, guide: Guide, aspect: str) -> None:
        text, title = guide.told(aspect), _title(guide, aspect)
        if text:
            self._say.utter_message(
                response="utter_fact", item=guide.task_name, title=title, fact=f"\n{text}" if "\n" in text else text
            )
            return
        phone = guide.told("phone") or self._settings.hotline
        self._say.utter_message(response="utter_fact_missing", item=guide.task_name, title=title, phone=phone)

    def _overview(self, guide: Guide) -> list[Event]:
        """The item's name, its short facts, and what else can be asked."""
        facts = [(_title(guide, one), guide.told(one)) for one in OVERVIEW]
        short = [f"{title}：{text}" for title, text in facts if text and len(text) <= OVERVIEW_SIGNS]
        asked = [Option(kind=ASPECT_KIND, value=one, title=_title(guide, one)) for one in OFFERED if guide.told(one)]
        self._say.utter_message(
            response="utter_overview" if short else "utter_overview_bare",
            item=guide.task_name,
            source=_source(guide),
            facts="\n".join(short),
        )
        return self._offer("utter_overview_more", asked) if asked and not self._quiet else []


def _told(hit: FaqHit) -> dict[str, str | None]:
    """Goes along with the utterance, for who keeps book of what citizens were told (bot/rasa/channel.py)."""
    return {"entry": hit.id, "written_at": hit.written_at}


def _title(guide: Guide, aspect: str) -> str:
    section = guide.section(aspect)
    return section.title if section and section.title else TITLES[aspect]


def _source(guide: Guide) -> str:
    return guide.dept_name or guide.source or ""
