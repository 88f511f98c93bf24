"""How is an index made, and made again when a few documents changed? What was read once is kept; only news is read."""

from __future__ import annotations

from typing import Generic

from services.search.analysis import Analyser
from services.search.assembly import Assembly, Changed
from services.search.index import Document, Language, P, TextIndex
from services.search.lexicon import load_lexicon
from services.search.normalise import Normaliser
from services.search.reading import Library, Placed
from services.search.space import Tuning

#: So many changes since the last index that was made from nothing are added to it; with more, it is made anew. A
#: change leaves a gap, and what is added costs a search a little.
MOST_ADDED = 1_000
#: And with large indexes, so many of a hundred documents.
MOST_ADDED_PERCENT = 2


def load_language() -> Language:
    """Reads the dictionaries; takes a second or two, so once a process."""
    normalise = Normaliser()
    lexicon = load_lexicon(normalise)
    return Language(normalise=normalise, lexicon=lexicon, analyse=Analyser(lexicon))


class IndexBuilder(Generic[P]):
    """Holds the documents of one index. Used by one thread at a time."""

    def __init__(self, language: Language, tuning: Tuning, *, most_added: int = MOST_ADDED) -> None:
        self._language = language
        self._tuning = tuning
        self._most_added = most_added
        self._library = Library(language, tuning)
        #: By key, in the keys' order whenever an index is made.
        self._placed: dict[str, Placed[P]] = {}
        #: What the last index has of the documents that changed since.
        self._changed: dict[str, Placed[P] | None] = {}
        self._assembly: Assembly[P] | None = None
        self._added = 0

    def put(self, document: Document[P]) -> None:
        """Adds the document, or replaces the one with its key."""
        placed = self._library.place(document)
        self._forget(document.key)
        self._placed[document.key] = placed

    def remove(self, key: str) -> None:
        """Forgets a document; one that is not there is no error."""
        self._forget(key)
        self._placed.pop(key, None)

    def build(self) -> TextIndex[P]:
        """An index of the documents as they are now."""
        # A key that is new stands at the end; sorting what is nearly sorted takes no time.
        self._placed = {key: self._placed[key] for key in sorted(self._placed)}
        self._added += len(self._changed)
        most = max(self._most_added, len(self._placed) * MOST_ADDED_PERCENT // 100)
        # What fails halfway is of no use: the next index is made from nothing then.
        assembly, self._assembly = self._assembly, None
        if assembly is None or self._added > most:
            self._library.renumber()
            assembly, self._added = Assembly(self._language, self._tuning), 0
            changed = Changed(gone=[], come=list(self._placed.values()))
        else:
            changed = self._what_changed()
        index = assembly.index(self._library, changed, self._placed)
        self._library.settle()
        self._changed, self._assembly = {}, assembly
        return index

    def _what_changed(self) -> Changed[P]:
        gone = [placed for placed in self._changed.values() if placed is not None]
        come = [self._placed[key] for key in self._changed if key in self._placed]
        return Changed(gone=gone, come=come)

    def _forget(self, key: str) -> None:
        known = self._placed.get(key)
        self._changed.setdefault(key, known)
        if known is not None:
            self._library.release(known)
