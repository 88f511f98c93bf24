"""What does the worker do? Ticks for all that is due, jobs that send notices, and pages that say how it is."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from importlib.util import find_spec

import psycopg
import structlog
from aiohttp import web
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition

from bot.app import Messaging, make_health
from bot.broadcast import jobs as notice_jobs
from bot.broadcast.articles import ArticleDesk
from bot.broadcast.chunk import Limits, Tools
from bot.broadcast.engine import Broadcaster
from bot.broadcast.sender import WeChatSender
from bot.channels.wechat.inbound import CHANNEL
from bot.jobs import make_jobs, retry_stalled
from bot.news import ServiceNews
from bot.retention import purge_all, purges
from bot.scheduler import Tick
from bot.tags import read_tags
from bot.training.maker import Maker
from bot.training.watch import Watch
from services.appointments.service import AppointmentService
from services.audience.service import AudienceService
from services.citizens.tags import TagService
from services.embedded import ROOT
from services.faq.promises import PromiseService
from services.notices.article_store import ArticleStore
from services.notices.dispatch import DispatchService
from services.notices.filling import FillingService
from services.notices.lifecycle import LifecycleService
from services.notices.rates import Rate, SharedRate
from services.notices.receipts import ReceiptService
from services.progress.service import ProgressService
from services.training.examples import ExampleService
from services.training.fingerprint import release_digest
from services.training.making import MakingService
from services.training.rules import Rules
from services.training.service import TrainingService
from services.training.vocabulary import read_vocabulary

log = structlog.stdlib.get_logger(__name__)

#: The platform takes 60 mass calls a minute.
MASS_RATE = Rate(per_second=0.98, capacity=1)
JOBS_AT_ONCE = 8
JOBS_STOP_SECONDS = 3.0
DATABASE_AWAY_SECONDS = 2.0


class Worker:
    """Everything of the worker that is not messaging itself."""

    def __init__(self, messaging: Messaging) -> None:
        self._messaging = messaging
        self._broadcaster = _broadcaster(messaging)
        database_url = messaging.base.settings.database_url
        self._jobs = make_jobs(database_url, [notice_jobs.register(self._broadcaster)])
        self._maker = _maker(messaging)

    def ticks(self) -> Sequence[Tick]:
        """All that this process looks at again and again, the messaging included."""
        messaging, base = self._messaging, self._messaging.base
        # Reserving and querying are done elsewhere; here these two only tidy up and tell.
        appointments = AppointmentService(
            sessions=base.sessions, clock=base.clock, cipher=base.cipher, reservation_seconds=1
        )
        progress = ProgressService(sessions=base.sessions, clock=base.clock, cipher=base.cipher, attempts_per_hour=1)
        promises = PromiseService(sessions=base.sessions, clock=base.clock)
        news = ServiceNews(
            appointments=appointments,
            progress=progress,
            promises=promises,
            push=messaging.postman.push_to_citizen,
            fault=base.fault,
        )
        return (
            *messaging.ticks(),
            *notice_jobs.ticks(
                self._jobs,
                lifecycle=LifecycleService(
                    sessions=base.sessions,
                    clock=base.clock,
                    audience=AudienceService(sessions=base.sessions, clock=base.clock),
                ),
                receipts=ReceiptService(base.sessions),
                broadcaster=self._broadcaster,
            ),
            Tick(name="tags.read", seconds=60.0, run=self._read_tags),
            Tick(name="news.deliver", seconds=2.0, run=news.deliver),
            Tick(name="appointments.tidy", seconds=15.0, run=_ignoring_result(appointments.tick)),
            Tick(name="progress.tidy", seconds=600.0, run=progress.tick),
            Tick(name="vault.purge", seconds=300.0, run=_ignoring_result(messaging.vault.purge)),
            Tick(name="retention.purge", seconds=60.0, run=self._purge),
            Tick(name="jobs.stalled", seconds=30.0, run=self._retry_stalled),
            Tick(name="training.watch", seconds=60.0, run=_watch(messaging).look),
        )

    async def run_training(self, stop: asyncio.Event) -> None:
        """Makes wanted model versions until `stop`, where this machine has what it takes."""
        if find_spec("rasa") is None:
            log.info("training.elsewhere", reason="Rasa is not installed on this machine")
            return
        await self._maker.run(stop)

    async def run_jobs(self, stop: asyncio.Event) -> None:
        """Works on jobs until `stop`; a database that is away is waited for."""
        stopping = asyncio.create_task(stop.wait())
        while not stopping.done():
            await self._run_jobs(stopping)
            await asyncio.wait({stopping}, timeout=DATABASE_AWAY_SECONDS)

    async def _run_jobs(self, stopping: asyncio.Task[bool]) -> None:
        try:
            async with self._jobs.open_async():
                working = asyncio.create_task(
                    self._jobs.run_worker_async(
                        concurrency=JOBS_AT_ONCE,
                        delete_jobs=DeleteJobCondition.ALWAYS,
                        install_signal_handlers=False,
                        shutdown_graceful_timeout=JOBS_STOP_SECONDS,
                    )
                )
                await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not working.done():
                    self._broadcaster.stop()
                    working.cancel()
                await working
        except asyncio.CancelledError:
            if not stopping.done():
                raise
        except (ConnectorException, psycopg.OperationalError) as error:
            log.error("jobs.database_away", error=type(error).__name__)

    async def _read_tags(self) -> None:
        base = self._messaging.base
        await read_tags(base.client, TagService(sessions=base.sessions, clock=base.clock), CHANNEL)

    async def _retry_stalled(self) -> None:
        await retry_stalled(self._jobs, self._messaging.base.clock)

    async def _purge(self) -> None:
        await purge_all(purges(self._messaging))


def _broadcaster(messaging: Messaging) -> Broadcaster:
    base = messaging.base
    single = Rate(per_second=base.settings.notices_per_second, capacity=base.settings.notices_per_second)
    tools = Tools(
        dispatch=DispatchService(base.sessions, base.clock),
        addresses=messaging.citizens,
        filling=FillingService(
            sessions=base.sessions, audience=AudienceService(sessions=base.sessions, clock=base.clock)
        ),
        sender=WeChatSender(
            client=base.client,
            template_id=base.settings.wechat_notice_template_id,
            subscription_template_id=base.settings.wechat_subscription_template_id,
        ),
        articles=ArticleDesk(
            store=ArticleStore(sessions=base.sessions, clock=base.clock, account=base.settings.wechat_app_id),
            client=base.client,
            fault=base.fault,
        ),
        rate=SharedRate(sessions=base.sessions, name="wechat.single", rate=single),
        emergency_rate=SharedRate(sessions=base.sessions, name="wechat.emergency", rate=single),
        group_rate=SharedRate(sessions=base.sessions, name="wechat.mass", rate=MASS_RATE),
        fault=base.fault,
    )
    return Broadcaster(tools, Limits(lease_seconds=base.settings.notice_lease_seconds))


def _maker(messaging: Messaging) -> Maker:
    base = messaging.base
    return Maker(
        making=MakingService(sessions=base.sessions, clock=base.clock, release=release_digest(ROOT)),
        examples=ExampleService(sessions=base.sessions, clock=base.clock, vocabulary=read_vocabulary(ROOT)),
        sessions=base.sessions,
        root=ROOT,
        environment=os.environ,
    )


def _watch(messaging: Messaging) -> Watch:
    base = messaging.base
    # It only goes back to what was live before: no rule for going forward applies.
    training = TrainingService(sessions=base.sessions, clock=base.clock, release=release_digest(ROOT), rules=Rules())
    return Watch(training=training, sessions=base.sessions, clock=base.clock)


def _ignoring_result(run: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
    async def tick() -> None:
        await run()

    return tick


def make_worker_app(messaging: Messaging) -> web.Application:
    """What the worker answers: how it is."""
    app = web.Application()
    make_health(messaging).add_routes(app)
    return app
