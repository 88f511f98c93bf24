"""How does Rasa's pipeline get at our text levelling and our linear model? Two graph components."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.rasa.linear import LinearModel, Shape, train
from bot.rasa.text import Leveller, Reader
from bot.rasa.words import configured, keep, kept

#: How many of the likeliest intents a message carries.
RANKING = 5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class TextLeveller(GraphComponent):
    """Rewrites a message's text in plain form, sign by sign, before patterns and the classifier see it."""

    def __init__(self) -> None:
        self._leveller = Leveller()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TextLeveller:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Levels each message's text; Rasa's own record of what the citizen wrote is not touched."""
        for message in messages:
            text = message.get(TEXT)
            if text:
                level = self._leveller.level(text)
                message.set(TEXT, level)
                # For the actions, which look for names and numbers in it.
                message.set("level_text", level, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent, IntentClassifier):
    """Linear intent classifier with calibrated confidence."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: LinearModel | None = None
    ) -> None:
        self._shape, self._storage, self._resource = shape_of(config), storage, resource
        self._vocabulary, self._model = config["vocabulary"], model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        shape = Shape()
        return {
            "signs": shape.signs,
            "words": shape.words,
            "sounds": shape.sounds,
            "sounds_weight": shape.sounds_weight,
            "strength": shape.strength,
            "evenness": shape.evenness,
            "folds": shape.folds,
            "short": list(shape.short),
            # Words that are kept whole: a list, or a file as the folder that one trains in sees it.
            "vocabulary": [],
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model = LinearModel.load(folder, component._shape, Reader(kept(folder)))
        return component

    def train(self, training_data: TrainingData) -> Resource:
        examples = [one for one in training_data.intent_examples if one.get(INTENT) and one.get(TEXT)]
        texts, intents = [one.get(TEXT) for one in examples], [one.get(INTENT) for one in examples]
        words = configured(self._vocabulary)
        self._model = train(texts, intents, self._shape, Reader(words))
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
            keep(words, folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        if self._model is None:
            raise RuntimeError("the classifier was neither trained nor loaded")
        for message in messages:
            ranked = self._model.predict(message.get(TEXT) or "")
            ranking = [{"name": name, "confidence": chance} for name, chance in ranked[:RANKING]]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data


def shape_of(config: dict[str, Any]) -> Shape:
    """The model's shape as config.yml sets it."""
    return Shape(
        signs=int(config["signs"]),
        words=int(config["words"]),
        sounds=int(config["sounds"]),
        sounds_weight=float(config["sounds_weight"]),
        strength=float(config["strength"]),
        evenness=float(config["evenness"]),
        folds=int(config["folds"]),
        short=tuple(config["short"]),
    )
