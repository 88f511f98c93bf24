"""How are training examples, and the questions that models are judged by, read and changed over HTTP?"""

from __future__ import annotations

from collections.abc import Sequence

from services.training.errors import BadData, ExampleKnown, ExampleNotFound, IsExample, IsHeldOut
from services.training.examples import ExampleService
from services.training.held_out import HeldOutService
from services.training.types import (
    Example,
    ExamplePage,
    HeldOut,
    IntentSize,
    KeptApart,
    NewExample,
    Problem,
    Reasoned,
    Removal,
)
from services.web import Call, Route

ONE = "/examples/{id}"


def data_routes(examples: ExampleService, held_out: HeldOutService) -> Sequence[Route]:
    """The routes below the training API's prefix."""
    handlers = _Handlers(examples, held_out)
    return (*_routes_about_examples(handlers), *_routes_about_questions(handlers))


def _routes_about_examples(handlers: _Handlers) -> Sequence[Route]:
    return (
        Route(
            method="GET",
            path="/examples",
            handler=handlers.list_examples,
            summary="Examples by id, page by page",
            query=ExamplePage,
            response=list[Example],
        ),
        Route(
            method="POST",
            path="/examples",
            handler=handlers.add_example,
            summary="Add a sentence to an intent",
            body=NewExample,
            response=Example,
            status=201,
            errors=(BadData, ExampleKnown, IsHeldOut),
        ),
        Route(
            method="PUT",
            path=ONE,
            handler=handlers.edit_example,
            summary="Change a sentence, or move it to another intent",
            body=NewExample,
            response=Example,
            errors=(BadData, ExampleNotFound, ExampleKnown, IsHeldOut),
        ),
        Route(
            method="POST",
            path=f"{ONE}/removal",
            handler=handlers.remove_example,
            summary="Take a sentence out; no release brings it back",
            body=Reasoned,
            response=Removal,
            errors=(ExampleNotFound,),
        ),
        Route(
            method="GET",
            path="/intents",
            handler=handlers.list_intents,
            summary="Every intent with the number of its examples",
            response=list[IntentSize],
        ),
        Route(
            method="GET",
            path="/problems",
            handler=handlers.list_problems,
            summary="What is wrong with the examples as a whole, such as a sentence of two intents",
            response=list[Problem],
        ),
    )


def _routes_about_questions(handlers: _Handlers) -> Sequence[Route]:
    return (
        Route(
            method="GET",
            path="/held-out",
            handler=handlers.list_held_out,
            summary="The questions that models are judged by",
            response=list[HeldOut],
        ),
        Route(
            method="POST",
            path="/held-out",
            handler=handlers.keep_apart,
            summary="Keep a question apart, or correct its intent",
            body=KeptApart,
            response=HeldOut,
            errors=(BadData, IsExample),
        ),
        Route(
            method="POST",
            path="/held-out/removal",
            handler=handlers.forget_held_out,
            summary="Judge by this question no longer",
            body=HeldOut,
            response=Removal,
        ),
    )


class _Handlers:
    """Requests in, the services' answers out."""

    def __init__(self, examples: ExampleService, held_out: HeldOutService) -> None:
        self._examples = examples
        self._held_out = held_out

    async def list_examples(self, call: Call) -> list[Example]:
        return await self._examples.page(call.query)

    async def add_example(self, call: Call) -> Example:
        return await self._examples.add(call.body)

    async def edit_example(self, call: Call) -> Example:
        return await self._examples.edit(call.path["id"], call.body)

    async def remove_example(self, call: Call) -> Removal:
        await self._examples.remove(call.path["id"], by=call.body.by)
        return Removal(removed=True)

    async def list_intents(self, call: Call) -> list[IntentSize]:
        return await self._examples.intents()

    async def list_problems(self, call: Call) -> list[Problem]:
        return await self._examples.problems()

    async def list_held_out(self, call: Call) -> list[HeldOut]:
        return await self._held_out.all()

    async def keep_apart(self, call: Call) -> HeldOut:
        one = HeldOut(question=call.body.question, intent=call.body.intent)
        await self._examples.check_intent(one.intent)
        await self._held_out.keep(one, by=call.body.by)
        return one

    async def forget_held_out(self, call: Call) -> Removal:
        return Removal(removed=await self._held_out.forget(call.body.question))
