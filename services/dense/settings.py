"""Is there an embeddings endpoint, and how far are its vectors trusted?"""

from __future__ import annotations

from dataclasses import dataclass

from services.settings import ServicesSettings, SettingsError


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointSettings:
    """One endpoint. Similarities are cosines, whose scale is the model's own."""

    url: str
    model: str
    key: str
    #: A citizen waits no longer than this for the endpoint.
    seconds: float
    #: Up to this similarity a document has nothing to do with the question.
    near: float
    #: From this on it says the same; where words agree, it is meant.
    sure: float


def endpoint_settings(settings: ServicesSettings) -> EndpointSettings | None:
    """None where no endpoint is set; raises SettingsError where half of it is."""
    if not settings.embeddings_url:
        return None
    if not settings.embeddings_url.startswith(("http://", "https://")):
        raise SettingsError("settings: ZQ_EMBEDDINGS_URL must start with http:// or https://")
    if not settings.embeddings_model:
        raise SettingsError("settings: ZQ_EMBEDDINGS_URL needs ZQ_EMBEDDINGS_MODEL beside it")
    if settings.embeddings_near > settings.embeddings_sure:
        raise SettingsError("settings: ZQ_EMBEDDINGS_NEAR must not be above ZQ_EMBEDDINGS_SURE")
    return EndpointSettings(
        url=settings.embeddings_url,
        model=settings.embeddings_model,
        key=settings.embeddings_key,
        seconds=settings.embeddings_seconds,
        near=settings.embeddings_near,
        sure=settings.embeddings_sure,
    )
