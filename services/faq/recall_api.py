"""How is it asked over HTTP who was told an answer, and how is a correction sent to them?"""

from __future__ import annotations

from collections.abc import Sequence

from services.audit.trail import Actor
from services.faq.recall import NobodyWasTold, RecallService
from services.faq.told_repository import Span
from services.faq.types import Corrected, Correction, Told, ToldSpan
from services.notices.errors import BadNotice, PastDue
from services.notices.types import NoticeDraft
from services.web import Call, Route


def make_routes(recall: RecallService) -> Sequence[Route]:
    """Routes of the FAQ's API."""

    async def get_told(call: Call) -> Told:
        entry_id, span = call.path["id"], _span(call.query)
        versions = await recall.versions(entry_id, span)
        return Told(citizens=await recall.count(entry_id, span), versions=list(versions))

    async def post_correction(call: Call) -> Corrected:
        correction: Correction = call.body
        actor = Actor(staff_id=None, login=correction.author, address="api")
        done = await recall.recall(actor, call.path["id"], _span(correction), _draft(correction))
        return Corrected(notice=done.notice, citizens=done.citizens)

    return (
        Route(
            method="GET",
            path="/entries/{id}/told",
            handler=get_told,
            summary="How many citizens were told this answer, by its versions",
            query=ToldSpan,
            response=Told,
        ),
        Route(
            method="POST",
            path="/entries/{id}/corrections",
            handler=post_correction,
            summary="Write a notice to exactly those who were told; a second person approves it",
            body=Correction,
            response=Corrected,
            status=201,
            errors=(NobodyWasTold, BadNotice, PastDue),
        ),
    )


def _span(asked: ToldSpan) -> Span:
    return Span(since=asked.since, until=asked.until, written_at=asked.written_at)


def _draft(correction: Correction) -> NoticeDraft:
    return NoticeDraft(
        title=correction.title,
        body=correction.body,
        due_at=correction.due_at,
        author=correction.author,
        department=correction.department,
    )
