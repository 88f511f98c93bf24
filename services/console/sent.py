"""Which file is meant by a form? One that is sent with it, or one that was sent before and has been looked at since."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID

from services.console.upload import Upload
from services.console.visit import Visit
from services.staff.files import KeptFile, StaffFiles

LONGEST_NAME = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A file, and by which name it is kept so that it need not be chosen again."""

    upload: Upload
    kept: UUID


async def sent_file(visit: Visit, files: StaffFiles) -> Sent | None:
    """What the form's `file` or `kept` says; None where there is none. Raises FileGone."""
    given, kept = visit.form.get("file"), visit.form.get("kept")
    if isinstance(given, Upload) and given.name:
        upload = Upload(name=_plain(given.name), content=given.content)
        file = KeptFile(name=upload.name, content_type="application/octet-stream", content=upload.content)
        return Sent(upload=upload, kept=await files.keep(visit.person.id, file))
    key = _uuid(kept)
    if key is None:
        return None
    found = await files.read(visit.person.id, key)
    return Sent(upload=Upload(name=found.name, content=found.content), kept=key)


def _plain(name: str) -> str:
    """Without folders, which some browsers send along."""
    return PurePosixPath(name.replace("\\", "/")).name[-LONGEST_NAME:]


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None
