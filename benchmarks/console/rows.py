"""A city after a busy month: fills a database by the statements in rows.sql."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg

STATEMENTS = Path(__file__).with_name("rows.sql")


def fill(connection: psycopg.Connection, *, messages: int, hits: int) -> Iterator[str]:
    """Runs step after step, and says which one comes; the connection commits each statement by itself."""
    values = {"messages": messages, "hits": hits}
    for step in STATEMENTS.read_text(encoding="utf-8").split("\n\n"):
        title, _, statements = step.partition("\n")
        yield title.removeprefix("-- ")
        # A function's body holds no semicolon at a line's end.
        for statement in statements.split(";\n"):
            if statement.strip():
                connection.execute(statement.rstrip(";").encode(), values)
