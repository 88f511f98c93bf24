"""What does a dense ranking add to what the words found? It offers, and confirms; alone it never answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from services.dense.fusion import Near, fused
from services.faq.types import FaqHit, FaqResult

#: Every held text of the FAQ that gets a vector: (key, wording).
TEXTS = """
    SELECT entry.id, wording FROM faq_entries AS entry
    CROSS JOIN LATERAL (
        SELECT entry.question AS wording UNION SELECT jsonb_array_elements_text(entry.similar)
    ) AS wordings
    WHERE entry.retired_at IS NULL
"""


def joined(
    lexical: FaqResult, near: Sequence[Near], held: Mapping[str, FaqHit], *, sure: float, limit: int
) -> FaqResult:
    """Both rankings as one. `near`: near enough to be meant; `held`: those of their entries that hold today."""
    meant = [one for one in near if one.key in held]
    if not meant:
        return lexical
    by_words = {hit.id: hit for hit in lexical.hits}
    similarity = {one.key: min(max(one.similarity, 0.0), 1.0) for one in meant}
    order = fused([hit.id for hit in lexical.hits], list(similarity))[:limit]
    hits = [by_words.get(key) or msgspec.structs.replace(held[key], score=similarity[key]) for key in order]
    agreed = bool(lexical.hits) and lexical.hits[0].id == meant[0].key
    alone = len(meant) == 1 or meant[1].similarity < sure
    confirmed = agreed and meant[0].similarity >= sure and alone
    return FaqResult(verdict="sure" if confirmed else "offer", hits=hits)
