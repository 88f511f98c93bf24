"""Which wordings belong to which documents? By numbers; a family is all documents with the same wordings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from services.search.beside import Floats, Rows, covered


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """Of one index; never changed."""

    #: Wordings of one family after another, by their row in the spaces, and where each family's start.
    wordings: Rows
    wording_starts: Rows
    #: Documents of one family after another, and where each family's start; one more entry than families.
    documents: Rows
    document_ends: Rows
    #: Of each document: its family, and its profile and its place in `Beside`.
    family_of: Rows
    profile_of: Rows
    place_of: Rows
    #: Families that went; they have wordings still, and no document.
    gone: Rows

    def fitting(self, of_wordings: Floats, families: Rows) -> Rows:
        """The wording of each family that fits best, of equal ones the first. `of_wordings`: in the layout's order."""
        starts = self.wording_starts[families]
        lengths = np.append(self.wording_starts, len(self.wordings))[families + 1] - starts
        places = covered(starts, lengths)
        # Families in order, in each the best first.
        order = np.lexsort((-of_wordings[places], np.repeat(np.arange(len(families)), lengths)))
        fitting: Rows = self.wordings[places[order[np.cumsum(lengths) - lengths]]]
        return fitting
