"""Which HTTP operations do covers have? Part of /notices/v1."""

from __future__ import annotations

from services.notices import errors
from services.notices.covers import CoverService
from services.notices.results import Cover
from services.notices.types import NewCover
from services.web import Call, Route


def cover_routes(covers: CoverService) -> tuple[Route, ...]:
    """The routes, below the API's prefix."""

    async def add_cover(call: Call) -> Cover:
        return await covers.add(call.body.content, staff=call.body.staff)

    async def get_cover(call: Call) -> Cover:
        return await covers.get(call.path["id"])

    return (
        Route(
            method="POST",
            path="/covers",
            handler=add_cover,
            summary="Keep a picture for news messages",
            body=NewCover,
            response=Cover,
            status=201,
            errors=(errors.BadNotice,),
        ),
        Route(
            method="GET",
            path="/covers/{id}",
            handler=get_cover,
            summary="What is known of a cover",
            response=Cover,
            errors=(errors.CoverNotFound,),
        ),
    )
