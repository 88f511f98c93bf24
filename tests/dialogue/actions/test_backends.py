"""The only way to the backends: every failure has its name, and no backend can hang or fool an action."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from actions.backends import Backends
from actions.clock import CITY_ZONE
from actions.errors import BackendDown, BadValue, Clash, Missing, TooMany
from actions.memory import item_in_hand, take_in_hand
from actions.settings import SettingsError, load_settings
from tests.fakes.backends import TOKEN, FakeBackends

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CITIZEN = "7b0c4a5e-3f60-4d37-9d0a-6c1a52f3b111"


def backends_at(url: str, **settings: str) -> Backends:
    return Backends(load_settings({"ZQ_SERVICES_URL": url, "ZQ_SERVICE_TOKEN": TOKEN} | settings))


@pytest.fixture
async def fakes() -> AsyncIterator[tuple[FakeBackends, Backends]]:
    state = FakeBackends()
    server = TestServer(state.app())
    await server.start_server()
    backends = backends_at(str(server.make_url("")).rstrip("/"))
    yield state, backends
    await backends.close()
    await server.close()


async def answering(handler: Handler) -> tuple[TestServer, Backends]:
    """A backend that answers everything with `handler`."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    server = TestServer(app)
    await server.start_server()
    return server, backends_at(str(server.make_url("")).rstrip("/"), ZQ_BACKEND_TIMEOUT_SECONDS="0.3")


async def test_answers_are_typed(fakes: tuple[FakeBackends, Backends]) -> None:
    _, backends = fakes

    found = await backends.find_items("居住证要带什么")
    guide = await backends.guide(found.hits[0].task_code)
    assert found.verdict == "sure"
    assert guide.told("fee") == "不收费。"
    assert guide.told("courier") == ""
    assert guide.told("unheard of") == ""


async def test_refusals_have_their_names(fakes: tuple[FakeBackends, Backends]) -> None:
    state, backends = fakes
    slot = (await backends.slots("JB", "HJ", date(2026, 11, 25)))[0]
    person = {
        "citizen_id": CITIZEN,
        "applicant_name": "张伟",
        "id_number": "110101199003070038",
        "mobile": "13800138000",
    }

    with pytest.raises(Missing) as missing:
        await backends.guide("nothing")
    with pytest.raises(Missing) as unknown:
        await backends.redeem(CITIZEN, "IDCARDAAAAAAAA")
    with pytest.raises(BadValue) as bad:
        await backends.reserve(person | {"slot_id": slot.slot_id, "id_number": "1"}, "k1")
    await backends.reserve(person | {"slot_id": slot.slot_id}, "k2")
    with pytest.raises(Clash) as clash:
        await backends.reserve(person | {"slot_id": slot.slot_id}, "k3")
    state.wrong_codes = 5
    with pytest.raises(TooMany) as many:
        await backends.case("YJ20261103000017", "111111", CITIZEN)

    assert (missing.value.type, unknown.value.type) == ("not-found", "token-unknown")
    assert (bad.value.type, clash.value.type) == ("bad-id-number", "already-booked")
    assert (many.value.type, many.value.retry_after) == ("too-many-attempts", 1800)


async def test_the_same_key_reserves_once(fakes: tuple[FakeBackends, Backends]) -> None:
    state, backends = fakes
    fields = {"slot_id": "JB-HJ-20261125-0900", "citizen_id": CITIZEN, "applicant_name": "张伟"}
    fields |= {"id_number": "110101199003070038", "mobile": "13800138000"}

    first, again = await backends.reserve(fields, "key"), await backends.reserve(fields, "key")

    assert first.code == again.code
    assert len(state.appointments) == 1


@pytest.mark.parametrize("status", [401, 403, 405, 500, 502, 503])
async def test_any_other_status_counts_as_down(status: int) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({"type": "urn:zhengqiao:problem:x"}, status=status)

    server, backends = await answering(handler)
    with pytest.raises(BackendDown):
        await backends.services()
    await backends.close()
    await server.close()


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b'{"verdict": "perhaps", "hits": []}', b'{"verdict": "sure"}', b"\xff\xfe", b"[" * 100_000],
)
async def test_nonsense_counts_as_down(body: bytes) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    server, backends = await answering(handler)
    with pytest.raises(BackendDown):
        await backends.find_items("居住证")
    await backends.close()
    await server.close()


async def test_a_404_that_is_no_problem_document_counts_as_down_and_not_as_missing() -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(status=404, text="not this server")

    server, backends = await answering(handler)
    with pytest.raises(BackendDown):
        await backends.guide("x")
    await backends.close()
    await server.close()


async def test_a_slow_backend_is_given_up() -> None:
    never = asyncio.Event()

    async def handler(_request: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    server, backends = await answering(handler)
    with pytest.raises(BackendDown):
        await asyncio.wait_for(backends.services(), timeout=60)
    never.set()
    await backends.close()
    await server.close()


async def test_an_endless_answer_is_given_up() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(40):
            await response.write(b"x" * 100_000)
        return response

    server, backends = await answering(handler)
    with pytest.raises(BackendDown):
        await backends.services()
    await backends.close()
    await server.close()


async def test_nobody_there_counts_as_down() -> None:
    backends = backends_at("http://127.0.0.1:1")
    with pytest.raises(BackendDown):
        await backends.services()
    await backends.close()


async def test_codes_in_paths_are_quoted() -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.raw_path)
        return web.Response(status=500)

    server, backends = await answering(handler)
    with pytest.raises(BackendDown):
        await backends.guide("../../vault?x=1")
    assert seen == ["/catalogue/v1/items/..%2F..%2Fvault%3Fx=1/guide"]
    await backends.close()
    await server.close()


def test_each_backend_can_be_somebody_elses() -> None:
    settings = load_settings(
        {
            "ZQ_SERVICES_URL": "http://services/",
            "ZQ_SERVICE_TOKEN": TOKEN,
            "ZQ_FAQ_URL": "https://faq.example/api/",
            "ZQ_FAQ_TOKEN": "another-token-0123456789",
        }
    )

    assert settings.catalogue.url == "http://services/catalogue/v1"
    assert settings.faq.url == "https://faq.example/api"
    assert (settings.catalogue.token, settings.faq.token) == (TOKEN, "another-token-0123456789")
    assert "another-token" not in repr(settings)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"ZQ_SERVICE_TOKEN": "short"},
        {"ZQ_SERVICE_TOKEN": TOKEN, "ZQ_CATALOGUE_URL": "ftp://x"},
        {"ZQ_SERVICE_TOKEN": TOKEN, "ZQ_BACKEND_TIMEOUT_SECONDS": "soon"},
        {"ZQ_SERVICE_TOKEN": TOKEN, "ZQ_BACKEND_TIMEOUT_SECONDS": "-1"},
    ],
)
def test_a_bad_setting_stops_the_start(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        load_settings(environ)


def test_an_item_is_in_hand_for_half_an_hour() -> None:
    then = datetime(2026, 11, 24, 10, 0, tzinfo=CITY_ZONE)
    slots = {event["name"]: event["value"] for event in take_in_hand("a", "甲", then)}
    tracker = SimpleNamespace(get_slot=slots.get)

    assert item_in_hand(tracker, then + timedelta(minutes=29)) is not None
    assert item_in_hand(tracker, then + timedelta(minutes=31)) is None
