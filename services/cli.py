"""What does a topic's command get to work with, and how is a command run?

A topic's `cli.register(commands)` adds its subcommand; each of those sets `run=handler`, where the handler is
`async def handler(args, context) -> int` and the number is the exit code.
"""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console

from services.clock import Clock
from services.db import Sessions
from services.settings import ServicesSettings

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = object


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """Handed to every command."""

    sessions: Sessions
    clock: Clock
    settings: ServicesSettings
    #: Where the command writes for its reader.
    out: Console


Handler = Callable[[argparse.Namespace, Context], Awaitable[int]]
