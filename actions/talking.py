"""What does "the second one" or "something else" mean right now?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answering import Answers
from actions.base import BackedAction
from actions.clauses import part
from actions.districts import any_district
from actions.facts import ASPECT_KIND
from actions.guide import unread_reply
from actions.listing import choose_listed, form_for_listed, is_about_halls, tell_halls
from actions.memory import Event, let_go, on_table
from actions.options import Option, picked
from actions.progress import OFFER, YES
from actions.said import Said, said
from actions.subject import subject
from actions.subscriptions import CHOICES, also, choose, chosen, in_form, wants_no_more
from actions.telling import FAQ_KIND, ITEM_KIND, NAMES

_BOOKS = re.compile(r"预约|约(?:个|一个|一下|上|到|在|今|明|后|大后|下|周|[0-9])|挂(?:个)?号|取(?:个)?号")
#: "不是，我问的是丢了补办": what comes after is what was meant.
_MEANT = re.compile(r"我(?:刚才|刚刚|是|想|要)*(?:问|说|讲|办|要|想)(?:的是|的就是)(?P<meant>.{2,})$")


class ChooseOption(BackedAction):
    """Answers with the option that was chosen from the list last shown."""

    def name(self) -> str:
        return "action_choose_option"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        options = on_table(tracker, ITEM_KIND, FAQ_KIND, ASPECT_KIND) or on_table(tracker, OFFER)
        message = said(tracker)
        wish = chosen(message, tracker)
        if wish is not None:
            return await choose(self.parts, dispatcher, message.citizen_id, wish)
        form = form_for_listed(self.parts, tracker, message)
        if form is not None:
            return [FollowupAction(form)]
        listed = choose_listed(dispatcher, tracker, message)
        if listed is not None:
            return listed
        options = options or on_table(tracker, *CHOICES)
        option = picked(message.text, options)
        following = _followed_by(option, options, message)
        if following is not None:
            return [FollowupAction(following)]
        if option is not None:
            return await Answers(self.parts, dispatcher, tracker).option(option)
        if options:
            dispatcher.utter_message(response="utter_option_unclear", count=str(len(options)))
        else:
            dispatcher.utter_message(response="utter_no_options")
        return []


def _followed_by(option: Option | None, options: Sequence[Option], message: Said) -> str | None:
    """The action for what was chosen, or for leaving it open; None where an option is told, or nothing was chosen."""
    if option is not None and option.kind == OFFER:
        return "action_accept_offer" if option.value == YES else "action_decline_offer"
    return "action_answer" if option is None and any_district(message.text, options) else None


class Apologise(BackedAction):
    """Was told that the answer was wrong; where the same message says what was meant, that is answered."""

    def name(self) -> str:
        return "action_apologise"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        message = said(tracker)
        if wants_no_more(message.text):
            # "烦死了，别给我发了" is no complaint about an answer.
            return [FollowupAction("action_unsubscribe_topic")]
        found = _MEANT.search(message.text)
        if found and len(subject(found["meant"])) >= NAMES:
            meant = replace(part(message, found.start("meant"), len(message.text)), intent="find_item")
            return await Answers(self.parts, dispatcher, tracker, quiet=in_form(tracker)).answer(meant)
        dispatcher.utter_message(response="utter_complain_answer")
        return []


class Stop(BackedAction):
    """Wants no more of it: what was offered is off the table; after a list of appointments "取消" cancels one."""

    def name(self) -> str:
        return "action_stop"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        form = form_for_listed(self.parts, tracker, said(tracker))
        if form is not None:
            return [FollowupAction(form)]
        dispatcher.utter_message(response="utter_stop_alone")
        return [SlotSet("offer", None), SlotSet("options", None), SlotSet("asked_aspects", None)]


class ChangeTopic(BackedAction):
    """Lets go of the item in hand."""

    def name(self) -> str:
        return "action_change_topic"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        dispatcher.utter_message(response="utter_change_topic")
        return let_go()


class TakeValue(BackedAction):
    """A value that no form asked for: a case number is looked up, an item answered, an identifier left alone."""

    def name(self) -> str:
        return "action_take_value"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        message = said(tracker)
        following = self._following(tracker, message)
        if following is not None:
            return [FollowupAction(following)]
        one_more = await also(self.parts, dispatcher, tracker, message)
        if one_more is not None:
            return one_more
        unread = None if message.found else unread_reply(message)
        if unread:
            dispatcher.utter_message(response=unread, hotline=self.parts.settings.hotline)
            return []
        if any(message.value(name) for name in ("id_card", "id_wrong", "mobile", "bank_card")):
            dispatcher.utter_message(response="utter_number_alone")
            return []
        if is_about_halls(message):
            return await tell_halls(self.parts, dispatcher, message)
        answers = Answers(self.parts, dispatcher, tracker)
        return await answers.answer(message, unknown="utter_value_alone")

    def _following(self, tracker: Tracker, message: Said) -> str | None:
        """The action or form that the value is for; None where it is none of them."""
        if chosen(message, tracker) is not None:
            return "action_choose_option"
        form = form_for_listed(self.parts, tracker, message)
        if form is None and _BOOKS.search(message.text):
            # So many values that their number hides what they are for: "约后天上午去办护照，我叫…，身份证…，手机…".
            return "appointment_form"
        return form or ("progress_form" if message.value("case_number") else None)
