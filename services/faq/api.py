"""How is the FAQ asked over HTTP?"""

from __future__ import annotations

from uuid import UUID

from services.errors import BadRequest, Unavailable
from services.faq.promises import PromiseService, QuestionSettled, TooManyPromises
from services.faq.recall import RecallService
from services.faq.recall_api import make_routes as recall_routes
from services.faq.service import EntryNotFound, FaqService
from services.faq.types import (
    FaqEntry,
    FaqResult,
    FaqSearch,
    HeldEntry,
    Promise,
    Recorded,
    Status,
    Unanswered,
    UnansweredList,
    UnansweredQuestion,
)
from services.web import Api, Call, Route

PREFIX = "/faq/v1"


def make_api(service: FaqService, promises: PromiseService, recall: RecallService) -> Api:
    """The FAQ's routes."""

    async def search_entries(call: Call) -> FaqResult:
        query: FaqSearch = call.query
        return await service.search(query.q, limit=query.limit)

    async def get_entry(call: Call) -> HeldEntry:
        return await service.entry(call.path["id"])

    async def put_entry(call: Call) -> FaqEntry:
        entry: FaqEntry = call.body
        if entry.id != call.path["id"]:
            raise BadRequest("body: `id` differs from the path")
        return await service.save(entry)

    async def post_unanswered(call: Call) -> Recorded:
        return await service.record_unanswered(call.body)

    async def put_promise(call: Call) -> None:
        promise: Promise = call.body
        await promises.promise(_citizen(call.path["citizen_id"]), promise.question)

    async def get_unanswered(call: Call) -> list[Unanswered]:
        query: UnansweredList = call.query
        return await service.unanswered(limit=query.limit)

    async def get_status(call: Call) -> Status:
        return await service.status()

    return Api(
        name="faq",
        title="常见问题",
        prefix=PREFIX,
        routes=[
            Route(
                method="GET",
                path="/search",
                handler=search_entries,
                summary="Which entries may answer a citizen's question?",
                query=FaqSearch,
                response=FaqResult,
                errors=(Unavailable,),
            ),
            Route(
                method="GET",
                path="/entries/{id}",
                handler=get_entry,
                summary="One entry that holds today",
                response=HeldEntry,
                errors=(EntryNotFound,),
            ),
            Route(
                method="PUT",
                path="/entries/{id}",
                handler=put_entry,
                summary="Add or replace an entry; live within two seconds",
                body=FaqEntry,
                response=FaqEntry,
            ),
            *recall_routes(recall),
            Route(
                method="POST",
                path="/unanswered",
                handler=post_unanswered,
                summary="Record a question that nobody could answer",
                body=UnansweredQuestion,
                response=Recorded,
            ),
            Route(
                method="PUT",
                path="/promises/{citizen_id}",
                handler=put_promise,
                summary="Tell the citizen once this recorded question is answered",
                body=Promise,
                errors=(QuestionSettled, TooManyPromises),
            ),
            Route(
                method="GET",
                path="/unanswered",
                handler=get_unanswered,
                summary="Questions without an answer, the most asked first",
                query=UnansweredList,
                response=list[Unanswered],
            ),
            Route(method="GET", path="/status", handler=get_status, summary="How much there is", response=Status),
        ],
    )


def _citizen(text: str) -> UUID:
    """A part of the path that has to be a citizen's id; raises BadRequest."""
    try:
        return UUID(text)
    except ValueError:
        raise BadRequest("citizen_id: expected a UUID") from None
