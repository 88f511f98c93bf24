"""What does a citizen want to hear of, and what no more? Topics, districts and cases that are followed and left."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import CaseFollowed, Followed, Subject
from actions.base import BackedAction
from actions.errors import Missing
from actions.memory import MORE, Event, on_table, shown
from actions.options import Option, picked
from actions.parts import Parts
from actions.said import Said, said
from actions.subject import subject

#: Options that these actions show: a subject to follow; a subject, a case or everything to leave.
FOLLOW, LEAVE, LEAVE_CASE, LEAVE_ALL = "follow", "leave", "leave_case", "leave_all"
CHOICES = (FOLLOW, LEAVE, LEAVE_CASE, LEAVE_ALL)
EVERYTHING = Option(kind=LEAVE_ALL, value="", title="全部，不再接收通知")

_ALL = re.compile(
    r"全部|所有|一切|任何|统统|通通|都(?:不|退|别|取消)|全(?:退|不|取消)|什么通知都|别再?给我发|不要再?给我发"
)
_BACK = re.compile(r"恢复|重新(?:接收|开启|打开|收)|继续(?:接收|收|给我发)")
_LESS = re.compile(r"退订|退掉|取消|关闭|关掉|关了|停止|停掉|不再|不想|不要|不用|不看|别|屏蔽|拉黑|减少")
_CASES = re.compile(r"办件|进度|进展|件的|这个件")
#: Words of a wish to follow or to leave that name nothing.
_WISH = re.compile(
    r"退订|取消|订阅|关注|开通|开启|打开|关闭|接收|接受|收到|收|推送|推|发给我|发|通知|消息|信息|新闻|动态|公告|提醒|政策|"
    r"方面|相关|有关|关于|一下|最新|再|别|不再|不要|及时|主题|地区|区里|区|加上|加|跟进"
)
#: "还有公积金", "公积金也要", "社保呢": one more of what was just done.
_ALSO = re.compile(
    r"^(?:那|对了|嗯|好的?|[，,\s])*(?:还有|还要|再(?:加|来|订|退|关注)|另外|以及|加上|顺便)|也(?:要|订|退|一样|来|加|行|不要)|"
    r"[也呢][?？。！!\s]*$|一起|一并|还是要|还要"
)
#: Names in one sentence: more are counted.
NAMED = 5


class SubscribeTopic(BackedAction):
    """Follows what is named; without a name it asks what. The words say which way, whatever the intent was taken for:
    sentences for and against differ by a sign or two."""

    def name(self) -> str:
        return "action_subscribe_topic"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        message, backends = said(tracker), self.parts.backends
        if wants_less(message.text):
            return await leave_named(self.parts, dispatcher, tracker, message)
        subjects = await backends.subjects()
        wanted = named_subjects(message.text, subjects)
        if not wanted and _BACK.search(message.text):
            await backends.take_notices_again(message.citizen_id)
            dispatcher.utter_message(response="utter_notices_again")
            return shown([])
        if not wanted and _ALL.search(message.text):
            wanted = [one for one in subjects if one.kind == "topic"]
        if wanted:
            return await follow(self.parts, dispatcher, message.citizen_id, wanted)
        return _ask_what_to_follow(self.parts, dispatcher, tracker, message, subjects)


class UnsubscribeTopic(BackedAction):
    """Leaves what is named, or all; without a name it tells what is followed and asks which."""

    def name(self) -> str:
        return "action_unsubscribe_topic"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        return await leave_named(self.parts, dispatcher, tracker, said(tracker))


class ListSubscriptions(BackedAction):
    """What the citizen follows: topics, districts, cases."""

    def name(self) -> str:
        return "action_list_subscriptions"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        followed, cases = await _all_followed(self.parts, str(tracker.sender_id))
        lines = [
            *_line("主题", [one.name for one in followed.subjects if one.kind == "topic"]),
            *_line("地区", [one.name for one in followed.subjects if one.kind == "district"]),
            *(f"· 办件：{one.task_name}（{one.project_no}），{one.state_text}" for one in cases),
        ]
        if lines:
            dispatcher.utter_message(response="utter_subscriptions", lines="\n".join(lines))
        if followed.left_at is not None:
            dispatcher.utter_message(response="utter_left_before")
        elif not lines:
            offered = await self.parts.backends.subjects()
            dispatcher.utter_message(response="utter_no_subscriptions", names=names_of(offered))
        return [] if in_form(tracker) else [SlotSet("offer", {"kind": MORE, "less": False})]


async def leave_named(parts: Parts, say: CollectingDispatcher, tracker: Tracker, message: Said) -> list[Event]:
    """Leaves what the message names: a case, subjects, all; where it names nothing, it is asked."""
    number = message.value("case_number")
    if number:
        return await leave_case(parts, say, message.citizen_id, number.upper())
    named = named_subjects(message.text, await parts.backends.subjects())
    if named:
        return await leave(parts, say, message.citizen_id, named)
    if _ALL.search(message.text):
        return await leave_all(parts, say, message.citizen_id)
    followed, cases = await _all_followed(parts, message.citizen_id)
    if _CASES.search(message.text) and len(cases) == 1:
        return await leave_case(parts, say, message.citizen_id, cases[0].project_no)
    return _ask_what_to_leave(say, tracker, followed, cases)


async def choose(parts: Parts, say: CollectingDispatcher, citizen_id: str, option: Option) -> list[Event]:
    """Does what the chosen option stands for."""
    if option.kind == LEAVE_ALL:
        return await leave_all(parts, say, citizen_id)
    if option.kind == LEAVE_CASE:
        return await leave_case(parts, say, citizen_id, option.value)
    one = Subject(code=option.value, kind="topic", name=option.title)
    try:
        return await (follow if option.kind == FOLLOW else leave)(parts, say, citizen_id, [one])
    except Missing:  # the city took it out of its list after the option was shown
        say.utter_message(response="utter_no_such_subject")
        return shown([])


def chosen(message: Said, tracker: Any) -> Option | None:
    """The line that the message means of a list that these actions showed last."""
    return picked(message.text, on_table(tracker, *CHOICES))


async def also(parts: Parts, say: CollectingDispatcher, tracker: Any, message: Said) -> list[Event] | None:
    """Does with another subject what was just done with some; None where the message means something else."""
    offer = tracker.get_slot("offer") or {}
    less = wants_less(message.text)
    if offer.get("kind") != MORE or message.aspects or not (less or _ALSO.search(message.text)):
        return None
    named = named_subjects(message.text, await parts.backends.subjects())
    rest = message.text
    for one in named:
        for word in sorted((one.name, *one.aliases), key=len, reverse=True):
            rest = rest.replace(word, " ")
    if not named or subject(_WISH.sub(" ", rest)):
        return None
    less = less or (offer["less"] and not _BACK.search(message.text))
    return await (leave if less else follow)(parts, say, message.citizen_id, named)


async def follow(parts: Parts, say: CollectingDispatcher, citizen_id: str, subjects: Sequence[Subject]) -> list[Event]:
    """Follows these; who had left all notices gets them again, and is told so."""
    had_left = (await parts.backends.followed(citizen_id)).left_at is not None
    for one in subjects:
        await parts.backends.follow(citizen_id, one.code)
    response = "utter_followed_again" if had_left else "utter_followed"
    say.utter_message(response=response, names=names_of(subjects))
    return [SlotSet("offer", {"kind": MORE, "less": False}), *shown([])]


async def leave(parts: Parts, say: CollectingDispatcher, citizen_id: str, subjects: Sequence[Subject]) -> list[Event]:
    """Leaves these; what was not followed is said to be so."""
    before = {one.code for one in (await parts.backends.followed(citizen_id)).subjects}
    left = [one for one in subjects if one.code in before]
    for one in left:
        await parts.backends.leave(citizen_id, one.code)
    if left:
        say.utter_message(response="utter_left", names=names_of(left))
    else:
        say.utter_message(response="utter_not_followed", names=names_of(subjects))
    return [SlotSet("offer", {"kind": MORE, "less": True}), *shown([])]


async def leave_case(parts: Parts, say: CollectingDispatcher, citizen_id: str, number: str) -> list[Event]:
    """The citizen is told of this case no more."""
    await parts.backends.leave_case(number, citizen_id)
    say.utter_message(response="utter_case_left", number=number)
    return shown([])


async def leave_all(parts: Parts, say: CollectingDispatcher, citizen_id: str) -> list[Event]:
    """No notices and no news of cases any more. Cases first: where one call fails, saying it again does the rest."""
    for case in await parts.backends.followed_cases(citizen_id):
        await parts.backends.leave_case(case.project_no, citizen_id)
    await parts.backends.leave_all(citizen_id)
    say.utter_message(response="utter_left_all")
    return [SlotSet("offer", {"kind": MORE, "less": False}), *shown([])]


def wants_no_more(text: str) -> bool:
    """Whether the words are those of who wants to hear nothing at all any more, however they are said."""
    return bool(_ALL.search(text)) and wants_less(text)


def wants_less(text: str) -> bool:
    """Whether the words are those of who wants to hear less."""
    return bool(_LESS.search(text)) and not _BACK.search(text)


def named_subjects(text: str, subjects: Sequence[Subject]) -> list[Subject]:
    """The subjects whose name or other names stand in `text`, in its order; the longest where names overlap."""
    words = sorted(
        ((word, one) for one in subjects for word in (one.name, *one.aliases)), key=lambda pair: -len(pair[0])
    )
    rest, found = text, dict[int, Subject]()
    for word, one in words:
        while (place := rest.find(word)) >= 0:
            found[place] = one
            rest = rest[:place] + "\0" * len(word) + rest[place + len(word) :]
    unique = {one.code: one for _, one in sorted(found.items(), key=lambda pair: pair[0])}
    return list(unique.values())


def names_of(subjects: Sequence[Subject]) -> str:
    """医保、社保、公积金、户籍、教育等12项"""
    names = "、".join(one.name for one in subjects[:NAMED])
    return f"{names}等{len(subjects)}项" if len(subjects) > NAMED else names


def _line(title: str, names: Sequence[str]) -> list[str]:
    return [f"· {title}：{'、'.join(names)}"] if names else []


async def _all_followed(parts: Parts, citizen_id: str) -> tuple[Followed, Sequence[CaseFollowed]]:
    followed, cases = await asyncio.gather(
        parts.backends.followed(citizen_id), parts.backends.followed_cases(citizen_id)
    )
    return followed, cases


def _ask_what_to_follow(
    parts: Parts, say: CollectingDispatcher, tracker: Tracker, message: Said, subjects: Sequence[Subject]
) -> list[Event]:
    topics = [one for one in subjects if one.kind == "topic"]
    if not topics:
        say.utter_message(response="utter_nothing_to_follow", hotline=parts.settings.hotline)
        return []
    if subject(_WISH.sub(" ", message.text)):
        say.utter_message(response="utter_no_such_subject")
    if in_form(tracker):
        say.utter_message(response="utter_follow_by_name", names=names_of(topics))
        return []
    options = [Option(kind=FOLLOW, value=one.code, title=one.name) for one in topics]
    say.utter_message(response="utter_follow_what", buttons=[one.button() for one in options])
    return shown(options)


def _ask_what_to_leave(
    say: CollectingDispatcher, tracker: Tracker, followed: Followed, cases: Sequence[CaseFollowed]
) -> list[Event]:
    if followed.left_at is not None and not cases:
        say.utter_message(response="utter_left_before")
        return []
    options = [Option(kind=LEAVE, value=one.code, title=one.name) for one in followed.subjects]
    options += [
        Option(kind=LEAVE_CASE, value=one.project_no, title=f"办件 {one.project_no}（{one.task_name}）")
        for one in cases
    ]
    if in_form(tracker):
        say.utter_message(response="utter_leave_by_name", names="、".join(one.title for one in options) or "全部通知")
        return []
    response = "utter_leave_which" if options else "utter_leave_nothing"
    options.append(EVERYTHING)
    say.utter_message(response=response, buttons=[one.button() for one in options])
    return shown(options)


def in_form(tracker: Any) -> bool:
    """A form has numbered options of its own."""
    return bool((tracker.active_loop or {}).get("name"))
