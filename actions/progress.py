"""How far is a case, and who is told when it moves? Case number and query code in one turn or two; a yes subscribes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from math import ceil

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import Case
from actions.answers import Step as StepOfCase
from actions.base import BackedAction
from actions.checklists import CHECKLIST
from actions.districts import any_district
from actions.errors import BackendDown, Missing, Refusal, TooMany
from actions.forms import FormAction, Step, Turn
from actions.memory import Event, on_table, shown, take_in_hand
from actions.options import Option
from actions.promises import PROMISE, promise
from actions.said import Said, said
from actions.steps.agreement import says_yes
from actions.subject import subject
from actions.subscriptions import also
from actions.telling import FAQ_KIND, ITEM_KIND

SUBSCRIBE = "subscribe"
_NUMBERLIKE = re.compile(r"(?:YJ|yj)\s*\d+|\d{7,}")
_WHERE = re.compile(r"没有|不知道|忘|丢|在哪|哪里|哪儿|找不到|是什么|什么是|怎么")
_LOOKS_LIKE_CODE = re.compile(r"(?<!\d)\d{3,8}[Xx]?(?!\d)")
SHOWN_STEPS = 5
#: A yes that the classifier is less sure of must have the words of one.
SURE = 0.6
OFFER, YES, NO = "offer", "yes", "no"
OFFERED = (Option(kind=OFFER, value=YES, title="要，有进展通知我"), Option(kind=OFFER, value=NO, title="不用了"))


class CaseNumberStep:
    """The number on the receipt."""

    slot = "case_number"

    async def read(self, turn: Turn) -> None:
        number = turn.message.value("case_number")
        if number:
            turn.take(self.slot, number.upper())
        elif turn.asked_for(self.slot) and _NUMBERLIKE.search(turn.message.text):
            turn.tell("utter_case_number_shape")
        elif turn.asked_for(self.slot) and _WHERE.search(turn.message.text):
            turn.tell("utter_where_case_number")

    async def ask(self, turn: Turn) -> None:
        turn.ask("utter_request_case_number")


class QueryCodeStep:
    """The code that shows that one may know; with it the case is looked up."""

    slot = "query_code"

    async def read(self, turn: Turn) -> None:
        code = turn.message.value("query_code")
        number = turn.values["case_number"]
        if code:
            turn.take(self.slot, code.upper())
        elif turn.asked_for(self.slot) and not turn.taken and _LOOKS_LIKE_CODE.search(turn.message.text):
            turn.tell("utter_query_code_shape")
        elif turn.asked_for(self.slot) and not turn.taken and _WHERE.search(turn.message.text):
            turn.tell("utter_where_query_code")
        if number and turn.values[self.slot]:
            await self._look_up(turn, number, turn.values[self.slot])

    async def ask(self, turn: Turn) -> None:
        turn.ask("utter_request_query_code", number=turn.values["case_number"])

    async def _look_up(self, turn: Turn, number: str, code: str) -> None:
        try:
            case = await turn.parts.backends.case(number, code, turn.message.citizen_id)
        except TooMany as refusal:
            turn.tell("utter_too_many_tries", wait=waiting_time(refusal.retry_after))
            turn.end()
        except Refusal:
            # Number and code are not told apart on purpose; the code is asked for again, the number may come along.
            turn.tell("utter_case_not_found", number=number)
            turn.drop(self.slot)
        except BackendDown:
            # The code is sent once more; until then the citizen may speak of something else.
            turn.drop(self.slot)
            raise
        else:
            show(turn.say, case, turn.now.date())
            turn.answered = True
            turn.ask("utter_offer_subscription", OFFERED)
            offer = {"kind": SUBSCRIBE, "case_number": number, "query_code": code, "promise": _promised(case)}
            turn.extra += [SlotSet("offer", offer), *shown(OFFERED)]
            if case.task_code:
                # "怎么领" may follow: it means what this case is about.
                turn.extra += take_in_hand(case.task_code, case.task_name, turn.now)
            turn.end()


class ValidateProgressForm(FormAction):
    """The form that asks how far a case is."""

    @property
    def form(self) -> str:
        return "progress_form"

    @property
    def slots(self) -> Sequence[str]:
        return ("case_number", "query_code")

    @property
    def own_intents(self) -> frozenset[str]:
        return frozenset({"query_progress"})

    def steps(self, turn: Turn) -> Sequence[Step]:
        return (CaseNumberStep(), QueryCodeStep())


class AcceptOffer(BackedAction):
    """A plain yes: to what was offered, if anything was."""

    def name(self) -> str:
        return "action_accept_offer"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        offer = tracker.get_slot("offer") or {}
        message = said(tracker)
        one_more = await also(self.parts, dispatcher, tracker, message)
        if one_more is not None:
            return one_more
        if message.text and message.confidence < SURE and not says_yes(message.text):
            # What is made up of signs never seen looks like a yes.
            return [FollowupAction("action_answer")]
        choices = on_table(tracker, ITEM_KIND, FAQ_KIND)
        if any_district(message.text, choices):
            return [FollowupAction("action_answer")]
        if offer.get("kind") == CHECKLIST:
            return [SlotSet("offer", None), FollowupAction("checklist_form")]
        if offer.get("kind") in {PROMISE, SUBSCRIBE}:
            return await (promise if offer["kind"] == PROMISE else subscribe)(self, dispatcher, tracker)
        response = "utter_option_unclear" if choices else "utter_nothing_to_agree"
        dispatcher.utter_message(response=response, count=str(len(choices)))
        return []


class DeclineOffer(BackedAction):
    """A plain no."""

    def name(self) -> str:
        return "action_decline_offer"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        message = said(tracker)
        one_less = await also(self.parts, dispatcher, tracker, message)
        if one_less is not None:
            return one_less
        if any_district(message.text, on_table(tracker, ITEM_KIND)):
            return [FollowupAction("action_answer")]
        dispatcher.utter_message(response="utter_declined")
        return [SlotSet("offer", None), SlotSet("options", None), SlotSet("asked_aspects", None)]


class SubscribeCase(BackedAction):
    """Wants to be told when the case moves that was just looked up; else it is looked up first.

    "有消息了告诉我" after a question that nobody could answer means its answer.
    """

    def name(self) -> str:
        return "action_subscribe_case"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        offer = tracker.get_slot("offer") or {}
        if offer.get("kind") == SUBSCRIBE:
            return await subscribe(self, dispatcher, tracker)
        if offer.get("kind") == PROMISE:
            return await promise(self, dispatcher, tracker)
        dispatcher.utter_message(response="utter_subscribe_which")
        return [FollowupAction("progress_form")]


class AwaitAnswer(BackedAction):
    """Wants to be told the answer to what nobody could answer; after a case was looked up, that it moves."""

    def name(self) -> str:
        return "action_await_answer"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        offer = tracker.get_slot("offer") or {}
        if offer.get("kind") == SUBSCRIBE:
            return await subscribe(self, dispatcher, tracker)
        return await promise(self, dispatcher, tracker)


async def subscribe(action: BackedAction, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
    """Subscribes to the case on offer."""
    offer = tracker.get_slot("offer")
    try:
        await action.parts.backends.subscribe(offer["case_number"], offer["query_code"], str(tracker.sender_id))
    except (Missing, TooMany):
        dispatcher.utter_message(response="utter_not_subscribed")
    else:
        dispatcher.utter_message(response="utter_subscribed", number=offer["case_number"])
    return [SlotSet("offer", None), *shown([])]


def tell_promise(say: CollectingDispatcher, tracker: Tracker, message: Said, today: date) -> bool:
    """ "还要多久" right after a case was looked up: when it is due. False where that is not asked or not known."""
    offer = tracker.get_slot("offer") or {}
    promised = offer.get("promise") if offer.get("kind") == SUBSCRIBE else None
    if promised is None or message.aspects != ("time_limit",) or subject(message.unasked):
        return False
    _tell_promise(say, promised, today)
    return True


def show(say: CollectingDispatcher, case: Case, today: date) -> None:
    """Tells how far a case is: its state first, then the last steps, then the result."""
    say.utter_message(response="utter_case", task=case.task_name, number=case.project_no, state=case.state_text)
    lines = [_step(one) for one in case.steps[-SHOWN_STEPS:]]
    if lines:
        say.utter_message(response="utter_case_steps", steps="\n".join(lines))
    if case.result and (case.result.result_type or case.result.result_explain):
        told = "，".join(one for one in (case.result.result_type, case.result.result_explain) if one)
        say.utter_message(response="utter_case_result", result=told)
    elif _promised(case):
        _tell_promise(say, case.promise_date or "", today)


def _promised(case: Case) -> str | None:
    """The day by which a case that still runs is to be done."""
    return None if case.final or case.result else case.promise_date


def _tell_promise(say: CollectingDispatcher, promised: str, today: date) -> None:
    """A day that has passed is no promise any more: who to call is said instead."""
    late = promised[:10] < today.isoformat()
    say.utter_message(response="utter_case_overdue" if late else "utter_case_promise", day=_day(promised))


def _step(step: StepOfCase) -> str:
    """· 受理：已完成（11月4日），材料齐全"""
    state = f"：{step.state_text}" if step.state_text else ""
    began = f"（{step.started_at.month}月{step.started_at.day}日）" if step.started_at else ""
    explained = f"，{step.explain}" if step.explain else ""
    return f"· {step.process_name}{state}{began}{explained}"


def _day(text: str) -> str:
    """2026-11-27 as 11月27日 with its year; what is no date stays as the backend wrote it."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return text
    return f"{day.year}年{day.month}月{day.day}日"


def waiting_time(seconds: int | None) -> str:
    """How long to wait, in the unit in which people say it, and never shorter than it is."""
    minutes = ceil((seconds or 3600) / 60)
    if minutes <= 90:
        return f"{minutes}分钟"
    hours = ceil(minutes / 60)
    return f"{hours}小时" if hours <= 36 else f"{ceil(hours / 24)}天"
