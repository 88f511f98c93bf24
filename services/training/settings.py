"""What do the settings say about training?"""

from __future__ import annotations

from services.settings import ServicesSettings
from services.training.rules import Rules


def training_rules(settings: ServicesSettings) -> Rules:
    """What a model version has to show before it goes live here."""
    return Rules(reviewed=settings.training_review == "required", may_lose=settings.training_may_lose)
