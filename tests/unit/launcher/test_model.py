"""When is a model stale, and what does a failed training say?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from rich.console import Console

from launcher.model import TrainingFailed, ensure_model, fingerprint, is_fresh, model_path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "data" / "nlu").mkdir(parents=True)
    (tmp_path / "data" / "nlu" / "greet.yml").write_text("nlu: []")
    (tmp_path / "config.yml").write_text("language: zh")
    return tmp_path


def _pretend_to_be_trained(root: Path) -> None:
    model_path(root).parent.mkdir()
    model_path(root).write_bytes(b"model")
    (root / "models" / "zhengqiao.fingerprint").write_text(fingerprint(root))


def test_without_a_model_nothing_is_fresh(root: Path) -> None:
    assert not is_fresh(root)


def test_a_model_of_the_present_data_is_fresh(root: Path) -> None:
    _pretend_to_be_trained(root)

    assert is_fresh(root)


@pytest.mark.parametrize("changed", ["config.yml", "data/nlu/greet.yml", "data/words.txt"])
def test_a_changed_source_makes_the_model_stale(root: Path, changed: str) -> None:
    _pretend_to_be_trained(root)

    (root / changed).write_text("something else")

    assert not is_fresh(root)


def test_a_new_source_makes_the_model_stale(root: Path) -> None:
    _pretend_to_be_trained(root)

    (root / "data" / "nlu" / "thanks.yml").write_text("nlu: []")

    assert not is_fresh(root)


async def test_a_failed_training_says_why_and_leaves_no_fresh_model(root: Path) -> None:
    # The folder has no domain, and no rasa is importable from an empty search path of its own.
    (root / "rasa.py").write_text("raise SystemExit('the domain is missing')")

    with pytest.raises(TrainingFailed, match="the domain is missing"):
        await ensure_model(root, {"PATH": os.environ["PATH"]}, Console(quiet=True))

    assert not is_fresh(root)
