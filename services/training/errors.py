"""What can be wrong with training data and model versions?"""

from __future__ import annotations

from services.errors import BadRequest, Conflict, NotFound


class VersionNotFound(NotFound):
    """There is no such model version."""

    type = "version-not-found"


class NoLiveModel(NotFound):
    """No model version is live yet."""

    type = "no-live-model"


class ChangeNotFound(NotFound):
    """This question is not among those that the version takes otherwise."""

    type = "change-not-found"


class NotReady(Conflict):
    """Only a version that has been trained and judged can become the live one."""

    type = "version-not-ready"


class DoesNotFit(Conflict):
    """The version was made for another release of the program."""

    type = "version-does-not-fit"


class AlreadyLive(Conflict):
    """This version is the live one already."""

    type = "version-is-live"


class NotReviewed(Conflict):
    """Questions that the version takes otherwise are still undecided, or one of them was rejected."""

    type = "version-not-reviewed"


class Worse(Conflict):
    """The version does worse on the questions that editors keep apart than the one that is live."""

    type = "version-is-worse"


class NothingBefore(Conflict):
    """There is no version before this one to go back to."""

    type = "nothing-to-roll-back-to"


class UnderWay(Conflict):
    """A version is being made already; it can be cancelled, or waited for."""

    type = "training-under-way"


class BadData(BadRequest):
    """The training data cannot be used."""

    type = "bad-training-data"


class ExampleNotFound(NotFound):
    """There is no such example."""

    type = "example-not-found"


class ExampleKnown(Conflict):
    """The intent has this sentence already."""

    type = "example-known"

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"the intent has this sentence already: {text}")


class ExampleChanged(Conflict):
    """Somebody else has changed the sentence meanwhile."""

    type = "example-changed"


class IsHeldOut(Conflict):
    """The sentence is one that models are judged by; they must not learn it."""

    type = "example-is-held-out"


class IsExample(Conflict):
    """The question is an example that models learn; they must not be judged by it."""

    type = "question-is-example"

    def __init__(self, intent: str) -> None:
        self.intent = intent
        super().__init__(f"the question is an example of {intent}, so a model cannot be judged by it")


class LeaseLost(Exception):
    """Somebody else works on this version now, or it was cancelled."""
