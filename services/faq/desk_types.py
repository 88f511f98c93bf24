"""What do staff see of an entry beyond what citizens get, and why may a change of it be refused?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.errors import Conflict, NotFound
from services.faq.desk_repository import EntryState
from services.faq.types import FaqEntry

Change = Literal["imported", "published", "withdrawn", "restored"]


class DeskEntryNotFound(NotFound):
    """There is no such entry, not even as a draft."""

    type = "entry-not-found"


class DraftOutdated(Conflict):
    """Somebody else has published the entry since this was written."""

    type = "draft-outdated"


class OwnDraft(Conflict):
    """Here somebody else has to publish what one has written."""

    type = "own-draft"


class WordingTaken(Conflict):
    """The question or a similar wording belongs to another entry."""

    type = "wording-taken"

    def __init__(self, taken: Sequence[tuple[str, str, str]]) -> None:
        """`taken`: wording, id and question of the other entry."""
        self.taken = taken
        super().__init__("; ".join(f"{wording}: {other}" for wording, other, _ in taken))


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """An entry as it once was."""

    version: int
    content: FaqEntry
    change: Change
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What nobody has published yet."""

    content: FaqEntry
    base: int
    #: Unanswered questions that it answers once it is published.
    answers: Sequence[str]
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskEntry:
    """One entry with all that staff know of it."""

    id: str
    #: As citizens get it, or got it; None for what was never published.
    published: FaqEntry | None
    state: EntryState
    draft: Draft | None
    #: The number of the version that is published; 0: none yet.
    version: int

    @property
    def shown(self) -> FaqEntry:
        """What an editor goes on from: the draft where there is one."""
        if self.draft is not None:
            return self.draft.content
        if self.published is None:
            raise DeskEntryNotFound
        return self.published
