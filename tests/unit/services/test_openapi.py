"""Is the OpenAPI document valid, and does it say what the routes say?"""

from __future__ import annotations

import enum
from typing import Annotated, Any, Literal

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from openapi_spec_validator import openapi_v31_spec_validator

from services.errors import Conflict, NotFound
from services.openapi import openapi_document
from services.web import Api, Call, Route, mount


class Colour(enum.Enum):
    RED = "red"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    name: str


class Query(msgspec.Struct, frozen=True, kw_only=True):
    colour: Colour
    q: Annotated[str, msgspec.Meta(max_length=9)] = ""
    from_: int = msgspec.field(default=0, name="from")


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["new", "old"]
    parts: list[Part]


class Stale(Conflict):
    """Too old."""

    type = "stale"


class Full(Conflict):
    """Full."""

    type = "full"


async def find(call: Call) -> list[Thing]:
    return []


async def put(call: Call) -> None:
    return None


API = Api(
    name="things",
    title="Things",
    prefix="/things/v1",
    routes=(
        Route(method="GET", path="/all", handler=find, summary="Find", query=Query, response=list[Thing]),
        Route(
            method="PUT",
            path="/all/{code:[a-z]{2}}/{number}",
            handler=put,
            summary="Put",
            body=Thing,
            errors=(NotFound, Stale, Full),
            header_names=(("Idempotency-Key", True),),
        ),
        Route(method="GET", path="/open", handler=find, summary="Open", response=list[Thing], needs_token=False),
    ),
)


def operation(path: str, method: str) -> dict[str, Any]:
    found: dict[str, Any] = openapi_document(API)["paths"][path][method]
    return found


def test_the_document_is_valid_openapi() -> None:
    assert list(openapi_v31_spec_validator.iter_errors(openapi_document(API))) == []


def test_every_reference_leads_somewhere() -> None:
    document = openapi_document(API)

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            here = [value["$ref"]] if "$ref" in value else []
            return here + [one for child in value.values() for one in references(child)]
        return [one for child in value for one in references(child)] if isinstance(value, list) else []

    found = references(document)
    assert "#/components/schemas/Colour" in found
    for reference in found:
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]


def test_a_path_is_written_without_the_patterns_of_its_parts() -> None:
    parameters = operation("/things/v1/all/{code}/{number}", "put")["parameters"]
    assert [(one["name"], one["in"]) for one in parameters] == [
        ("code", "path"),
        ("number", "path"),
        ("Idempotency-Key", "header"),
    ]


def test_every_operation_has_an_id_of_its_own_though_handlers_are_shared() -> None:
    found = [one["operationId"] for path in openapi_document(API)["paths"].values() for one in path.values()]
    assert found == ["get_all", "put_all_code_number", "get_open"]


def test_query_parameters_have_their_names_in_the_address_and_their_limits() -> None:
    parameters = {one["name"]: one for one in operation("/things/v1/all", "get")["parameters"]}
    assert set(parameters) == {"colour", "q", "from"}
    assert (parameters["colour"]["required"], parameters["q"]["required"]) == (True, False)
    assert parameters["q"]["schema"]["maxLength"] == 9


def test_the_problems_of_one_status_are_named_together() -> None:
    responses = operation("/things/v1/all/{code}/{number}", "put")["responses"]
    assert set(responses) == {"204", "400", "401", "404", "409"}
    assert responses["409"]["description"] == "stale, full"


def test_only_routes_that_need_the_token_say_so() -> None:
    assert operation("/things/v1/all", "get")["security"] == [{"serviceToken": []}]
    open_one = operation("/things/v1/open", "get")
    assert open_one["security"] == []
    assert "401" not in open_one["responses"]


async def test_the_document_is_served_beside_its_routes() -> None:
    app = web.Application()
    mount(app, [API], service_token="t")
    async with TestClient(TestServer(app)) as client, client.get("/things/v1/openapi.json") as answer:
        assert await answer.json() == openapi_document(API)
