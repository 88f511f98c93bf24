"""How do the examples and the model that came with the program get into the database? Repeated, it changes nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from services.clock import Clock
from services.db import Sessions
from services.embedded import ROOT
from services.training import rasa_yaml
from services.training.errors import UnderWay
from services.training.examples import ExampleService, digest_of, read_release
from services.training.fingerprint import release_digest
from services.training.rules import Rules
from services.training.service import ITSELF, TrainingService
from services.training.types import Wanted
from services.training.vocabulary import read_vocabulary

log = structlog.stdlib.get_logger(__name__)


async def take_in_release(sessions: Sessions, clock: Clock, model: Path) -> int | None:
    """Takes in the examples and the model that came with the program; gives the version that it made live.

    None where nothing is new, or where staff have trained a version on this release: theirs holds their edits. Raises
    BadData.
    """
    folder = ROOT / "data" / "nlu"
    delivery, report = await asyncio.to_thread(read_release, folder)
    known = ExampleService(sessions=sessions, clock=clock, vocabulary=await asyncio.to_thread(read_vocabulary, ROOT))
    await known.take_in(delivery, report)
    examples = [entry.value for entry in delivery.entries]
    digest = digest_of(examples)
    service = TrainingService(sessions=sessions, clock=clock, release=release_digest(ROOT), rules=Rules())
    version = await service.register(
        model=await asyncio.to_thread(model.read_bytes),
        data=await asyncio.to_thread(rasa_yaml.zipped, folder),
        data_digest=digest,
        examples=len(examples),
        intents=len({one.intent for one in examples}),
    )
    if version is not None and digest_of(await known.all()) != digest:
        await _want_with_edits(service)
    return version


async def _want_with_edits(service: TrainingService) -> None:
    """A release's own model lacks what staff have written, so one that has it is made for them to look at."""
    try:
        await service.want(Wanted(by=ITSELF, note="程序已更新，含工作人员修改的例句"))
    except UnderWay:
        log.info("training.wanted_already")
