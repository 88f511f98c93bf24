"""How are rows that could not be used given back? As a file with each one's reason, to be put right and imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from services.importing.report import BadRow

#: The field of why a row could not be used; an import passes it over.
REASON = "有问题的原因"
#: What stands for a row that is no set of fields.
AS_IT_WAS = "原文"


def json_lines(bad: Sequence[BadRow], say: Callable[[BadRow], str]) -> bytes:
    """A .jsonl file: a line for each bad row that the file has; `say` gives the reason in staff's words."""
    return b"".join(
        msgspec.json.encode({REASON: say(one), **_fields(one.value)}, enc_hook=str) + b"\n"
        for one in bad
        if one.value is not None
    )


def without_reason(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as it was before it was given back."""
    return {name: value for name, value in row.items() if name != REASON}


def _fields(value: Any) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return {str(name): one for name, one in value.items() if name != REASON}
    return {AS_IT_WAS: value}
