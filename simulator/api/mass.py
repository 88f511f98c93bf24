"""Calls that send one message to many: mass messages, their speed, state and end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from simulator.api.calls import Answer, Call, Operation
from simulator.api.content import MediaPart, TextPart, check_media, check_text
from simulator.api.messages import OK, need_follower
from simulator.errors import ApiError
from simulator.platform import MassJob, Platform
from simulator.rules.drafts import Draft, digest_of
from simulator.rules.mass import Recipient
from simulator.wire import Fields

CHUNK = 500
#: Whom receipts of mass messages come from.
MASS_HELPER = "oMassSendHelper0000000000000"


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    is_to_all: bool = False
    tag_id: int | None = None


class MassRequest(msgspec.Struct, frozen=True, kw_only=True):
    """message/mass/send and sendall."""

    touser: list[str] = []
    filter: Audience | None = None
    msgtype: str = ""
    text: TextPart | None = None
    image: MediaPart | None = None
    voice: MediaPart | None = None
    mpnews: MediaPart | None = None
    #: 1: send also what the platform takes for a reprint.
    send_ignore_reprint: Literal[0, 1] = 0
    clientmsgid: str = ""


class PreviewRequest(msgspec.Struct, frozen=True, kw_only=True):
    touser: str = ""
    msgtype: str = ""
    text: TextPart | None = None
    image: MediaPart | None = None
    voice: MediaPart | None = None
    mpnews: MediaPart | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What a message shows on a phone."""

    content: str
    articles: list[dict[str, str]] = field(default_factory=list)


class MassIdRequest(msgspec.Struct, frozen=True, kw_only=True):
    msg_id: int


class SpeedRequest(msgspec.Struct, frozen=True, kw_only=True):
    speed: int


async def send(call: Call) -> Answer:
    """To 2..10 000 openids."""
    body: MassRequest = call.body
    return _accept(call, call.platform.mass_limits.check_list(body.touser))


async def send_all(call: Call) -> Answer:
    """To every follower, or to those who have one tag."""
    body: MassRequest = call.body
    if body.filter is not None and body.filter.is_to_all:
        return _accept(call, call.platform.followers.following())
    if body.filter is None or body.filter.tag_id is None:
        raise ApiError(47001, "filter.is_to_all must be true, or filter.tag_id be given")
    return _accept(call, call.platform.tags.members(body.filter.tag_id))


def _accept(call: Call, openids: Sequence[str]) -> Answer:
    body: MassRequest = call.body
    platform = call.platform
    shown = _shown(body, platform)
    if len(body.clientmsgid.encode()) > 64:
        raise ApiError(47001, "clientmsgid is too long")
    guard = platform.mass_limits.check_client_id(body.clientmsgid, call.raw)
    job = _job_of(platform, body.msgtype, shown)
    platform.mass_jobs[job.mass_id] = job
    platform.mass_limits.remember(guard, job.mass_id)
    media_id = body.mpnews.media_id if body.msgtype == "mpnews" and body.mpnews is not None else ""
    if media_id:
        platform.drafts.send(media_id)
    platform.log.append(
        "mass.accepted",
        msg_id=str(job.mass_id),
        msg_type=job.msg_type,
        recipients=len(openids),
        content=job.content,
        media_id=media_id,
        clientmsgid=body.clientmsgid,
    )
    recipients = platform.mass_limits.admit(openids, platform.followers.follows)
    platform.later(_run(platform, job, recipients))
    return {"errcode": 0, "errmsg": "send job submission success", "msg_id": job.mass_id}


async def _run(platform: Platform, job: MassJob, recipients: Sequence[Recipient]) -> None:
    """Delivers at the speed that was set, then tells the account the numbers."""
    sent = 0
    for start in range(0, len(recipients), CHUNK):
        if job.state == "DELETE":
            break
        chunk = recipients[start : start + CHUNK]
        sent += sum(_send_one(platform, job, recipient) for recipient in chunk)
        await asyncio.sleep(len(chunk) / platform.mass_limits.followers_a_second())
    await asyncio.sleep(platform.settings.sim_job_seconds)
    if job.state != "DELETE":
        job.state = "SEND_SUCCESS"
    admitted = sum(not recipient.refused for recipient in recipients)
    platform.log.append("mass.finished", msg_id=str(job.mass_id), total=len(recipients), filtered=admitted, sent=sent)
    if not platform.settings.sim_receipts:
        return
    fields: Fields = {
        "Event": "MASSSENDJOBFINISH",
        "MsgID": job.mass_id,
        "Status": "send success",
        "TotalCount": len(recipients),
        "FilterCount": admitted,
        "SentCount": sent,
        "ErrorCount": admitted - sent,
    }
    platform.send_event(MASS_HELPER, fields)


def _send_one(platform: Platform, job: MassJob, recipient: Recipient) -> bool:
    if recipient.refused:
        platform.log.append("mass.failed", openid=recipient.openid, msg_id=str(job.mass_id), reason=recipient.refused)
        return False
    _deliver(platform, job, recipient.openid)
    return True


def _deliver(platform: Platform, job: MassJob, openid: str, *, preview: bool = False) -> None:
    platform.log.append(
        "mass.delivered",
        openid=openid,
        msg_id=str(job.mass_id),
        msg_type=job.msg_type,
        content=job.content,
        preview=preview,
        **({"articles": job.articles} if job.articles else {}),
    )


async def preview(call: Call) -> Answer:
    """To one follower, to look at it; not counted as one of the month's four."""
    body: PreviewRequest = call.body
    platform = call.platform
    shown = _shown(body, platform)
    need_follower(platform, body.touser)
    job = _job_of(platform, body.msgtype, shown)
    _deliver(platform, job, body.touser, preview=True)
    return {"errcode": 0, "errmsg": "preview success", "msg_id": job.mass_id}


async def state(call: Call) -> Answer:
    body: MassIdRequest = call.body
    job = _job(call.platform, body.msg_id)
    return {"msg_id": job.mass_id, "msg_status": job.state}


async def delete(call: Call) -> Answer:
    """Takes a message back: who has not got it yet will not."""
    body: MassIdRequest = call.body
    job = _job(call.platform, body.msg_id)
    job.state = "DELETE"
    call.platform.log.append("mass.deleted", msg_id=str(job.mass_id))
    return OK


async def get_speed(call: Call) -> Answer:
    limits = call.platform.mass_limits
    return {"speed": limits.speed, "realspeed": round(limits.followers_a_second() * 60 / 10_000)}


async def set_speed(call: Call) -> Answer:
    body: SpeedRequest = call.body
    call.platform.mass_limits.set_speed(body.speed)
    return OK


def _job(platform: Platform, mass_id: int) -> MassJob:
    job = platform.mass_jobs.get(mass_id)
    if job is None:
        raise ApiError(40059)
    return job


def _job_of(platform: Platform, msg_type: str, shown: Shown) -> MassJob:
    return MassJob(mass_id=platform.next_number(), msg_type=msg_type, content=shown.content, articles=shown.articles)


def _shown(body: MassRequest | PreviewRequest, platform: Platform) -> Shown:
    """What recipients get to see; raises the errcode for what cannot be sent."""
    if body.msgtype == "text":
        return Shown(content=check_text(body.text.content if body.text else ""))
    if body.msgtype in {"image", "voice"}:
        return Shown(content=check_media(getattr(body, body.msgtype), platform.media))
    if body.msgtype == "mpnews":
        draft = platform.drafts.get(body.mpnews.media_id if body.mpnews else "")
        return Shown(content=draft.articles[0].title, articles=_cards(draft))
    raise ApiError(40008)


def _cards(draft: Draft) -> list[dict[str, str]]:
    """The news as the phone lists it: cover, title and digest; a tap opens the article."""
    return [
        {
            "title": article.title,
            "description": digest_of(article),
            "picture_url": f"/sim/materials/{article.thumb_media_id}",
            "url": f"/sim/articles/{draft.media_id}/{place}",
        }
        for place, article in enumerate(draft.articles)
    ]


OPERATIONS = (
    Operation(method="POST", path="message/mass/send", handler=send, body=MassRequest),
    Operation(method="POST", path="message/mass/sendall", handler=send_all, body=MassRequest),
    Operation(method="POST", path="message/mass/preview", handler=preview, body=PreviewRequest),
    Operation(method="POST", path="message/mass/get", handler=state, body=MassIdRequest),
    Operation(method="POST", path="message/mass/delete", handler=delete, body=MassIdRequest),
    Operation(method="POST", path="message/mass/speed/get", handler=get_speed),
    Operation(method="POST", path="message/mass/speed/set", handler=set_speed, body=SpeedRequest),
)
