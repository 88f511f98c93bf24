"""What do people ask that no office answers? A list, held in the index beside the entries, so that it can be refused.

A question that is nearer to one of these than to every entry is not answered by the nearest entry either: a threshold
alone cannot tell 手机丢了 from 身份证丢了, since the words of an answer are half there.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from services.faq.types import FaqHit
from services.search.index import Document

FILE = Path(__file__).with_name("beyond.txt")
#: No entry's id begins like this.
_MARK = "~"


def load_beyond(path: Path = FILE) -> list[str]:
    """The list's questions, one a line; lines that begin with # say what follows."""
    lines = map(str.strip, path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def documents(questions: Sequence[str]) -> list[Document[FaqHit | None]]:
    """To be found like entries, but without an answer."""
    return [
        Document(key=f"{_MARK}{number}", wordings=(question,), payload=None)
        for number, question in enumerate(questions)
    ]
