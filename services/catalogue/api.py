"""How is the catalogue asked over HTTP?"""

from __future__ import annotations

from services.catalogue.service import CatalogueService, ItemNotFound
from services.catalogue.situations import UnknownAnswer
from services.catalogue.types import Checklist, ChecklistAnswers, Guide, Item, ItemSearch, SearchResult, Status
from services.errors import Unavailable
from services.web import Api, Call, Route

PREFIX = "/catalogue/v1"


def make_api(service: CatalogueService) -> Api:
    """The catalogue's routes."""

    async def search_items(call: Call) -> SearchResult:
        query: ItemSearch = call.query
        return await service.search(query.q, district=query.district, limit=query.limit)

    async def get_item(call: Call) -> Item:
        return await service.item(call.path["task_code"])

    async def get_guide(call: Call) -> Guide:
        return await service.guide(call.path["task_code"])

    async def make_checklist(call: Call) -> Checklist:
        return await service.checklist(call.path["task_code"], call.body.answers)

    async def get_status(call: Call) -> Status:
        return await service.status()

    return Api(
        name="catalogue",
        title="政务服务事项",
        prefix=PREFIX,
        routes=[
            Route(
                method="GET",
                path="/items",
                handler=search_items,
                summary="Which items may a citizen's words mean?",
                query=ItemSearch,
                response=SearchResult,
                errors=(Unavailable,),
            ),
            Route(
                method="GET",
                path="/items/{task_code}",
                handler=get_item,
                summary="One item with all its fields",
                response=Item,
                errors=(ItemNotFound,),
            ),
            Route(
                method="GET",
                path="/items/{task_code}/guide",
                handler=get_guide,
                summary="One item's facts by aspect, in Chinese",
                response=Guide,
                errors=(ItemNotFound,),
            ),
            Route(
                method="POST",
                path="/items/{task_code}/checklist",
                handler=make_checklist,
                summary="The next question about a citizen's situation, or the citizen's own checklist",
                body=ChecklistAnswers,
                response=Checklist,
                errors=(ItemNotFound, UnknownAnswer),
            ),
            Route(method="GET", path="/status", handler=get_status, summary="How much there is", response=Status),
        ],
    )
