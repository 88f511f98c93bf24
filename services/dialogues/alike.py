"""Who asked something like this lately? Looked for among the newest messages only, so that it costs the same always."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from services.db import Sessions
from services.dialogues.masking import TOKEN, masked
from services.search.alike import likeness, pairs

#: Messages looked at.
NEWEST = 3000
#: From which likeness two questions ask the same.
ALIKE = 0.5
SHOWN = 3
RECENT = text("""
    SELECT told, received_at FROM inbox WHERE told IS NOT NULL AND citizen_id IS NOT NULL
    ORDER BY received_at DESC, seq DESC LIMIT :limit
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedLately:
    """How often something like it was asked among the newest messages."""

    count: int
    last_at: datetime | None
    #: The commonest wordings, identifiers hidden.
    wordings: Sequence[str]
    #: So many messages were looked at.
    looked_at: int


async def asked_lately(sessions: Sessions, question: str) -> AskedLately:
    """Messages that ask like `question`."""
    async with sessions() as session:
        rows = (await session.execute(RECENT, {"limit": NEWEST})).all()
    wanted = pairs(question)
    # Whose number it was makes no difference to what was asked.
    like = [row for row in rows if likeness(wanted, pairs(TOKEN.sub("", row.told))) >= ALIKE]
    commonest = Counter(masked(row.told) for row in like).most_common(SHOWN)
    return AskedLately(
        count=len(like),
        last_at=like[0].received_at if like else None,
        wordings=[wording for wording, _ in commonest],
        looked_at=len(rows),
    )
