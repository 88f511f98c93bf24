"""How does Rasa's pipeline learn of everyday things? A graph component around `bot.rasa.everyday`, untrained."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.rasa.everyday import Everyday
from bot.rasa.text import word_list


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class EverydayEntityExtractor(GraphComponent):
    """Adds days, times, phones, places, offices and kinds of people to a message's entities."""

    def __init__(self) -> None:
        self._everyday = Everyday(word_list())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EverydayEntityExtractor:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Positions are those of the levelled text, which are the citizen's own."""
        for message in messages:
            text = message.get(TEXT) or ""
            found = [
                {
                    "entity": one.kind,
                    "start": one.start,
                    "end": one.end,
                    "value": text[one.start : one.end],
                    "extractor": type(self).__name__,
                }
                for one in self._everyday.find(text)
            ]
            message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages
