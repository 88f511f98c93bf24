"""Is this file a picture that can stand on the cover of a news message? Its first bytes tell. Pure."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

Format = Literal["jpeg", "png"]

#: The platform takes ten megabytes; a cover of this size is sharp on every phone.
MOST_BYTES = 2 * 1024 * 1024
#: The platform shows covers 900 x 383 and crops what has other proportions.
LEAST_WIDTH, LEAST_HEIGHT = 360, 150
MOST_SIDE = 6000

_PNG, _PNG_END = b"\x89PNG\r\n\x1a\n", b"\x00\x00\x00\x00IEND\xaeB`\x82"
#: Start of frame: every way of coding a JPEG but the tables between them.
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
#: Markers that have no length.
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})


class NoPicture(ValueError):
    """The file cannot be a cover; `reason` names why, `width` and `height` where they are known."""

    def __init__(self, reason: Literal["empty", "format", "damaged", "bytes", "small", "large"], *size: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.size = size


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """What the file says of itself."""

    format: Format
    width: int
    height: int


def read_picture(content: bytes) -> Picture:
    """Raises NoPicture."""
    if not content:
        raise NoPicture("empty")
    if len(content) > MOST_BYTES:
        raise NoPicture("bytes", len(content))
    picture = _read(content)
    width, height = picture.width, picture.height
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        raise NoPicture("small", width, height)
    if max(width, height) > MOST_SIDE:
        raise NoPicture("large", width, height)
    return picture


def _read(content: bytes) -> Picture:
    if content.startswith(_PNG):
        return _png(content)
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    raise NoPicture("format")


def _png(content: bytes) -> Picture:
    """The first chunk has the size, the last one stands at the end of a whole file."""
    if content[12:16] != b"IHDR" or _PNG_END not in content[-1024:]:
        raise NoPicture("damaged")
    width, height = struct.unpack(">II", content[16:24])
    return Picture(format="png", width=width, height=height)


def _jpeg(content: bytes) -> Picture:
    """Segments up to the frame, which has the size; the last marker stands near the end of a whole file."""
    place = 2
    # Some cameras write a few bytes behind the end.
    whole = b"\xff\xd9" in content[-1024:]
    while whole and place + 9 < len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return Picture(format="jpeg", width=width, height=height)
        if marker == 0xFF:
            place += 1
        elif marker in _BARE:
            place += 2
        else:
            place += 2 + int(struct.unpack(">H", content[place + 2 : place + 4])[0])
    raise NoPicture("damaged")
