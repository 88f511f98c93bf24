"""What does the platform know and do? Its state in one place, and what citizens do with it.

citizen (page, test) -> follow / leave / say / act -> log, windows -> delivery -> edge
"""

from __future__ import annotations

from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

from simulator.background import Background
from simulator.clock import Clock, MovableClock
from simulator.delivery import Callback, Delivery
from simulator.errors import ControlRefused
from simulator.faults import Faults
from simulator.followers import Citizen, Followers, bulk, new_openid
from simulator.log import EventLog
from simulator.messages import (
    EventRequest,
    MessageRequest,
    event_fields,
    media_id_of,
    message_fields,
    subscribe_fields,
)
from simulator.rules.drafts import Drafts
from simulator.rules.mass import MassLimits
from simulator.rules.materials import Materials
from simulator.rules.menu import Button
from simulator.rules.notices import Consents, RepeatGuard, Templates
from simulator.rules.quotas import Quotas
from simulator.rules.tokens import TokenIssuer
from simulator.rules.windows import Occasion, Windows
from simulator.settings import SimulatorSettings
from simulator.tags import Tags
from simulator.wire import Fields

#: Media ids that can be sent back; citizens' pictures and voices are the only source of them here.
MEDIA_KEPT = 1000
#: After these the citizen looks at the chat and sees when the account fails.
ANSWERED_EVENTS = frozenset({"CLICK", "SCAN", "scancode_waitmsg", "location_select"})
#: These open the one-minute window.
OPENING_EVENTS = frozenset({"CLICK", "SCAN", "scancode_push", "scancode_waitmsg"})
CARRIED_AT_ONCE = 10_000


@dataclass(kw_only=True, slots=True)
class MassJob:
    """One accepted mass message."""

    mass_id: int
    msg_type: str
    content: str
    #: Cards of a news message.
    articles: list[dict[str, str]] = field(default_factory=list)
    state: Literal["SENDING", "SEND_SUCCESS", "DELETE"] = "SENDING"


@dataclass(kw_only=True)
class Platform:
    """One account's platform. Made by `app.py`; everything in it is swapped or shortened by tests through it."""

    settings: SimulatorSettings
    wall: Clock
    clock: MovableClock
    log: EventLog
    followers: Followers
    tags: Tags
    faults: Faults
    delivery: Delivery
    tokens: TokenIssuer
    windows: Windows
    quotas: Quotas
    mass_limits: MassLimits
    materials: Materials
    drafts: Drafts
    templates: Templates
    repeats: RepeatGuard
    consents: Consents
    menu: list[Button] = field(default_factory=list)
    media: deque[str] = field(default_factory=lambda: deque(maxlen=MEDIA_KEPT))
    mass_jobs: dict[int, MassJob] = field(default_factory=dict)
    _background: Background = field(default_factory=Background)
    _numbers: count[int] = field(init=False)

    def __post_init__(self) -> None:
        # From the time, so that ids of one run do not come again in the next; 64 bits, as the platform's.
        self._numbers = count((int(self.wall.now().timestamp()) << 24) + 1)

    def next_number(self) -> int:
        """A new id for a message, a receipt or a job."""
        return next(self._numbers)

    def take_up(self) -> None:
        """Follows on from what an earlier run recorded: who follows."""
        for entry in self.log.all():
            self.followers.replay(entry)
            self.tags.replay(entry)
        if self.log.is_large:
            self.log.put_aside()
            kept = [citizen for citizen in self.followers.citizens(len(self.followers)) if citizen.subscribed]
            for start in range(0, len(kept), CARRIED_AT_ONCE):
                self.log.append("followers.carried_over", citizens=kept[start : start + CARRIED_AT_ONCE])
            self.log.append("tags.changed", names={str(tag): name for tag, name in self.tags.names().items()})
            for tag in self.tags.names():
                self.log.append("tags.put", tag=tag, openids=self.tags.members(tag))
        self.log.append("sim.started", mode=self.settings.wechat_mode, format=self.settings.sim_format)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs something after the answer; it ends with the process."""
        self._background.start(work)

    async def stop(self) -> None:
        """Ends all that is under way."""
        await self._background.stop()
        await self.delivery.stop()

    async def reset(self) -> None:
        """Forgets everything but the log."""
        await self.stop()
        for part in (self.followers, self.faults, self.tokens, self.windows, self.quotas, self.mass_limits):
            part.forget()
        for other in (self.templates, self.repeats, self.consents, self.tags, self.materials, self.drafts):
            other.forget()
        self.clock.reset()
        self.menu = []
        self.media.clear()
        self.mass_jobs.clear()
        self.log.append("sim.reset")

    def follow(self, openid: str, nickname: str, scene: str) -> str:
        """Begins to follow; who follows already does nothing new. Gives the openid."""
        openid = openid or new_openid()
        if self.followers.follows(openid):
            return openid
        known = self.followers.get(openid)
        nickname = nickname or (known.nickname if known else f"市民{openid[-4:]}")
        citizen = Citizen(openid=openid, nickname=nickname, subscribed=True, followed_at=self.wall.now(), scene=scene)
        self.followers.add(citizen)
        self.log.append("follower.added", openid=openid, nickname=nickname, scene=scene)
        self.windows.open(openid, Occasion.ACTION)
        self.send_event(openid, subscribe_fields(scene), citizen_waits=True)
        return openid

    def follow_many(self, prefix: str, number: int) -> None:
        """Many followers at once, without telling the edge, for load and notices."""
        for citizen in bulk(prefix, number, self.wall.now()):
            self.followers.add(citizen)
        self.log.append("followers.bulk_added", prefix=prefix, count=number)

    def hear_many(self, prefix: str, number: int) -> None:
        """Many followers write at once, without telling the edge: what they open are their windows."""
        for citizen in bulk(prefix, number, self.wall.now()):
            self._need_follower(citizen.openid)
            self.windows.open(citizen.openid, Occasion.MESSAGE)
        self.log.append("messages.bulk_sent", prefix=prefix, count=number)

    def leave(self, openid: str) -> None:
        """Stops following."""
        self._need_follower(openid)
        self.followers.remove(openid)
        self.tags.take_all(openid)
        self.windows.close(openid)
        self.consents.withdraw_all(openid)
        self.log.append("follower.removed", openid=openid)
        self.send_event(openid, {"Event": "unsubscribe", "EventKey": ""})

    def say(self, request: MessageRequest) -> str:
        """The citizen sends a message; gives its MsgId."""
        self._need_follower(request.openid)
        msg_id = self.next_number()
        media_id = media_id_of(str(msg_id), request.type)
        self.media.append(media_id)
        fields = message_fields(request, media_id)
        self.windows.open(request.openid, Occasion.MESSAGE)
        self.log.append(
            "message.sent",
            openid=request.openid,
            msg_id=str(msg_id),
            delivery=str(msg_id),
            msg_type=request.type,
            content=_words(request),
            fields=fields,
        )
        self._send(request.openid, request.type, {**fields, "MsgId": msg_id}, str(msg_id), citizen_waits=True)
        return str(msg_id)

    def act(self, request: EventRequest) -> str:
        """The citizen presses, scans or agrees; gives the delivery's id."""
        self._need_follower(request.openid)
        if request.event in OPENING_EVENTS:
            self.windows.open(request.openid, Occasion.ACTION)
        for choice in request.templates:
            if choice.status == "accept":
                self.consents.accept(request.openid, choice.template_id, once=request.once)
            else:
                self.consents.reject(request.openid, choice.template_id)
        fields = event_fields(request)
        delivery = f"event-{self.next_number()}"
        self.log.append(
            "event.sent",
            openid=request.openid,
            delivery=delivery,
            event=request.event,
            content=request.event_key,
            fields=fields,
        )
        self._send(request.openid, "event", fields, delivery, citizen_waits=request.event in ANSWERED_EVENTS)
        return delivery

    def send_event(self, openid: str, fields: Fields, *, citizen_waits: bool = False) -> None:
        """An event that the platform itself makes; events have no MsgId."""
        self._send(openid, "event", fields, f"event-{self.next_number()}", citizen_waits=citizen_waits)

    def _send(self, openid: str, msg_type: str, fields: Fields, delivery: str, *, citizen_waits: bool) -> None:
        head: Fields = {
            "ToUserName": self.settings.sim_account,
            "FromUserName": openid,
            # The machine's time: the edge compares it with its own clock.
            "CreateTime": int(self.wall.now().timestamp()),
            "MsgType": msg_type,
        }
        msg_id = "" if msg_type == "event" else delivery
        self.delivery.send(
            Callback(
                delivery=delivery,
                openid=openid,
                msg_id=msg_id,
                fields={**head, **fields},
                citizen_waits=citizen_waits,
            )
        )

    def _need_follower(self, openid: str) -> None:
        if self.followers.get(openid) is None:
            raise ControlRefused(f"nobody has the openid {openid}", status=404)
        if not self.followers.follows(openid):
            raise ControlRefused(f"{openid} does not follow the account", status=409)


def _words(request: MessageRequest) -> str:
    """What the citizen sees of the own message."""
    by_type = {"voice": request.recognition or "", "location": request.label, "link": request.title}
    return by_type.get(request.type, request.content)
