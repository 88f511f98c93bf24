"""What is a question about? The catalogue and the staff's answers are asked at once, and weighed against each other."""

from __future__ import annotations

import asyncio

from actions.answers import FaqSearch, ItemSearch
from actions.backends import Backends
from actions.deciding import Decision, Unknown, Which, decide, manner_of
from actions.errors import BackendDown
from actions.memory import ItemInHand
from actions.said import Said


async def search(backends: Backends, message: Said, words: str, named: str, hand: ItemInHand | None) -> Decision:
    """`words`: what is looked for among the items; `named`: what is left of the message beside the asking words.

    Where one of the two backends is down, the other may still know; raises BackendDown where it does not.
    """
    found = await asyncio.gather(
        backends.find_items(words),
        backends.find_answers(message.text),
        return_exceptions=True,
    )
    down = [one for one in found if isinstance(one, BackendDown)]
    for one in found:
        if isinstance(one, BaseException) and not isinstance(one, BackendDown):
            raise one
    items, answers = found
    decision = decide(
        items if isinstance(items, ItemSearch) else ItemSearch(verdict="none", hits=[]),
        answers if isinstance(answers, FaqSearch) else FaqSearch(verdict="none", hits=[]),
        manner=manner_of(message),
        subject=named,
        hand=hand,
    )
    # "There is nothing" would be untrue while one of the two could not be asked.
    if down and isinstance(decision, Unknown | Which):
        raise down[0]
    return decision
