"""What is put before a text so that no spreadsheet takes it for a formula?"""

from __future__ import annotations

#: What a formula begins with; a tab or a line break before it is skipped by spreadsheets.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def unformulated(text: str) -> str:
    """The text, with an apostrophe before what would be calculated."""
    return f"'{text}" if text.startswith(FORMULA) else text
