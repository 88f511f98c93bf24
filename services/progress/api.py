"""Which HTTP operations does progress have?"""

from __future__ import annotations

from services.errors import TooManyAttempts
from services.progress.errors import CaseNotFound, UnknownCode
from services.progress.service import ProgressService
from services.progress.types import Case, CaseFeed, CaseFollowed, CaseQuery, FeedOutcome, NewStep, SubscriptionWish
from services.web import Api, Call, Route

SUBSCRIPTION = "/cases/{project_no}/subscriptions/{citizen_id}"


def make_api(service: ProgressService) -> Api:
    """The progress API; its handlers only unpack requests."""
    do = _Operations(service)
    return Api(
        name="progress",
        title="Progress of cases",
        prefix="/progress/v1",
        routes=(
            Route(
                method="POST",
                path="/cases/query",
                handler=do.query_case,
                summary="A case, for who knows its query code or the last 6 of the applicant's ID number",
                body=CaseQuery,
                response=Case,
                errors=(CaseNotFound, TooManyAttempts),
            ),
            Route(
                method="PUT",
                path=SUBSCRIPTION,
                handler=do.subscribe,
                summary="Tell this citizen when the case moves",
                body=SubscriptionWish,
                errors=(CaseNotFound, TooManyAttempts),
            ),
            Route(
                method="DELETE",
                path=SUBSCRIPTION,
                handler=do.unsubscribe,
                summary="Tell this citizen no more",
            ),
            Route(
                method="GET",
                path="/citizens/{citizen_id}/subscriptions",
                handler=do.list_followed,
                summary="The cases of which this citizen is told",
                response=list[CaseFollowed],
            ),
            Route(
                method="POST",
                path="/cases",
                handler=do.take_case,
                summary="Add a case or bring it up to date, from a backend's feed",
                body=CaseFeed,
                response=FeedOutcome,
                errors=(UnknownCode,),
            ),
            Route(
                method="POST",
                path="/cases/{project_no}/steps",
                handler=do.take_step,
                summary="Add a step or bring it up to date; subscribers are told",
                body=NewStep,
                response=Case,
                errors=(CaseNotFound, UnknownCode),
            ),
        ),
    )


class _Operations:
    def __init__(self, service: ProgressService) -> None:
        self._service = service

    async def query_case(self, call: Call) -> Case:
        return await self._service.query(call.body)

    async def subscribe(self, call: Call) -> None:
        await self._service.subscribe(call.path["project_no"], call.citizen_id, call.body.query_code)

    async def unsubscribe(self, call: Call) -> None:
        await self._service.unsubscribe(call.path["project_no"], call.citizen_id)

    async def list_followed(self, call: Call) -> list[CaseFollowed]:
        return list(await self._service.followed(call.citizen_id))

    async def take_case(self, call: Call) -> FeedOutcome:
        return await self._service.take_case(call.body)

    async def take_step(self, call: Call) -> Case:
        return await self._service.take_step(call.path["project_no"], call.body)
