"""What does the citizen get who asks about an item or a policy?"""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.answering import Answers
from actions.base import BackedAction
from actions.listing import form_for_listed, is_about_halls, tell_halls
from actions.memory import Event, on_table
from actions.notices import ASKS_GENUINE, SHORTEST_NOTICE
from actions.options import is_place
from actions.said import Said, said
from actions.steps.mine import APPOINTMENT
from actions.subscriptions import also, chosen, in_form

#: Three words in Latin letters and not one Chinese sign.
_FOREIGN = re.compile(r"^(?=(?:.*?[A-Za-z]{2,}){3})[^\u4e00-\u9fff]+$", re.DOTALL)


class AnswerQuestion(BackedAction):
    """Finds out what a question is about and answers it; inside a form without numbered options."""

    def name(self) -> str:
        return "action_answer"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        message = said(tracker)
        unread = _unread(message)
        if unread:
            dispatcher.utter_message(response=unread, hotline=self.parts.settings.hotline)
            return []
        asks_genuine = bool(message.value(ASKS_GENUINE)) and len(message.text) >= SHORTEST_NOTICE
        form = "notice_form" if asks_genuine and not in_form(tracker) else form_for_listed(self.parts, tracker, message)
        if form is not None:
            return [FollowupAction(form)]
        if chosen(message, tracker) is not None or (on_table(tracker, APPOINTMENT) and is_place(message.text)):
            return [FollowupAction("action_choose_option")]
        one_more = await also(self.parts, dispatcher, tracker, message)
        if one_more is not None:
            return one_more
        if is_about_halls(message):
            await tell_halls(self.parts, dispatcher, message)
            return []
        return await Answers(self.parts, dispatcher, tracker, quiet=in_form(tracker)).answer(message)


def _unread(message: Said) -> str | None:
    """What to say to what holds no words at all, or none in Chinese; None for everything else."""
    if message.text and not any(sign.isalnum() for sign in message.text):
        return "utter_only_signs"
    return "utter_foreign" if _FOREIGN.match(message.text) else None
