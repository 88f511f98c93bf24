"""What do all actions share? Their parts, and one sentence for the citizen where a backend cannot be used."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.errors import BackendDown
from actions.memory import Event
from actions.parts import Parts, shared_parts

log = structlog.stdlib.get_logger(__name__)


class BackedAction(Action, ABC):
    """An action that asks backends; concrete ones are registered by Rasa, this one never."""

    def __init__(self, parts: Parts | None = None) -> None:
        self._given = parts

    @property
    def parts(self) -> Parts:
        """The parts it was given, else the action server's own."""
        return self._given or shared_parts()

    @abstractmethod
    def name(self) -> str:
        """The name by which domain.yml calls it."""

    @abstractmethod
    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Does the work; may raise BackendDown."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Event]:
        """Does the work; a backend that is down or talks nonsense becomes one plain sentence."""
        try:
            return await self.act(dispatcher, tracker)
        except BackendDown as error:
            log.warning("action.without_backend", action=self.name(), error=str(error))
            dispatcher.utter_message(response="utter_backend_down", hotline=self.parts.settings.hotline)
            return []
