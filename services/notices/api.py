"""Which HTTP operations do notices have? /notices/v1."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from services.errors import ServiceError
from services.notices import errors
from services.notices.audience import AudienceCount, AudienceQuestion
from services.notices.cover_api import cover_routes
from services.notices.results import (
    Change,
    Choices,
    FailuresPage,
    Notice,
    Preview,
    Progress,
    Reach,
    Tester,
    UsableField,
    Verification,
    Way,
)
from services.notices.service import NoticeService
from services.notices.trial import TrialService
from services.notices.types import (
    Approval,
    FailuresQuery,
    FieldsQuestion,
    Forwarded,
    ListQuery,
    NewList,
    NewTester,
    NoticeDraft,
    NoticeEdit,
    Resolution,
    StaffAction,
)
from services.notices.verifying import VerificationService
from services.web import Api, Call, Handler, Route

REFUSALS = (errors.NoticeNotFound, errors.WrongState)


def make_api(service: NoticeService, verification: VerificationService, trials: TrialService) -> Api:
    """The routes; `{id}` is a notice's id or its number."""
    handlers = _Handlers(service, verification, trials)
    return Api(
        name="notices",
        title="通知",
        prefix="/notices/v1",
        routes=(
            Route(
                method="POST",
                path="/notices",
                handler=handlers.create_notice,
                summary="Write a draft",
                body=NoticeDraft,
                response=Notice,
                status=201,
                errors=(errors.BadNotice, errors.PastDue),
            ),
            Route(
                method="GET",
                path="/notices",
                handler=handlers.list_notices,
                summary="List notices, newest first",
                query=ListQuery,
                response=list[Notice],
            ),
            Route(
                method="GET",
                path="/audiences/choices",
                handler=handlers.list_choices,
                summary="By what an audience can be chosen",
                response=Choices,
            ),
            Route(
                method="POST",
                path="/audiences/count",
                handler=handlers.count_audience,
                summary="How many would get it, before there is a notice",
                body=AudienceQuestion,
                response=AudienceCount,
                errors=(errors.BadNotice,),
            ),
            Route(
                method="POST",
                path="/audiences/fields",
                handler=handlers.audience_fields,
                summary="What a text may ask of this audience, before there is a notice",
                body=FieldsQuestion,
                response=list[UsableField],
                errors=(errors.BadNotice,),
            ),
            Route(
                method="POST",
                path="/verifications",
                handler=handlers.verify,
                summary="Is a forwarded text a notice of ours?",
                body=Forwarded,
                response=Verification,
            ),
            *cover_routes(service.covers),
            Route(
                method="GET",
                path="/testers",
                handler=handlers.list_testers,
                summary="Who sees notices beforehand",
                response=list[Tester],
            ),
            Route(
                method="POST",
                path="/testers",
                handler=handlers.enrol_tester,
                summary="Let somebody see notices beforehand",
                body=NewTester,
                response=list[Tester],
                errors=(errors.BadNotice, errors.TooManyTesters),
            ),
            Route(
                method="DELETE",
                path="/testers/{citizen_id}",
                handler=handlers.remove_tester,
                summary="Let somebody see them no more",
                response=list[Tester],
            ),
            _read("", handlers.get_notice, "One notice with its counters", Notice),
            _read("/progress", handlers.get_progress, "Counters, rate and time left", Progress),
            _read("/previews", handlers.get_previews, "As phones will show it, one a route", list[Preview]),
            _read("/fields", handlers.get_fields, "What its text may ask for, with examples", list[UsableField]),
            _read("/reach", handlers.get_reach, "Who would get it, who would not and why, counted now", Reach),
            _read("/ways", handlers.get_ways, "What each route would reach and take, counted now", list[Way]),
            _read("/changes", handlers.get_changes, "The audit trail", list[Change]),
            Route(
                method="GET",
                path="/notices/{id}/failures",
                handler=handlers.get_failures,
                summary="Failed and doubtful recipients, as rows and as CSV",
                query=FailuresQuery,
                response=FailuresPage,
                errors=(errors.NoticeNotFound,),
            ),
            Route(
                method="PATCH",
                path="/notices/{id}",
                handler=handlers.edit_notice,
                summary="Change the text or the plan; what was submitted asks again",
                body=NoticeEdit,
                response=Notice,
                errors=(*REFUSALS, errors.BadNotice, errors.PastDue),
            ),
            Route(
                method="PUT",
                path="/notices/{id}/list",
                handler=handlers.take_in_list,
                summary="Give it its own list as a CSV, the whole or nothing; lines that cannot be used are named",
                body=NewList,
                response=Notice,
                errors=(*REFUSALS, errors.BadNotice, errors.PastDue),
            ),
            Route(
                method="POST",
                path="/notices/{id}/approve",
                handler=handlers.approve_notice,
                summary="The second person's yes",
                body=Approval,
                response=Notice,
                errors=(*REFUSALS, errors.SamePerson, errors.StaleVersion, errors.PastDue),
            ),
            Route(
                method="POST",
                path="/notices/{id}/resolve",
                handler=handlers.resolve_doubts,
                summary="Decide about recipients in doubt",
                body=Resolution,
                response=Notice,
                errors=(*REFUSALS, errors.NothingToDo, errors.PastDue),
            ),
            _action("trial", trials.send, "Send it to the testers now", errors.EmptyAudience, errors.BadNotice),
            _action("submit", service.submit, "Ask a second person", errors.PastDue, errors.EmptyAudience),
            _action("release", service.release, "Send a late notice all the same"),
            _action("pause", service.pause, "Attempt no more recipients until resumed"),
            _action("resume", service.resume, "Go on"),
            _action("skip", service.skip, "Leave a recurring notice out this time", errors.NothingToDo),
            _action("cancel", service.cancel, "Attempt no more recipients at all"),
            _action("retry-failed", service.retry_failed, "Send to the failed again", errors.NothingToDo),
        ),
    )


class _Handlers:
    """Requests in, the service's answers out."""

    def __init__(self, service: NoticeService, verification: VerificationService, trials: TrialService) -> None:
        self._service = service
        self._verification = verification
        self._trials = trials

    async def create_notice(self, call: Call) -> Notice:
        return await self._service.create(call.body)

    async def list_notices(self, call: Call) -> list[Notice]:
        return await self._service.list(call.query)

    async def list_choices(self, call: Call) -> Choices:
        return await self._service.choosing.choices()

    async def take_in_list(self, call: Call) -> Notice:
        return await self._service.take_in_list(call.path["id"], call.body.staff, call.body.csv)

    async def count_audience(self, call: Call) -> AudienceCount:
        return await self._service.choosing.count(call.body)

    async def audience_fields(self, call: Call) -> list[UsableField]:
        return list(await self._service.fields_of(call.body.audience_rules))

    async def get_fields(self, call: Call) -> list[UsableField]:
        return list(await self._service.fields(call.path["id"]))

    async def get_notice(self, call: Call) -> Notice:
        return await self._service.get(call.path["id"])

    async def get_progress(self, call: Call) -> Progress:
        return await self._service.progress(call.path["id"])

    async def get_previews(self, call: Call) -> list[Preview]:
        return list(await self._service.previews(call.path["id"]))

    async def get_reach(self, call: Call) -> Reach:
        return await self._service.reach(call.path["id"])

    async def get_ways(self, call: Call) -> list[Way]:
        return list(await self._service.ways(call.path["id"]))

    async def verify(self, call: Call) -> Verification:
        return await self._verification.verify(call.body.text)

    async def list_testers(self, call: Call) -> list[Tester]:
        return await self._trials.testers()

    async def enrol_tester(self, call: Call) -> list[Tester]:
        return await self._trials.enrol(call.body)

    async def remove_tester(self, call: Call) -> list[Tester]:
        return await self._trials.remove(call.citizen_id)

    async def get_changes(self, call: Call) -> list[Change]:
        return list(await self._service.changes(call.path["id"]))

    async def get_failures(self, call: Call) -> FailuresPage:
        return await self._service.failures(call.path["id"], call.query)

    async def edit_notice(self, call: Call) -> Notice:
        return await self._service.edit(call.path["id"], call.body)

    async def approve_notice(self, call: Call) -> Notice:
        return await self._service.approve(call.path["id"], call.body.staff, version=call.body.version)

    async def resolve_doubts(self, call: Call) -> Notice:
        return await self._service.resolve(call.path["id"], call.body)


def _read(path: str, handler: Handler, summary: str, response: object) -> Route:
    return Route(
        method="GET",
        path="/notices/{id}" + path,
        handler=handler,
        summary=summary,
        response=response,
        errors=(errors.NoticeNotFound,),
    )


def _action(
    name: str,
    act: Callable[[str, str], Awaitable[Notice]],
    summary: str,
    *refusals: type[ServiceError],
) -> Route:
    async def handle(call: Call) -> Notice:
        return await act(call.path["id"], call.body.staff)

    handle.__qualname__ = name.replace("-", "_") + "_notice"
    return Route(
        method="POST",
        path="/notices/{id}/" + name,
        handler=handle,
        summary=summary,
        body=StaffAction,
        response=Notice,
        errors=(*REFUSALS, *refusals),
    )
