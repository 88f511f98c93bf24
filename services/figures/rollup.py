"""How do hours become figures? Hour after hour from the messages and the assistant's events, each hour written whole.

The tables of messages are the bot's (docs/decisions/0030-console-reads-messages.md): they are read by SQL of our own.
An hour that is written twice is the same: what was there is replaced.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.figures.rules import STEPS

log = structlog.stdlib.get_logger(__name__)

HOUR = timedelta(hours=1)
#: What is committed late, or said in the last second of an hour and answered in the next.
LATE = timedelta(minutes=2)
#: How far back the first roll-up begins: messages are not kept much longer.
FIRST = timedelta(days=31)
#: Topics hold what citizens wrote: they are kept as long as messages; the hours' own figures for good.
TOPICS_KEPT = FIRST
#: Different questions of an hour that are kept; the rest were asked once or twice.
QUESTIONS_KEPT = 50

#: What the assistant says when it has no answer, and when it asks which one was meant (domain.yml).
UNKNOWN = ("utter_unknown", "utter_out_of_scope", "utter_not_understood")
UNSURE = ("utter_which_item", "utter_which_question", "utter_which_by_name", "utter_ask_which_item")
#: What answers a question, or says that there is no answer: only then was what the citizen wrote a question, and no
#: name or date that the assistant had asked for.
QUESTION = (*UNKNOWN, *UNSURE, "utter_faq", "utter_fact", "utter_fact_missing", "utter_overview", "utter_overview_bare")

LATENCIES = text("""
    SELECT width_bucket(extract(epoch FROM settled_at - received_at) * 1000, CAST(:steps AS numeric[])) AS place,
           count(*) AS messages, count(*) FILTER (WHERE state = 'failed') AS failed
    FROM inbox
    WHERE settled_at >= :since AND settled_at < :until AND told IS NOT NULL AND state IN ('answered', 'failed')
    GROUP BY place
""")
#: A turn is what a citizen said and what followed until the next; it belongs to the hour in which it was said.
TURNS = text("""
    CREATE TEMPORARY TABLE figure_turns ON COMMIT DROP AS
    WITH events AS (
        SELECT id, sender_id, type_name, at, CAST(data AS jsonb) AS data,
               count(*) FILTER (WHERE type_name = 'user') OVER (PARTITION BY sender_id ORDER BY id) AS turn
        FROM rasa_events
        WHERE at >= :since AND at < :late AND type_name IN ('user', 'bot', 'slot')
    )
    SELECT max(at) FILTER (WHERE type_name = 'user') AS at,
           max(data ->> 'text') FILTER (WHERE type_name = 'user') AS said,
           max(data #>> '{parse_data,intent,name}') FILTER (WHERE type_name = 'user') AS intent,
           max(data ->> 'value') FILTER (WHERE type_name = 'slot' AND data ->> 'name' = 'item_name') AS item,
           coalesce(bool_or(data #>> '{metadata,utter_action}' = ANY(:unknown)), false) AS unknown,
           coalesce(bool_or(data #>> '{metadata,utter_action}' = ANY(:unsure)), false) AS unsure,
           coalesce(bool_or(data #>> '{metadata,utter_action}' = ANY(:question)), false) AS question
    FROM events WHERE turn > 0
    GROUP BY sender_id, turn
""")
COUNTS = text("""
    SELECT count(*) AS turns, count(*) FILTER (WHERE unsure AND NOT unknown) AS unsure,
           count(*) FILTER (WHERE unknown) AS unknown
    FROM figure_turns WHERE at < :until AND said NOT LIKE '/%'
""")
PUT_HOUR = text("""
    INSERT INTO figure_hours (hour, messages, failed, turns, unsure, unknown, latencies)
    VALUES (:hour, :messages, :failed, :turns, :unsure, :unknown, :latencies)
    ON CONFLICT (hour) DO UPDATE SET messages = excluded.messages, failed = excluded.failed, turns = excluded.turns,
        unsure = excluded.unsure, unknown = excluded.unknown, latencies = excluded.latencies
""")
PUT_TOPICS = text("""
    INSERT INTO figure_topics (hour, kind, name, count)
    SELECT :hour, 'intent', intent, count(*) FROM figure_turns WHERE at < :until AND intent <> '' GROUP BY intent
    UNION ALL
    SELECT :hour, 'item', item, count(*) FROM figure_turns WHERE at < :until AND item <> '' GROUP BY item
    UNION ALL
    (SELECT :hour, 'question', left(btrim(said), 200), count(*) FROM figure_turns
     WHERE at < :until AND question AND said NOT LIKE '/%' AND btrim(said) <> ''
     GROUP BY 3 ORDER BY 4 DESC, 3 LIMIT :kept)
""")


async def roll(session: AsyncSession, now: datetime) -> bool:
    """Writes the next hour that may have changed; True when the present one is reached. The caller commits.

    One process at a time does it: the others find the row locked, and leave it to that one.
    """
    await session.execute(
        text("INSERT INTO figure_progress VALUES ('hours', :start) ON CONFLICT DO NOTHING"),
        {"start": await _beginning(session, now)},
    )
    through = await session.scalar(
        text("SELECT through FROM figure_progress WHERE name = 'hours' FOR UPDATE SKIP LOCKED")
    )
    if through is None:
        return True
    hour = whole_hour(through - LATE)
    await _write_hour(session, hour)
    reached = min(hour + HOUR + LATE, now)
    await session.execute(text("UPDATE figure_progress SET through = :through"), {"through": max(reached, through)})
    if reached < now:
        return False
    await session.execute(text("DELETE FROM figure_topics WHERE hour < :before"), {"before": now - TOPICS_KEPT})
    return True


async def _beginning(session: AsyncSession, now: datetime) -> datetime:
    """Where the first roll-up begins."""
    first = await session.scalar(text("SELECT min(received_at) FROM inbox"))
    return max(first or now, now - FIRST)


async def _write_hour(session: AsyncSession, hour: datetime) -> None:
    span = {"since": hour, "until": hour + HOUR, "hour": hour}
    latencies = [0] * (len(STEPS) + 1)
    messages = failed = 0
    for row in await session.execute(LATENCIES, {**span, "steps": [0, *STEPS]}):
        latencies[max(row.place - 1, 0)] += row.messages
        messages += row.messages
        failed += row.failed
    counts = {"turns": 0, "unsure": 0, "unknown": 0}
    await session.execute(text("DELETE FROM figure_topics WHERE hour = :hour"), {"hour": hour})
    if await session.scalar(text("SELECT to_regclass('rasa_events')")) is not None:
        counts = await _write_turns(session, span)
    values = {"messages": messages, "failed": failed, "latencies": latencies, **counts}
    await session.execute(PUT_HOUR, {"hour": hour, **values})


async def _write_turns(session: AsyncSession, span: dict[str, Any]) -> dict[str, int]:
    words = {"unknown": list(UNKNOWN), "unsure": list(UNSURE), "question": list(QUESTION)}
    await session.execute(TURNS, {"since": span["since"], "late": span["until"] + LATE, **words})
    counts = (await session.execute(COUNTS, {"until": span["until"]})).one()
    await session.execute(PUT_TOPICS, {"hour": span["hour"], "until": span["until"], "kept": QUESTIONS_KEPT})
    await session.execute(text("DROP TABLE figure_turns"))
    return {"turns": counts.turns, "unsure": counts.unsure, "unknown": counts.unknown}


def whole_hour(instant: datetime) -> datetime:
    """The beginning of its hour."""
    return instant.replace(minute=0, second=0, microsecond=0)
