"""Which model ranks by meaning? The endpoint that is set, else the one that comes with the program, else none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.db import Sessions
from services.dense.bundled import load_bundled
from services.dense.embedder import Embedder
from services.dense.endpoint import EndpointEmbedder
from services.dense.ranking import DenseRanking
from services.dense.settings import endpoint_settings
from services.metrics import Metrics
from services.settings import ServicesSettings


def make_dense(
    topics: Sequence[str], sessions: Sessions, settings: ServicesSettings, metrics: Metrics
) -> Mapping[str, DenseRanking]:
    """One ranking a topic; none where words alone shall rank or no model runs here."""
    return {
        topic: DenseRanking(topic=topic, sessions=sessions, embedder=embedder, metrics=metrics)
        for topic, embedder in _embedders(topics, settings).items()
    }


def _embedders(topics: Sequence[str], settings: ServicesSettings) -> Mapping[str, Embedder]:
    endpoint = endpoint_settings(settings)
    if endpoint is not None:
        return {topic: EndpointEmbedder(endpoint) for topic in topics}
    bundled = load_bundled() if settings.search_model == "bundled" else None
    return {} if bundled is None else dict.fromkeys(topics, bundled)
