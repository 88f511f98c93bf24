"""What does the citizen get who asks about an item or a policy?"""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.answering import Answers
from actions.base import BackedAction
from actions.listing import form_for_listed, hall_told, is_about_halls, tell_halls
from actions.memory import Event, on_table, shown
from actions.notices import ASKS_GENUINE, SHORTEST_NOTICE
from actions.options import is_place
from actions.progress import tell_promise
from actions.said import Said, said
from actions.steps.mine import APPOINTMENT
from actions.steps.places import HALL
from actions.subscriptions import also, chosen, in_form

#: Three words in Latin letters and not one Chinese sign.
_FOREIGN = re.compile(r"^(?=(?:.*?[A-Za-z]{2,}){3})[^\u4e00-\u9fff]+$", re.DOTALL)


class AnswerQuestion(BackedAction):
    """Finds out what a question is about and answers it; inside a form without numbered options."""

    def name(self) -> str:
        return "action_answer"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        message = said(tracker)
        unread = unread_reply(message)
        if unread:
            dispatcher.utter_message(response=unread, hotline=self.parts.settings.hotline)
            return []
        following = self._following(tracker, message)
        if following is not None:
            return [FollowupAction(following)]
        one_more = await also(self.parts, dispatcher, tracker, message)
        return one_more if one_more is not None else await self._answer(dispatcher, tracker, message)

    def _following(self, tracker: Tracker, message: Said) -> str | None:
        """The form or action that the message is for; None where it is a question."""
        asks_genuine = bool(message.value(ASKS_GENUINE)) and len(message.text) >= SHORTEST_NOTICE
        if asks_genuine and not in_form(tracker):
            return "notice_form"
        listed = bool(on_table(tracker, APPOINTMENT)) and is_place(message.text)
        if listed or chosen(message, tracker) is not None:
            return "action_choose_option"
        return form_for_listed(self.parts, tracker, message)

    async def _answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, message: Said) -> list[Event]:
        """About the hall or the case just spoken of, else about an item or a policy."""
        inside = in_form(tracker)
        hall = hall_told(tracker, message)
        if hall is not None or is_about_halls(message):
            events = await tell_halls(self.parts, dispatcher, message, name=hall)
            return [] if inside else events
        if tell_promise(dispatcher, tracker, message, self.parts.clock.now().date()):
            return []
        passed = shown([]) if on_table(tracker, HALL) or on_table(tracker, APPOINTMENT) else []
        answered = await Answers(self.parts, dispatcher, tracker, quiet=inside).answer(message)
        return answered if inside else [*passed, *answered]


def unread_reply(message: Said) -> str | None:
    """What to say to what holds no words at all, or none in Chinese; None for everything else."""
    if message.text and not any(sign.isalnum() for sign in message.text):
        return "utter_only_signs"
    return "utter_foreign" if _FOREIGN.match(message.text) else None
