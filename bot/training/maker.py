"""How is a version made? Data out of the database, trained and judged by Rasa's own commands, all back into it."""

from __future__ import annotations

import asyncio
import tempfile
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from bot.training.judging import Prediction, changes, from_reports, judged, latency
from bot.training.questions import latest_questions
from bot.training.steps import Step, StepFailed, run
from bot.training.words import with_vocabulary
from bot.trouble import PASSING, log_trouble
from services.db import Sessions
from services.training import rasa_yaml
from services.training.errors import LeaseLost
from services.training.examples import ExampleService, digest_of
from services.training.making import Claim, Made, MakingService
from services.training.types import Change, Evaluation, HeldOut, Judged
from services.words.names import names_of_database

FOLDS = 5
CONFIG = "config.yml"
LOOK_SECONDS = 2.0
#: Far more often than the lease needs, so that staff see the log grow and a cancelling is heeded soon.
RENEWAL_SECONDS = 2.0
LOGGED_LINES = 200

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Maker:
    """Makes versions, one at a time."""

    making: MakingService
    examples: ExampleService
    sessions: Sessions
    #: The program's folder, with config.yml, domain.yml and data/.
    root: Path
    environment: Mapping[str, str]

    async def run(self, stop: asyncio.Event) -> None:
        """Makes what is wanted until `stop`; a version that is not finished then is given back."""
        stopping = asyncio.create_task(stop.wait())
        while not stopping.done():
            making = asyncio.create_task(self._make_next_guarded())
            await asyncio.wait({making, stopping}, return_when=asyncio.FIRST_COMPLETED)
            making.cancel()
            await asyncio.wait({making})
            await asyncio.wait({stopping}, timeout=LOOK_SECONDS)

    async def _make_next_guarded(self) -> None:
        try:
            await self._make_next()
        except Exception as error:  # such as a database that is away: the lease ends, and the version is begun again
            log_trouble(log, "training.interrupted", error)

    async def _make_next(self) -> None:
        """Makes a version that nobody works on; where there is none, returns at once."""
        claim = await self.making.claim()
        if claim is not None:
            await _Run(self, claim).whole()
            await self.making.tidy()


class _Run:
    """The making of one version."""

    def __init__(self, maker: Maker, claim: Claim) -> None:
        self._maker = maker
        self._claim = claim
        self._lines: deque[str] = deque(maxlen=LOGGED_LINES)

    async def whole(self) -> None:
        """Until it is ready, has failed, or is somebody else's."""
        work = asyncio.create_task(self._work())
        keeping = asyncio.create_task(self._keep_lease())
        try:
            await asyncio.wait({work, keeping}, return_when=asyncio.FIRST_COMPLETED)
            if keeping.done():
                keeping.result()
            work.result()
        except LeaseLost:
            log.warning("training.lease_lost", version=self._claim.version)
        except StepFailed as error:
            await self._maker.making.failed(self._claim, str(error))
        except PASSING:
            raise
        except Exception as error:  # a fault of ours: it would come again, and staff should not wait for it
            log_trouble(log, "training.broken", error, version=str(self._claim.version))
            await self._maker.making.failed(self._claim, f"{type(error).__name__}: {error}")
        except asyncio.CancelledError:
            with suppress(LeaseLost):
                await self._maker.making.release(self._claim)
            raise
        finally:
            for task in (work, keeping):
                task.cancel()
            await asyncio.gather(work, keeping, return_exceptions=True)

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(RENEWAL_SECONDS)
            await self._tell()

    async def _tell(self) -> None:
        """A sign of life, with what happened since the last."""
        lines = list(self._lines)
        self._lines.clear()
        await self._maker.making.renew(self._claim, lines)

    async def _work(self) -> None:
        with tempfile.TemporaryDirectory(prefix="zhengqiao-training-") as name:
            folder = Path(name)
            model = await self._train(folder)
            evaluation, changed = await self._judge(folder, model)
            await self._tell()
            await self._maker.making.judged(self._claim, evaluation, changed)

    async def _train(self, folder: Path) -> Path:
        root, examples = self._maker.root, await self._maker.examples.all()
        rasa_yaml.write_folder(folder / "nlu", examples, root / "data" / "nlu")
        rules = [str(root / "data" / kind) for kind in ("rules", "stories") if (root / "data" / kind).is_dir()]
        config = await self._with_words(folder)
        arguments = (
            *("rasa", "train", "--fixed-model-name", "model", "--out", str(folder), "--force"),
            *("--config", str(config), "--domain", str(root / "domain.yml")),
            *("--data", str(folder / "nlu"), *rules),
        )
        await self._step(Step(name="training", arguments=arguments))
        model = folder / "model.tar.gz"
        made = Made(
            model=model.read_bytes(),
            data=rasa_yaml.zipped(folder / "nlu"),
            data_digest=digest_of(examples),
            examples=len(examples),
            intents=len({one.intent for one in examples}),
        )
        await self._maker.making.trained(self._claim, made)
        return model

    async def _with_words(self, folder: Path) -> Path:
        """The release's config.yml with the words of the catalogue and the FAQ as they are now."""
        names, words, config = folder / "names.json", folder / "words.txt", folder / CONFIG
        async with self._maker.sessions() as session:
            names.write_bytes(msgspec.json.encode(await names_of_database(session)))
        await self._step(Step(name="words", arguments=("services.words", str(names), str(words))))
        written = (self._maker.root / CONFIG).read_text(encoding="utf-8")
        config.write_text(with_vocabulary(written, words), encoding="utf-8")
        return config

    async def _judge(self, folder: Path, model: Path) -> tuple[Evaluation, Sequence[Change]]:
        validated = await self._cross_validated(folder)
        held_out, asked = await self._maker.making.held_out(), await latest_questions(self._maker.sessions)
        texts = [one.question for one in held_out] + [one.question for one in asked]
        after = await self._predictions(model, texts)
        before = await self._predictions_of_live(folder, texts)
        known = len(held_out)
        changed = changes(asked, before[known:], after[known:]) if before else []
        median, p95 = latency(after)
        evaluation = Evaluation(
            cross_validation=validated,
            held_out=_on(held_out, after),
            held_out_before=_on(held_out, before) if before else None,
            median_ms=median,
            p95_ms=p95,
            replayed=len(asked) if before else 0,
            changed=len(changed),
        )
        return evaluation, changed

    async def _cross_validated(self, folder: Path) -> Judged:
        out = folder / "cross-validation"
        arguments = (
            *("rasa", "test", "nlu", "--cross-validation", "--folds", str(FOLDS), "--nlu", str(folder / "nlu")),
            *("--config", str(folder / CONFIG), "--domain", str(self._maker.root / "domain.yml")),
            *("--out", str(out), "--no-plot", "--successes"),
        )
        await self._step(Step(name="cross-validation", arguments=arguments))
        reports = (out / f"intent_{kind}.json" for kind in ("errors", "successes"))
        return judged(from_reports(*(path.read_bytes() for path in reports)))

    async def _predictions_of_live(self, folder: Path, texts: Sequence[str]) -> list[Prediction]:
        """What the live version makes of the texts; nothing where there is none that runs with this release."""
        live = await self._maker.making.live_model()
        if live is None:
            return []
        path = folder / "live.tar.gz"
        path.write_bytes(live[1])
        return await self._predictions(path, texts)

    async def _predictions(self, model: Path, texts: Sequence[str]) -> list[Prediction]:
        """How the model takes each text; Rasa prints what it likes, so questions and answers are files."""
        questions, predictions = model.with_suffix(".questions"), model.with_suffix(".predictions")
        questions.write_bytes(msgspec.json.encode(texts))
        await self._step(
            Step(name="asking", arguments=("bot.rasa.predict", str(model), str(questions), str(predictions)))
        )
        return msgspec.json.decode(predictions.read_bytes(), type=list[Prediction])

    async def _step(self, step: Step) -> None:
        self._lines.append(f"== {step.name}")
        await run(step, root=self._maker.root, environment=self._maker.environment, tell=self._lines.append)


def _on(held_out: Sequence[HeldOut], predictions: Sequence[Prediction]) -> Judged | None:
    if not held_out:
        return None
    pairs = zip(held_out, predictions[: len(held_out)], strict=True)
    return judged([(one.question, one.intent, prediction) for one, prediction in pairs])
