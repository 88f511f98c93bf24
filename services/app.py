"""How are the backends put together? Settings in, one aiohttp app with every topic's API out."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import structlog
import swagger_ui
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.appointments.api import make_api as appointments_api
from services.appointments.service import AppointmentService
from services.audience.service import AudienceService
from services.catalogue.api import make_api as catalogue_api
from services.catalogue.editing import CatalogueDesk
from services.catalogue.service import TOPIC as CATALOGUE
from services.catalogue.service import CatalogueService
from services.clock import Clock
from services.console.app import make_console
from services.console.pages import PREFIX as CONSOLE
from services.console.parts import make_parts
from services.crypto import load_cipher
from services.db import Sessions, make_engine, make_sessions, ping
from services.dense.choice import make_dense
from services.embedded import ROOT
from services.faq.api import make_api as faq_api
from services.faq.beyond import load_beyond
from services.faq.editing import FaqDesk
from services.faq.promises import PromiseService
from services.faq.queue import QuestionQueue
from services.faq.recall import RecallService
from services.faq.service import TOPIC as FAQ
from services.faq.service import FaqService
from services.metrics import Metrics
from services.notices.api import make_api as notices_api
from services.notices.service import NoticeService
from services.notices.trial import TrialService
from services.notices.verifying import VerificationService
from services.openapi import openapi_document
from services.progress.api import make_api as progress_api
from services.progress.desk import CaseDesk
from services.progress.service import ProgressService
from services.search.live import SharedLanguage
from services.search.presence import Presence, Process
from services.settings import ServicesSettings
from services.subscriptions.api import make_api as subscriptions_api
from services.subscriptions.service import SubscriptionService
from services.training.api import add_model_route
from services.training.api import make_api as training_api
from services.training.examples import ExampleService
from services.training.exchange import ExampleExchange
from services.training.fingerprint import release_digest
from services.training.held_out import HeldOutService
from services.training.service import TrainingService
from services.training.settings import training_rules
from services.training.vocabulary import read_vocabulary
from services.vault.api import make_api as vault_api
from services.vault.service import VaultService
from services.web import BODY_LIMIT, Api, mount, problems

log = structlog.stdlib.get_logger(__name__)

ENGINE = web.AppKey("engine", AsyncEngine)
STARTED_AT = web.AppKey("started_at", float)


@dataclass(frozen=True, kw_only=True, slots=True)
class Topics:
    """Every topic's service."""

    catalogue: CatalogueService
    catalogue_desk: CatalogueDesk
    #: Who holds an index, and how far each has read.
    presence: Presence
    faq: FaqService
    faq_desk: FaqDesk
    questions: QuestionQueue
    promises: PromiseService
    recall: RecallService
    appointments: AppointmentService
    progress: ProgressService
    subscriptions: SubscriptionService
    case_desk: CaseDesk
    notices: NoticeService
    trials: TrialService
    verification: VerificationService
    vault: VaultService
    training: TrainingService
    examples: ExampleService
    exchange: ExampleExchange
    held_out: HeldOutService


def make_topics(sessions: Sessions, clock: Clock, settings: ServicesSettings, metrics: Metrics) -> Topics:
    """The services on one database."""
    cipher = load_cipher(settings.vault_key, settings.data_path)
    audience = AudienceService(sessions=sessions, clock=clock)
    language = SharedLanguage()
    dense = make_dense((CATALOGUE, FAQ), sessions, settings, metrics)
    presence = Presence(sessions=sessions, process=Process.this())
    faq = FaqService(
        sessions=sessions,
        clock=clock,
        language=language,
        dense=dense.get(FAQ),
        beyond_all=load_beyond(),
        presence=presence,
    )
    catalogue = CatalogueService(
        sessions=sessions, clock=clock, language=language, dense=dense.get(CATALOGUE), presence=presence
    )
    second_person, vocabulary = settings.faq_review == "required", read_vocabulary(ROOT)
    faq_desk = FaqDesk(sessions=sessions, clock=clock, faq=faq, second_person=second_person)
    notices = NoticeService(sessions=sessions, clock=clock, audience=audience)
    return Topics(
        catalogue=catalogue,
        catalogue_desk=CatalogueDesk(sessions=sessions, clock=clock, catalogue=catalogue),
        presence=presence,
        faq=faq,
        faq_desk=faq_desk,
        questions=QuestionQueue(sessions=sessions, clock=clock, desk=faq_desk),
        promises=PromiseService(sessions=sessions, clock=clock),
        recall=RecallService(sessions=sessions, clock=clock, notices=notices),
        appointments=AppointmentService(
            sessions=sessions, clock=clock, cipher=cipher, reservation_seconds=settings.reservation_seconds
        ),
        progress=ProgressService(
            sessions=sessions, clock=clock, cipher=cipher, attempts_per_hour=settings.case_attempts_per_hour
        ),
        subscriptions=SubscriptionService(sessions=sessions, clock=clock),
        case_desk=CaseDesk(sessions=sessions, clock=clock),
        notices=notices,
        trials=TrialService(sessions=sessions, clock=clock, audience=audience),
        verification=VerificationService(sessions=sessions, clock=clock),
        vault=VaultService(sessions=sessions, clock=clock, cipher=cipher, seconds=settings.vault_seconds),
        training=TrainingService(
            sessions=sessions, clock=clock, release=release_digest(ROOT), rules=training_rules(settings)
        ),
        examples=ExampleService(sessions=sessions, clock=clock, vocabulary=vocabulary),
        exchange=ExampleExchange(sessions=sessions, clock=clock, vocabulary=vocabulary),
        held_out=HeldOutService(sessions=sessions, clock=clock),
    )


TOPICS = web.AppKey("topics", Topics)
METRICS = web.AppKey("metrics", Metrics)


def make_apis(topics: Topics) -> Sequence[Api]:
    """Every topic's API."""
    return (
        catalogue_api(topics.catalogue),
        faq_api(topics.faq, topics.promises, topics.recall),
        appointments_api(topics.appointments),
        progress_api(topics.progress),
        subscriptions_api(topics.subscriptions),
        notices_api(topics.notices, topics.verification, topics.trials),
        vault_api(topics.vault),
        training_api(topics.training, topics.examples, topics.held_out),
    )


def make_app(settings: ServicesSettings, clock: Clock) -> web.Application:
    """The application of `python -m services serve`; it connects when it starts, not before."""
    engine = make_engine(settings.database_url, application_name="zhengqiao-services")
    metrics = Metrics()
    sessions = make_sessions(engine)
    topics = make_topics(sessions, clock, settings, metrics)
    app = web.Application(middlewares=[problems], client_max_size=BODY_LIMIT)
    app[ENGINE] = engine
    app[TOPICS] = topics
    app[METRICS] = metrics
    app[STARTED_AT] = time.monotonic()
    apis = make_apis(topics)
    mount(app, apis, service_token=settings.service_token)
    add_model_route(app, topics.training, service_token=settings.service_token)
    for api in apis:
        _add_page(app, api)
    app.add_subapp(f"{CONSOLE}/", make_console(make_parts(topics, sessions, clock, settings)))
    app.router.add_get(CONSOLE, _to_console)
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/readyz", _readyz)
    app.router.add_get("/metrics", _metrics)
    app.cleanup_ctx.extend((_engine_disposed, _indexes_warm))
    return app


def _add_page(app: web.Application, api: Api) -> None:
    """The API's page for people at `<prefix>/docs`, served from this machine."""
    swagger_ui.api_doc(
        app,
        config=openapi_document(api),
        host_inject=False,
        url_prefix=f"{api.prefix}/docs",
        title=api.title,
    )


async def _engine_disposed(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[ENGINE].dispose()


async def _indexes_warm(app: web.Application) -> AsyncIterator[None]:
    topics = app[TOPICS]
    async with topics.catalogue.running(), topics.faq.running():
        yield


async def _to_console(request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther(f"{CONSOLE}/")


async def _healthz(request: web.Request) -> web.StreamResponse:
    return web.json_response({"status": "alive", "seconds": round(time.monotonic() - request.app[STARTED_AT])})


async def _readyz(request: web.Request) -> web.StreamResponse:
    try:
        await ping(request.app[ENGINE])
    except (SQLAlchemyError, OSError) as error:
        log.warning("ready.failed", dependency="database", error=type(error).__name__)
        return web.json_response({"database": "down"}, status=503)
    topics = request.app[TOPICS]
    indexes = {"catalogue index": topics.catalogue.is_ready, "faq index": topics.faq.is_ready}
    states = {"database": "up", **{name: "up" if ready else "loading" for name, ready in indexes.items()}}
    return web.json_response(states, status=200 if all(indexes.values()) else 503)


async def _metrics(request: web.Request) -> web.StreamResponse:
    return web.Response(body=request.app[METRICS].text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
