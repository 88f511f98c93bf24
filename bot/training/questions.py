"""Which real questions is a new version asked again? The latest ones of citizens, identifiers removed."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import text

from bot.training.judging import Asked
from services.db import Sessions

#: How many messages back one looks, and how many different questions are asked again.
LOOKED_AT = 5000
ASKED_AGAIN = 500
# Tokens stand for identifiers, and each citizen has others: the same question must count as one.
LATEST = text(r"""
    SELECT regexp_replace(told, '(IDCARD|IDWRONG|MOBILE|BANKCARD)[A-Z2-7]{8}', '\1AAAAAAAA', 'g') AS question
    FROM inbox
    WHERE kind IN ('text', 'voice') AND told IS NOT NULL AND told NOT LIKE '/%' AND length(told) <= 200
    ORDER BY seq DESC LIMIT :looked_at
""")


async def latest_questions(sessions: Sessions) -> list[Asked]:
    """The most asked first, of equals the latest."""
    async with sessions() as session:
        found = await session.scalars(LATEST, {"looked_at": LOOKED_AT})
        counts = Counter(found.all())
    return [Asked(question=question, count=count) for question, count in counts.most_common(ASKED_AGAIN)]
