"""How is the action server started? `python -m actions`: on loopback, with settings checked first, one worker."""

from __future__ import annotations

import logging
import os
import sys

from rasa_sdk.endpoint import create_app
from sanic import Sanic

from actions.parts import shared_parts
from actions.settings import SettingsError

HOST, PORT = "127.0.0.1", 5055
LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"


def main() -> int:
    """Serves until it is told to stop; 2 where a setting is wrong."""
    # Not INFO: the SDK would write a line for every call.
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    try:
        shared_parts()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    app = create_app("actions", cors_origins=[])
    app.after_server_stop(_close)
    app.run(
        os.environ.get("ZQ_ACTIONS_HOST") or HOST,
        int(os.environ.get("ZQ_ACTIONS_PORT") or PORT),
        workers=1,
        access_log=False,
        motd=False,
    )
    return 0


async def _close(_app: Sanic) -> None:
    await shared_parts().backends.close()


if __name__ == "__main__":
    sys.exit(main())
