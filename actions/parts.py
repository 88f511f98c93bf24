"""What is every action built from? Rasa builds actions without arguments, so they share one set made on first use."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass

from actions.backends import Backends
from actions.clock import Clock, SystemClock
from actions.dates import DateReader
from actions.settings import ActionSettings, load_settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """Handed to every action; a test hands in its own."""

    settings: ActionSettings
    backends: Backends
    clock: Clock
    dates: DateReader


@functools.cache
def shared_parts() -> Parts:
    """The action server's own set, from its environment; one set means one pool of connections."""
    settings = load_settings(os.environ)
    return Parts(settings=settings, backends=Backends(settings), clock=SystemClock(), dates=DateReader())
