"""How does a form go on after a message? Take what was said, answer what went wrong, ask for what is missing.

A form asks for its slots in order, but every message may fill several of them, correct one, ask something else
(Rasa then lets the rules answer, and the form asks again) or end it. The sentences are in domain.yml.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecutionRejected, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BackedAction, log
from actions.dates import When
from actions.errors import BackendDown
from actions.memory import Event, on_table, shown
from actions.options import Option, is_place, picked
from actions.parts import Parts
from actions.said import Said, said

REQUESTED = "requested_slot"
#: Intents that are an answer inside a form, whatever else they may be outside of one.
ANSWERS = frozenset(
    {"inform", "choose_option", "affirm", "deny", "stop", "nlu_fallback", "share_location", "change_topic", "thanks"}
)
#: Said beside the matter: words for time in it are no answer to a form.
BESIDE = frozenset({"out_of_scope", "bot_challenge", "complain_answer", "human", "greet"})
#: Above this an intent that is none of those is believed.
BELIEVED = 0.5
_STOP = re.compile(
    r"^(?:那|我|先|就|还是)*(?:算了|不办了?|不约了?|不弄了?|不查了?|不填了?|不改了?|不取消了?|不预约了?|不想\S{0,3}了|退出|取消预约|取消|停止?|结束|放弃|返回|打住|不用了|别问了)(?:吧|啊|了|。|！|!|，.*)?$"
)
_CANCEL = re.compile(r"^(?:我要|确认|确定|对|是的?|好的?)?[,，]?取消(?:预约)?(?:吧|了)?$")
_INSTEAD = re.compile(r"改成|改到|改为|改在|换成|换到|推迟到|延到|延后到|提前到|挪到|调到|而是|应该是|不是.{1,12}?是")
_QUESTION = re.compile(r"[?？]|吗|呢$|怎么|多少|为什么|啥|什么|哪|能不能|可不可以|要不要")


@dataclass(kw_only=True, slots=True)
class Turn:
    """One message to a form: what was said, what is known, what has been answered so far."""

    parts: Parts
    say: CollectingDispatcher
    tracker: Tracker
    message: Said
    when: When
    now: datetime
    #: The form's slots; steps write here.
    values: dict[str, Any]
    #: Slot that was asked for; None at the start of the form.
    requested: str | None
    #: What the numbers that the citizen may use stand for.
    options: list[Option]
    #: Slots that this message changed.
    taken: set[str] = field(default_factory=set)
    #: Something was already said about what was wrong with this message.
    answered: bool = False
    #: What was asked for stays so, without asking again.
    hold: bool = False
    #: The form is over.
    over: bool = False
    extra: list[Event] = field(default_factory=list)

    def tell(self, response: str, **values: Any) -> None:
        """Says something of domain.yml that answers the message."""
        self.say.utter_message(response=response, **values)
        self.answered = True

    def ask(self, response: str, options: Sequence[Option] = (), **values: Any) -> None:
        """Asks for a slot, with numbered options where there are some."""
        self.say.utter_message(response=response, buttons=[one.button() for one in options] or None, **values)
        self.options = list(options)

    def asked_for(self, slot: str) -> bool:
        return self.requested == slot

    def picked(self, kind: str) -> Option | None:
        """The option of that kind that the message means, if such options are on the table."""
        options = [one for one in self.options if one.kind == kind]
        return picked(self.message.text, options) if options and len(options) == len(self.options) else None

    def take(self, slot: str, value: Any) -> None:
        """The message gave this slot its value."""
        self.values[slot] = value
        self.taken.add(slot)

    def drop(self, *slots: str) -> None:
        """What was known is no longer so and must be asked again."""
        for slot in slots:
            self.values[slot] = None

    def end(self) -> None:
        """The form is over; nothing of it is kept."""
        self.over = True


class Step(Protocol):
    """One slot of a form."""

    slot: str

    async def read(self, turn: Turn) -> None:
        """Takes the slot's value out of the message, or tells what is wrong with it, or does nothing."""
        ...

    async def ask(self, turn: Turn) -> None:
        """Asks for it."""
        ...


class FormAction(BackedAction):
    """Validates a form: Rasa calls it after each message while the form is active, and once more when it returns."""

    @property
    @abstractmethod
    def form(self) -> str:
        """The form's name in domain.yml."""

    @property
    @abstractmethod
    def slots(self) -> Sequence[str]:
        """Every slot that the form keeps, asked for or not; all are emptied at its end."""

    @property
    def own_intents(self) -> frozenset[str]:
        """Intents that start this form; inside it they are no change of topic."""
        return frozenset()

    @property
    def cancels(self) -> bool:
        """Whether "取消" is what this form is for, and no way out of it."""
        return False

    def resume(self, turn: Turn) -> None:
        """Tells what is still known from a form that was left for something else."""

    def reconsider(self, turn: Turn) -> None:
        """Empties what the citizen wants to say anew, before the message is read; it is not, where this answers it."""

    @abstractmethod
    def steps(self, turn: Turn) -> Sequence[Step]:
        """What is asked for, in order."""

    def name(self) -> str:
        return f"validate_{self.form}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        turn = self._turn(dispatcher, tracker)
        starting = turn.requested is None
        try:
            if starting or _new_message(tracker, self.form):
                if not starting and stops(turn, cancels=self.cancels):
                    turn.tell("utter_stopped")
                    turn.end()
                else:
                    if starting:
                        self.resume(turn)
                    await self._read(turn)
                if not (turn.over or turn.taken or turn.answered or starting):
                    if self._for_others(turn):
                        return [ActionExecutionRejected(self.form), SlotSet("options", tracker.get_slot("options"))]
                    if turn.message.intent not in {"affirm", "thanks"} and turn.message.intent not in self.own_intents:
                        turn.tell("utter_not_understood")
            if not (turn.over or turn.hold):
                await self._ask(turn)
        except BackendDown as error:
            log.warning("form.without_backend", form=self.form, error=str(error))
            return self._postponed(turn, starting=starting)
        return self._events(turn)

    async def _read(self, turn: Turn) -> None:
        if turn.requested is not None:
            self.reconsider(turn)
            if turn.answered:
                return
        for step in self.steps(turn):
            await step.read(turn)
            if turn.over:
                return

    async def _ask(self, turn: Turn) -> None:
        """Asks for the first slot that is missing; at the end there is none."""
        for step in self.steps(turn):
            if turn.values.get(step.slot) is None and not turn.over:
                turn.requested = step.slot
                await step.ask(turn)
                if turn.values.get(step.slot) is None:
                    return
        turn.end()

    def _turn(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Turn:
        requested = tracker.get_slot(REQUESTED)
        message, now, options = said(tracker), self.parts.clock.now(), on_table(tracker)
        # "2" and "3号" after a list of halls are places in it, not days of the month.
        # "今天天气怎么样" wishes for no day.
        beside = message.intent in BESIDE and message.confidence >= BELIEVED
        counted = beside or (is_place(message.text) and bool(options) and options[0].kind != "day")
        return Turn(
            parts=self.parts,
            say=dispatcher,
            tracker=tracker,
            message=message,
            when=When() if counted else self.parts.dates.read(newest(message.text), now),
            now=now,
            values={slot: tracker.get_slot(slot) for slot in self.slots},
            requested=requested if requested in self.slots else None,
            options=options,
        )

    def _for_others(self, turn: Turn) -> bool:
        """Whether the message is no answer to the form but something that the rules answer."""
        message = turn.message
        if message.intent in self.own_intents or is_place(message.text):
            return False
        if message.intent in ANSWERS:
            return message.intent in {"nlu_fallback", "inform"} and bool(_QUESTION.search(message.text))
        return message.confidence >= BELIEVED or bool(_QUESTION.search(message.text))

    def _events(self, turn: Turn) -> list[Event]:
        if turn.over:
            cleared = [SlotSet(slot, None) for slot in (*self.slots, "options")]
            return [*cleared, *turn.extra, SlotSet(REQUESTED, None)]
        kept = [SlotSet(slot, value) for slot, value in turn.values.items()]
        return [*kept, *shown(turn.options), *turn.extra, SlotSet(REQUESTED, turn.requested)]

    def _postponed(self, turn: Turn, *, starting: bool) -> list[Event]:
        """A backend cannot be used: what was said is kept; a form that has hardly begun ends."""
        hotline = self.parts.settings.hotline
        if starting:
            turn.tell("utter_backend_down", hotline=hotline)
            turn.end()
        else:
            turn.tell("utter_backend_down_in_form", hotline=hotline)
        return self._events(turn)


def newest(text: str) -> str:
    """What replaces the rest: of "不是周三，是周五" or "把周三的改成周五" the end."""
    found = list(_INSTEAD.finditer(text))
    tail = text[found[-1].end() :] if found else ""
    return tail if tail.strip() else text


def before_change(text: str) -> str:
    """What comes before that: of "把周三的改成周五" the beginning, of "周三的" all."""
    found = _INSTEAD.search(text)
    return text[: found.start()] if found else text


def stops(turn: Turn, *, cancels: bool) -> bool:
    """Whether the citizen wants to leave the form; `cancels`: the form itself is there to cancel something."""
    message = turn.message
    if cancels and _CANCEL.match(message.text):
        return False
    if _STOP.match(message.text):
        return True
    leaving = {"stop"} if cancels else {"stop", "cancel_appointment"}
    if turn.when.anything:
        # "算了，下午吧" changes the time and leaves nothing.
        return False
    return message.intent in leaving and message.confidence >= BELIEVED and len(message.text) < 15


def _new_message(tracker: Tracker, form: str) -> bool:
    """False when the form only comes back after something else was answered: that message is not for it."""
    for event in reversed(tracker.events):
        if event.get("event") == "action" and event.get("name") != form:
            return bool(event.get("name") == "action_listen")
    return True
