"""What can be asked of the catalogue? Search, item, guide, status; and taking in a delivery of items."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from sys import intern
from typing import Any

import msgspec
import structlog
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalogue import ranking, repository
from services.catalogue.deeds import Wish
from services.catalogue.guide import make_guide
from services.catalogue.models import CatalogueItem
from services.catalogue.situations import checklist
from services.catalogue.types import Checklist, Guide, Item, ItemHit, SearchResult, Status
from services.clock import Clock
from services.db import Sessions
from services.dense.ranking import DenseRanking
from services.errors import NotFound
from services.importing.delivery import Delivery, Progress, silent
from services.importing.report import Report
from services.search import revisions
from services.search.index import Document
from services.search.live import Changes, LiveIndex, SharedLanguage
from services.search.presence import Presence

TOPIC = "catalogue"
#: Of an item's conditions, so many characters help to find it: what follows is law.
CONDITION_READ = 100
#: Of conditions and materials, so many characters tell a model what an item is about.
CONDITION_TOLD, MATERIAL_TOLD = 60, 40
_FIELDS = Item.__struct_fields__

log = structlog.stdlib.get_logger(__name__)


class ItemNotFound(NotFound):
    """There is no such item in force."""

    type = "item-not-found"


class CatalogueService:
    """The catalogue on one database."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        clock: Clock,
        language: SharedLanguage,
        dense: DenseRanking | None = None,
        presence: Presence | None = None,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._language = language
        #: Names of districts that items are for -> area code; it only grows.
        self._districts: dict[str, str] = {}
        self._index: LiveIndex[ItemHit] = LiveIndex(
            topic=TOPIC,
            sessions=sessions,
            language=language,
            tuning=ranking.TUNING,
            load=self._changes,
            dense=dense,
            presence=presence,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keeps the index warm until the block ends."""
        async with self._index.watching():
            yield

    @property
    def is_ready(self) -> bool:
        """Is the index read?"""
        return self._index.is_ready

    @property
    def has_read_meanings(self) -> bool:
        """Has the dense ranking, where there is one, a vector of every name?"""
        return self._index.has_read_meanings

    async def search(self, question: str, *, district: str = "", limit: int = 3) -> SearchResult:
        """Which items may be meant. `district`: the citizen's, as name or area code; one named in the question wins."""
        await self._index.current()
        named = [name for name in self._districts if name in question]
        area_code = self._area_code(max(named, key=len, default="") or district)
        # The district is no part of the item's name: 高新区居住证 asks for 居住证.
        also = [question.replace(name, " ") for name in named]
        found = await self._index.search(question, ranking.LOOKED_AT, also=also)
        scored = [
            ranking.Scored(hit=one.payload, score=one.score, words=one.words, exact=one.exact) for one in found.matches
        ]
        return ranking.result(
            scored,
            area_code=area_code,
            limit=limit,
            thresholds=found.thresholds,
            wish=Wish(self._language.get().normalise(question)),
            nearest=found.nearest,
        )

    async def item(self, task_code: str) -> Item:
        """The item in force; raises ItemNotFound."""
        async with self._sessions() as session:
            row = await repository.find(session, task_code)
        if row is None or not _in_force(row):
            raise ItemNotFound
        return _item(row)

    async def guide(self, task_code: str) -> Guide:
        """The item's facts by aspect; raises ItemNotFound."""
        return make_guide(await self.item(task_code))

    async def checklist(self, task_code: str, answers: Mapping[str, str]) -> Checklist:
        """The next question of the item, or this citizen's checklist; raises ItemNotFound and UnknownAnswer."""
        return checklist(await self.item(task_code), answers)

    async def status(self) -> Status:
        """How much there is."""
        async with self._sessions() as session:
            return Status(
                items=await repository.count_in_force(session),
                updated_at=await revisions.changed_at(session, TOPIC),
            )

    async def listed(self, *, district: str = "", department: str = "", limit: int = 50) -> list[Item]:
        """Items in force by code."""
        async with self._sessions() as session:
            rows = await repository.listed(session, district=district, department=department, limit=limit)
        return [_item(row) for row in rows]

    async def take_in(
        self, delivery: Delivery[Item], report: Report, *, retire: bool = False, progress: Progress = silent
    ) -> None:
        """Writes a delivery in one transaction and says in the report what it did. `progress`: rows just written."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            revision = await revisions.next_revision(session, TOPIC, now)
            await repository.ITEMS_TABLE.take_in(
                session, delivery, report, revision=revision, now=now, retire=retire, progress=progress
            )
        self._index.outdate()
        log.info("catalogue.imported", added=report.added, updated=report.updated, gone=len(report.gone))

    def outdate(self) -> None:
        """Says that this process has just written an item: its next search sees that."""
        self._index.outdate()

    async def _changes(self, session: AsyncSession, revision: int) -> AsyncGenerator[Changes[ItemHit], None]:
        """What the index has to learn."""
        reading = repository.ITEMS_TABLE.changed_since(session, revision, repository.SEARCHED)
        async with aclosing(reading) as pages:
            async for rows in pages:
                self._districts.update({row.district: row.area_code for row in rows if row.district})
                yield Changes(
                    put=[_document(row) for row in rows if _in_force(row)],
                    removed=[row.task_code for row in rows if not _in_force(row)],
                )

    def _area_code(self, district: str) -> str:
        return district if district.isdigit() else self._districts.get(district, "")


def _in_force(row: CatalogueItem | Row[Any]) -> bool:
    return row.retired_at is None and row.task_state == "1"


def _item(row: CatalogueItem) -> Item:
    return msgspec.convert({name: getattr(row, name) for name in _FIELDS}, Item)


def _document(row: Row[Any]) -> Document[ItemHit]:
    """By which words an item is found."""
    wordings: Sequence[str] = (row.task_name, *row.aliases, row.sub_catalog_name)
    context: Sequence[str] = (
        row.catalog_name, *row.user_topic_type, *row.corp_topic_type, *row.server_type,
        *(one["material_name"] for one in row.material), row.accept_condition.strip()[:CONDITION_READ],
    )  # fmt: skip
    return Document(
        key=row.task_code,
        wordings=tuple(dict.fromkeys(wording for wording in wordings if wording)),
        context=tuple(dict.fromkeys(text for text in context if text)),
        local=(row.dept_name, row.district),
        about=_about(row),
        # An item of forty districts has one name forty times: held once.
        payload=ItemHit(
            task_code=row.task_code, task_name=intern(row.task_name), dept_name=intern(row.dept_name),
            district=intern(row.district), area_code=intern(row.area_code), score=0.0, aliases=row.aliases,
        ),
    )  # fmt: skip


def _about(row: Row[Any]) -> str:
    """Name and what else tells the item from others; nothing where only the name is there."""
    themes = dict.fromkeys((*row.user_topic_type, *row.corp_topic_type))
    more = (
        row.catalog_name if row.catalog_name != row.task_name else "",
        row.accept_condition.strip()[:CONDITION_TOLD],
        "、".join(one["material_name"] for one in row.material)[:MATERIAL_TOLD],
        "、".join(theme for theme in themes if theme != "其他"),
    )
    return " ".join((row.task_name, *filter(None, more))) if any(more) else ""
