"""How does a cover come in at the command line? Read from a file, with a limit, and kept before the notice names it."""

from __future__ import annotations

import argparse
from pathlib import Path

from services.notices import article_texts, cli_texts
from services.notices.errors import BadNotice
from services.notices.pictures import MOST_BYTES, NoPicture
from services.notices.service import NoticeService


async def news_fields(service: NoticeService, arguments: argparse.Namespace) -> dict[str, str]:
    """The given fields of a news message by their names in the API; raises BadNotice for a file that cannot be a
    cover."""
    given = {"mass_form": arguments.mass_form, "digest": arguments.digest}
    fields = {name: value for name, value in given.items() if value is not None}
    if arguments.cover is not None:
        fields["cover"] = (await service.covers.add(_read(arguments.cover), staff=arguments.by)).id
    return fields


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadNotice(cli_texts.unreadable_picture(str(path), type(error).__name__)) from error
    if len(content) > MOST_BYTES:
        raise BadNotice(article_texts.no_picture(NoPicture("bytes")))
    return content
