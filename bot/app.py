"""How are the edge and the worker put together? Settings in, all parts of the messaging out, and taken apart again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import conversations, webhook
from bot.broadcast.consents import consent_of
from bot.broadcast.receipts import receipts_of
from bot.channels.base import Channel
from bot.channels.wechat.channel import make_channel
from bot.channels.wechat.client import WeChatClient, make_client
from bot.conversations import Conversations
from bot.dialogue import Dialogue
from bot.faults import Fault
from bot.forgetting import forget_dialogue
from bot.health import Health, answers
from bot.inbox import EventHandler, Inbox
from bot.messages import InboundMessage
from bot.messaging.rules import LEASE_RENEWAL_SECONDS
from bot.metrics import Metrics
from bot.outbox import Outbox
from bot.postman import Postman
from bot.pushes import Pushes
from bot.queue import Queue
from bot.scheduler import Tick
from bot.settings import BotSettings
from bot.tokens.store import TokenStore, make_fetch
from bot.waiters import Waiters
from services.appointments.service import AppointmentService
from services.citizens.service import CitizenService
from services.citizens.tags import TagService
from services.clock import Clock
from services.crypto import Cipher, load_cipher
from services.db import Sessions, make_engine, make_sessions, ping
from services.faq.promises import PromiseService
from services.faq.recall import Tellings
from services.notices.consents import ConsentService
from services.notices.filling import FillingService
from services.notices.receipts import ReceiptService
from services.progress.service import ProgressService
from services.subscriptions.service import SubscriptionService
from services.vault.service import VaultService

#: As many turns at once as a process takes, and the platform besides.
CONNECTIONS = conversations.TURNS_AT_ONCE + 72
SWEEP_SECONDS = 1.0
LOOK_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    """What everything else is built on."""

    settings: BotSettings
    clock: Clock
    engine: AsyncEngine
    sessions: Sessions
    http: aiohttp.ClientSession
    client: WeChatClient
    channel: Channel
    cipher: Cipher
    metrics: Metrics
    fault: Fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Messaging:
    """The parts that bring a message to its answer, and the answer to the citizen."""

    base: Base
    citizens: CitizenService
    vault: VaultService
    inbox: Inbox
    outbox: Outbox
    pushes: Pushes
    postman: Postman
    conversations: Conversations
    waiters: Waiters

    def ticks(self) -> Sequence[Tick]:
        """What every process does again and again, so that nothing depends on the one that accepted a message."""
        return (
            Tick(name="conversations.sweep", seconds=SWEEP_SECONDS, run=self.conversations.sweep),
            Tick(name="conversations.renew", seconds=LEASE_RENEWAL_SECONDS, run=self.conversations.renew_leases),
            Tick(name="waiters.look", seconds=LOOK_SECONDS, run=self.waiters.look),
            Tick(name="postman.sweep", seconds=SWEEP_SECONDS, run=self.postman.sweep),
        )

    async def stop(self) -> None:
        """Finishes what takes a moment and leaves the rest to the next start or to others."""
        await asyncio.gather(self.conversations.stop(), self.postman.stop())

    async def depths(self) -> Mapping[str, int]:
        """How many rows wait, by queue."""
        outbox = await self.outbox.depths()
        return {
            "inbox_waiting": await self.inbox.waiting(),
            "outbox_pending": outbox["pending"],
            "outbox_in_doubt": outbox["in_doubt"],
        }


@asynccontextmanager
async def open_messaging(
    settings: BotSettings, clock: Clock, *, process: str, fault: Fault
) -> AsyncIterator[Messaging]:
    """All parts; nothing connects before it is used.

    Raises SettingsError where a key in the settings cannot be used.
    """
    engine = make_engine(settings.database_url, application_name=f"zhengqiao-{process}")
    # Connections of their own, so that what arrives never waits for what is being worked on.
    inbox_engine = make_engine(settings.database_url, pool_size=4, application_name=f"zhengqiao-{process}-inbox")
    http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS))
    try:
        sessions = make_sessions(engine)
        client = make_wechat_client(settings, sessions, clock, http)
        base = Base(
            settings=settings,
            clock=clock,
            engine=engine,
            sessions=sessions,
            http=http,
            client=client,
            channel=make_channel(settings, client),
            cipher=load_cipher(settings.vault_key, settings.data_path),
            metrics=Metrics(),
            fault=fault,
        )
        messaging = _messaging(base, make_sessions(inbox_engine))
        yield messaging
        await messaging.stop()
    finally:
        await http.close()
        await inbox_engine.dispose()
        await engine.dispose()


def make_wechat_client(
    settings: BotSettings, sessions: Sessions, clock: Clock, http: aiohttp.ClientSession
) -> WeChatClient:
    """The platform's client with the token that all processes share."""
    fetch = make_fetch(
        http,
        api_base=settings.wechat_api_base,
        app_id=settings.wechat_app_id,
        app_secret=settings.wechat_app_secret,
    )
    tokens = TokenStore(sessions=sessions, clock=clock, app_id=settings.wechat_app_id, fetch=fetch)
    return make_client(settings, session=http, tokens=tokens)


def _messaging(base: Base, inbox_sessions: Sessions) -> Messaging:
    sessions, clock, settings, fault = base.sessions, base.clock, base.settings, base.fault
    citizens = CitizenService(sessions=sessions, clock=clock)
    vault = VaultService(sessions=sessions, clock=clock, cipher=base.cipher, seconds=settings.vault_seconds)
    inbox = Inbox(
        sessions=inbox_sessions,
        clock=clock,
        citizens=citizens,
        vault=vault,
        handlers=(
            _receipt_handler(ReceiptService(sessions)),
            _consent_handler(sessions, citizens, settings.wechat_subscription_template_id),
        ),
        fault=fault,
    )
    outbox = Outbox(sessions=sessions, clock=clock, fault=fault)
    waiters = Waiters(ready=outbox.ready)
    pushes = Pushes(sessions=sessions, clock=clock, citizens=citizens, fault=fault)
    postman = Postman(outbox=outbox, pushes=pushes, channel=base.channel, waiters=waiters, metrics=base.metrics)
    dialogue = Dialogue(
        session=base.http,
        rasa_url=settings.rasa_url,
        token=settings.service_token,
        timeout_seconds=settings.dialogue_timeout_seconds,
    )
    tools = conversations.Tools(
        sessions=sessions,
        clock=clock,
        queue=Queue(sessions=sessions, clock=clock),
        inbox=inbox,
        outbox=outbox,
        dialogue=dialogue,
        channel=base.channel,
        postman=postman,
        waiters=waiters,
        metrics=base.metrics,
        tellings=Tellings(sessions=sessions, clock=clock, days=settings.told_retention_days),
        erasers=(
            vault.erase,
            forget_dialogue,
            AppointmentService.erase_citizen,
            ProgressService.erase_citizen,
            SubscriptionService.erase_citizen,
            PromiseService.erase_citizen,
            Tellings.erase_citizen,
            ConsentService.erase_citizen,
            FillingService.erase_citizen,
            TagService.erase_citizen,
        ),
        hotline=settings.hotline,
        fault=fault,
    )
    return Messaging(
        base=base,
        citizens=citizens,
        vault=vault,
        inbox=inbox,
        outbox=outbox,
        pushes=pushes,
        postman=postman,
        conversations=Conversations(tools),
        waiters=waiters,
    )


def _consent_handler(sessions: Sessions, citizens: CitizenService, template_id: str) -> EventHandler:
    async def note(message: InboundMessage) -> None:
        agreed = consent_of(message, template_id)
        if agreed is None:
            return
        where = {"channel": message.channel, "account": message.account, "address": message.sender}
        async with sessions.begin() as session:
            citizen = await citizens.find(session, **where)
            if citizen is not None:
                await ConsentService.note(session, citizen.citizen_id, agreed=agreed, at=message.sent_at)

    return note


def _receipt_handler(receipts: ReceiptService) -> EventHandler:
    async def note(message: InboundMessage) -> None:
        for receipt in receipts_of(message):
            await receipts.arrived(receipt)

    return note


def make_health(messaging: Messaging) -> Health:
    """What both processes depend on."""
    base = messaging.base

    async def database() -> None:
        await ping(base.engine)

    checks = {
        "database": database,
        "rasa": answers(base.http, f"{base.settings.rasa_url}/webhooks/edge/"),
        "services": answers(base.http, f"{base.settings.services_url}/readyz"),
    }
    return Health(checks=checks, metrics=base.metrics, depths=messaging.depths)


def make_edge(messaging: Messaging) -> web.Application:
    """What `python -m bot edge` serves."""
    base = messaging.base
    hook = webhook.Webhook(
        webhook.Tools(
            channel=base.channel,
            inbox=messaging.inbox,
            outbox=messaging.outbox,
            conversations=messaging.conversations,
            postman=messaging.postman,
            waiters=messaging.waiters,
            metrics=base.metrics,
            clock=base.clock,
            deadline_seconds=base.settings.reply_deadline_seconds,
        )
    )

    async def stop(app: web.Application) -> None:
        hook.stop()
        messaging.waiters.tell_all()

    app = web.Application(client_max_size=webhook.BODY_LIMIT)
    app.router.add_get("/wechat", hook.check, allow_head=False)
    app.router.add_post("/wechat", hook.receive)
    make_health(messaging).add_routes(app)
    app.on_shutdown.append(stop)
    return app
