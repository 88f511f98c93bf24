"""What does an API look like to other programs? Its OpenAPI 3.1 document, made from the typed routes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from services.web import Api, Route

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}

REFERENCE = "#/components/schemas/{name}"
#: A part of a path, with or without aiohttp's pattern of it: `{code}`, `{code:[A-Z]+}`.
_PATTERN = re.compile(r"\{(\w+)(?::[^{}]*(?:\{[^{}]*\}[^{}]*)*)?\}")
_WORD = re.compile(r"\w+")


def openapi_document(api: Api) -> dict[str, Any]:
    """The document of one API as plain values, ready for JSON."""
    types = _types_used(api)
    schemas, components = msgspec.json.schema_components(types, ref_template=REFERENCE)
    schema_of = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in api.routes:
        path = api.prefix + _PATTERN.sub(r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {"title": api.title, "version": "1"},
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": PROBLEM_SCHEMA},
            "securitySchemes": {"serviceToken": {"type": "http", "scheme": "bearer"}},
        },
    }


def _types_used(api: Api) -> list[Any]:
    found: list[Any] = []
    for route in api.routes:
        for kind in (route.body, route.query, route.response):
            if kind is not None and kind not in found:
                found.append(kind)
    return found


def _operation(route: Route, schema_of: dict[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": "_".join([route.method.lower(), *_WORD.findall(_PATTERN.sub(r"\1", route.path))]),
        "parameters": _parameters(route),
        "responses": _responses(route, schema_of),
        "security": [{"serviceToken": []}] if route.needs_token else [],
    }
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema_of[route.body]}},
        }
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PATTERN.findall(route.path)
    ]
    found += [
        {"name": name, "in": "header", "required": required, "schema": {"type": "string"}}
        for name, required in route.header_names
    ]
    if route.query is not None:
        schema = msgspec.json.schema_components([route.query], ref_template=REFERENCE)[1][route.query.__name__]
        required_names = schema.get("required", [])
        for name, shape in schema.get("properties", {}).items():
            found.append({"name": name, "in": "query", "required": name in required_names, "schema": shape})
    return found


def _responses(route: Route, schema_of: dict[Any, Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    if route.response is None:
        responses["204"] = {"description": "Done"}
    else:
        responses[str(route.status)] = {
            "description": "Success",
            "content": {"application/json": {"schema": schema_of[route.response]}},
        }
    expected: dict[str, list[str]] = {"400": ["bad-request"]}
    if route.needs_token:
        expected["401"] = ["unauthorized"]
    for error in route.errors:
        expected.setdefault(str(error.status), []).append(error.type)
    for status, names in expected.items():
        responses[status] = {
            "description": ", ".join(names),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return responses
