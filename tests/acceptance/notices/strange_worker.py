"""The real worker under strange conditions: a clock that a test moves, a recipient who brings the process down.

    python -m tests.acceptance.notices.strange_worker worker

Settings are the worker's; beside them STRANGE_CLOCK names a file that holds by how many seconds the clock is wrong, and
STRANGE_POISON an openid at whose call the process dies.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from unittest.mock import patch

from bot import __main__ as program
from bot import worker
from bot.broadcast.sender import WeChatSender
from services.clock import SystemClock
from services.notices.rules import RouteName
from services.notices.values import Content


class WrongClock(SystemClock):
    """The machine's clock and what the file adds to it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=float(self._file.read_text()))


class MortalSender(WeChatSender):
    """Dies at one recipient, whatever is under way beside it."""

    async def send_one(self, content: Content, *, route: RouteName, address: str, key: str) -> str:
        if address == os.environ["STRANGE_POISON"]:
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().send_one(content, route=route, address=address, key=key)


def main() -> int:
    clock, poison = os.environ.get("STRANGE_CLOCK"), os.environ.get("STRANGE_POISON")
    with ExitStack() as strange:
        if clock:
            strange.enter_context(patch.object(program, "SystemClock", partial(WrongClock, Path(clock))))
        if poison:
            strange.enter_context(patch.object(worker, "WeChatSender", MortalSender))
        return program.main()


if __name__ == "__main__":
    sys.exit(main())
