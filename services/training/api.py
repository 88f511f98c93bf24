"""How are model versions asked for over HTTP? The staff's programs, and Rasa's processes that fetch the live model."""

from __future__ import annotations

from aiohttp import web

from services.errors import BadRequest, NotFound
from services.training.data_api import data_routes
from services.training.errors import (
    AlreadyLive,
    ChangeNotFound,
    DoesNotFit,
    NoLiveModel,
    NothingBefore,
    NotReady,
    NotReviewed,
    UnderWay,
    VersionNotFound,
    Worse,
)
from services.training.examples import ExampleService
from services.training.held_out import HeldOutService
from services.training.service import TrainingService
from services.training.types import (
    Change,
    Decided,
    Decision,
    LogLine,
    LogQuery,
    ModelVersion,
    PageQuery,
    Promotion,
    Reasoned,
    Wanted,
)
from services.web import Api, Call, Route, check_token

PREFIX = "/training/v1"
MODEL_PATH = f"{PREFIX}/model"
ONE = "/versions/{version}"


def make_api(service: TrainingService, examples: ExampleService, held_out: HeldOutService) -> Api:
    """The routes of the model versions, and of what they are made from and judged by."""
    handlers = _Handlers(service)
    routes = [*_routes_about_versions(handlers), *_routes_about_one(handlers), *data_routes(examples, held_out)]
    return Api(name="training", title="模型训练", prefix=PREFIX, routes=routes)


def _routes_about_versions(handlers: _Handlers) -> list[Route]:
    return [
        Route(
            method="POST",
            path="/versions",
            handler=handlers.want,
            summary="Ask for a new version; a worker trains and judges it",
            body=Wanted,
            response=ModelVersion,
            status=202,
            errors=(UnderWay,),
        ),
        Route(
            method="GET",
            path="/versions",
            handler=handlers.list_versions,
            summary="Versions, the latest first",
            query=PageQuery,
            response=list[ModelVersion],
        ),
        Route(
            method="POST",
            path="/rollback",
            handler=handlers.roll_back,
            summary="Make the version before the live one live again",
            body=Reasoned,
            response=ModelVersion,
            errors=(NoLiveModel, NothingBefore, DoesNotFit),
        ),
        Route(
            method="GET",
            path="/promotions",
            handler=handlers.list_promotions,
            summary="When which version became live",
            response=list[Promotion],
        ),
    ]


def _routes_about_one(handlers: _Handlers) -> list[Route]:
    return [
        Route(
            method="GET",
            path=ONE,
            handler=handlers.get_version,
            summary="One version with what was measured of it",
            response=ModelVersion,
            errors=(VersionNotFound,),
        ),
        Route(
            method="GET",
            path=f"{ONE}/log",
            handler=handlers.get_log,
            summary="What happened while it was made",
            query=LogQuery,
            response=list[LogLine],
            errors=(VersionNotFound,),
        ),
        Route(
            method="GET",
            path=f"{ONE}/changes",
            handler=handlers.get_changes,
            summary="Real questions that it takes otherwise than the version that was live",
            response=list[Change],
            errors=(VersionNotFound,),
        ),
        Route(
            method="POST",
            path=f"{ONE}/decisions",
            handler=handlers.decide,
            summary="Accept or reject what changed",
            body=Decided,
            response=Decision,
            errors=(VersionNotFound, ChangeNotFound),
        ),
        Route(
            method="POST",
            path=f"{ONE}/cancel",
            handler=handlers.cancel,
            summary="Stop making it",
            body=Reasoned,
            response=ModelVersion,
            errors=(VersionNotFound, NotReady),
        ),
        Route(
            method="POST",
            path=f"{ONE}/promotion",
            handler=handlers.promote,
            summary="Make it the live one",
            body=Reasoned,
            response=ModelVersion,
            errors=(VersionNotFound, AlreadyLive, NotReady, DoesNotFit, NotReviewed, Worse),
        ),
    ]


class _Handlers:
    """Requests in, the service's answers out."""

    def __init__(self, service: TrainingService) -> None:
        self._service = service

    async def want(self, call: Call) -> ModelVersion:
        return await self._service.want(call.body)

    async def list_versions(self, call: Call) -> list[ModelVersion]:
        return await self._service.versions(before=call.query.before, limit=call.query.limit)

    async def get_version(self, call: Call) -> ModelVersion:
        return await self._service.version(_number(call))

    async def get_log(self, call: Call) -> list[LogLine]:
        return await self._service.log(_number(call), after=call.query.after, limit=call.query.limit)

    async def get_changes(self, call: Call) -> list[Change]:
        return await self._service.changes(_number(call))

    async def decide(self, call: Call) -> Decision:
        return Decision(decided=await self._service.decide(_number(call), call.body))

    async def cancel(self, call: Call) -> ModelVersion:
        return await self._service.cancel(_number(call), by=call.body.by)

    async def promote(self, call: Call) -> ModelVersion:
        return await self._service.promote(_number(call), by=call.body.by, reason=call.body.reason)

    async def roll_back(self, call: Call) -> ModelVersion:
        return await self._service.roll_back(by=call.body.by, reason=call.body.reason)

    async def list_promotions(self, call: Call) -> list[Promotion]:
        return await self._service.promotions()


def _number(call: Call) -> int:
    text = call.path["version"]
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise BadRequest("path: version must be a number")
    return int(text)


def add_model_route(app: web.Application, service: TrainingService, *, service_token: str) -> None:
    """The live model as a file: Rasa's processes ask again and again, with the digest of what they have (its ETag)."""

    async def get_model(request: web.Request) -> web.StreamResponse:
        check_token(request, service_token)
        live = await service.live()
        if request.headers.get("If-None-Match", "").strip('"') == live.digest:
            return web.Response(status=304)
        try:
            model = await service.model(live.version)
        except VersionNotFound:
            raise NotFound("the live version's file is gone") from None
        # Rasa keeps the header as it is and shows it again, so it goes out without quotation marks.
        return web.Response(body=model, content_type="application/gzip", headers={"ETag": live.digest})

    app.router.add_get(MODEL_PATH, get_model)
