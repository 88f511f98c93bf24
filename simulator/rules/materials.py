"""Which pictures does the account keep for good? Permanent material: its types, sizes and number.

Sizes are the platform's own figures: pictures 10 MB (BMP, PNG, JPEG, GIF), thumbnails 64 KB (JPEG).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from simulator.errors import ApiError


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What one type of material takes."""

    most_bytes: int
    #: So many of them an account may have.
    most: int
    formats: frozenset[str]


KINDS: Mapping[str, Kind] = {
    "image": Kind(most_bytes=10 * 1024 * 1024, most=100_000, formats=frozenset({"jpeg", "png", "gif", "bmp"})),
    "thumb": Kind(most_bytes=64 * 1024, most=1_000, formats=frozenset({"jpeg"})),
}
#: How a file of each format begins, and what the page serves it as.
BEGINNINGS: Mapping[bytes, str] = {b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png", b"GIF8": "gif", b"BM": "bmp"}


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """What came in the form field `media`."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """One picture that the account uploaded."""

    media_id: str
    kind: str
    name: str
    format: str
    content: bytes


class Materials:
    """The account's permanent material by media id."""

    def __init__(self) -> None:
        self._materials: dict[str, Material] = {}

    def forget(self) -> None:
        self._materials.clear()

    def add(self, number: int, kind: str, file: File | None) -> Material:
        """Keeps a picture; 40004 for a type that there is not, 41005 for no file, 40005 for a format that the type does
        not take, 45001 over its size, 45002 over its number."""
        rules = KINDS.get(kind)
        if rules is None:
            raise ApiError(40004)
        if file is None or not file.content:
            raise ApiError(41005)
        found = next((name for begin, name in BEGINNINGS.items() if file.content.startswith(begin)), "")
        if found not in rules.formats:
            raise ApiError(40005)
        if len(file.content) > rules.most_bytes:
            raise ApiError(45001)
        if sum(one.kind == kind for one in self._materials.values()) >= rules.most:
            raise ApiError(45002, "too many materials")
        # Every upload is a material of its own, also of the same picture.
        media_id = "M" + hashlib.sha256(f"material{number}".encode()).hexdigest()[:42]
        material = Material(media_id=media_id, kind=kind, name=file.name, format=found, content=file.content)
        self._materials[media_id] = material
        return material

    def remove(self, media_id: str) -> None:
        """40007 for what is not there."""
        if self._materials.pop(media_id, None) is None:
            raise ApiError(40007)

    def get(self, media_id: str) -> Material | None:
        return self._materials.get(media_id)
