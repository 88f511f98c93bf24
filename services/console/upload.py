"""What is a file that a form sent? Its name and content; the temporary file behind it is closed at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from multidict import MultiDict, MultiDictProxy


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """One file."""

    name: str
    content: bytes


def with_uploads(form: MultiDictProxy[Any]) -> MultiDictProxy[Any]:
    """The form with every file as an Upload; what the page takes at most has been checked by then."""
    found: MultiDict[Any] = MultiDict()
    for name, value in form.items():
        if isinstance(value, web.FileField):
            with value.file as file:
                found.add(name, Upload(name=value.filename, content=file.read()))
        else:
            found.add(name, value)
    return MultiDictProxy(found)
