"""Fixtures of the dialogue tests: the model is trained once if it is stale, the assistant runs all the while."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.understanding.intents import Taught
from bot.rasa.linear import LinearModel, train
from bot.rasa.text import Reader
from services.embedded import EmbeddedPostgres
from tests.dialogue.assistant import ROOT, Assistant, running_assistant, trained_model


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Taught.read(ROOT).reader


@pytest.fixture(scope="session")
def trained(reader: Reader) -> LinearModel:
    """The classifier as it is configured, trained on all that the assistant is taught."""
    taught = Taught.read(ROOT)
    return train(*taught.sentences, taught.shape, reader)


@pytest.fixture(scope="session")
def model() -> Path:
    return trained_model()


@pytest.fixture(scope="session")
def running(postgres: EmbeddedPostgres, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    database_url = postgres.ensure_database("dialogue")
    with running_assistant(database_url, model, tmp_path_factory.mktemp("assistant")) as assistant:
        yield assistant


@pytest.fixture
def assistant(running: Assistant) -> Assistant:
    """The running assistant with backends as at the beginning."""
    running.backends.reset()
    return running


@pytest.fixture
def citizen() -> str:
    """A citizen nobody has spoken with."""
    return str(uuid.uuid4())
