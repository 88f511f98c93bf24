"""Which HTTP operations do subscriptions have?"""

from __future__ import annotations

from services.subscriptions.errors import SubjectNotFound
from services.subscriptions.service import SubscriptionService
from services.subscriptions.types import Followed, Subject
from services.web import Api, Call, Route

CITIZEN = "/citizens/{citizen_id}"
SUBSCRIPTION = CITIZEN + "/subjects/{code}"


def make_api(service: SubscriptionService) -> Api:
    """The subscriptions API; its handlers only unpack requests."""
    do = _Operations(service)
    return Api(
        name="subscriptions",
        title="What citizens follow",
        prefix="/subscriptions/v1",
        routes=(
            Route(
                method="GET",
                path="/subjects",
                handler=do.list_subjects,
                summary="Topics and districts that can be followed",
                response=list[Subject],
            ),
            Route(
                method="GET",
                path=CITIZEN,
                handler=do.get_followed,
                summary="What this citizen follows",
                response=Followed,
            ),
            Route(
                method="PUT",
                path=CITIZEN,
                handler=do.come_back,
                summary="This citizen gets notices again",
                response=Followed,
            ),
            Route(
                method="DELETE",
                path=CITIZEN,
                handler=do.leave_all,
                summary="This citizen follows nothing and gets no notices any more, emergencies excepted",
                response=Followed,
            ),
            Route(
                method="PUT",
                path=SUBSCRIPTION,
                handler=do.subscribe,
                summary="This citizen follows the subject",
                response=Followed,
                errors=(SubjectNotFound,),
            ),
            Route(
                method="DELETE",
                path=SUBSCRIPTION,
                handler=do.unsubscribe,
                summary="This citizen follows the subject no more",
                response=Followed,
                errors=(SubjectNotFound,),
            ),
        ),
    )


class _Operations:
    def __init__(self, service: SubscriptionService) -> None:
        self._service = service

    async def list_subjects(self, call: Call) -> list[Subject]:
        return await self._service.subjects()

    async def get_followed(self, call: Call) -> Followed:
        return await self._service.followed(call.citizen_id)

    async def come_back(self, call: Call) -> Followed:
        return await self._service.come_back(call.citizen_id)

    async def leave_all(self, call: Call) -> Followed:
        return await self._service.leave_all(call.citizen_id)

    async def subscribe(self, call: Call) -> Followed:
        return await self._service.subscribe(call.citizen_id, call.path["code"])

    async def unsubscribe(self, call: Call) -> Followed:
        return await self._service.unsubscribe(call.citizen_id, call.path["code"])
