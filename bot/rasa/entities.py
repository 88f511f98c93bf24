"""How does Rasa's pipeline learn of everyday things? A graph component around `bot.rasa.everyday`.

Its training learns nothing: it puts the words whose borders count into the model, so that every machine has the same.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.rasa.everyday import Everyday
from bot.rasa.words import Words, configured, dictionary, keep, kept


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class EverydayEntityExtractor(GraphComponent):
    """Adds days, times, phones, places, offices and kinds of people to a message's entities."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, words: Words = ()) -> None:
        self._vocabulary, self._storage, self._resource = config["vocabulary"], storage, resource
        self._everyday = Everyday(dictionary(words))

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """As the classifier's: what is in both costs once."""
        return {"vocabulary": []}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EverydayEntityExtractor:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EverydayEntityExtractor:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, kept(folder))

    def train(self, training_data: TrainingData) -> Resource:
        words = configured(self._vocabulary)
        self._everyday = Everyday(dictionary(words))
        with self._storage.write_to(self._resource) as folder:
            keep(words, folder)
        return self._resource

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
