"""How is one of the staff's answers told? Their own words, with department, source and how long they hold."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.answers import FaqHit


def tell_answer(say: CollectingDispatcher, hit: FaqHit) -> None:
    """The whole answer."""
    response = "utter_faq" if hit.source else "utter_faq_unsourced"
    say.utter_message(
        response=response, answer=hit.answer, department=hit.department, source=hit.source, told=_told(hit)
    )
    if hit.valid_until:
        say.utter_message(response="utter_faq_until", until=f"{hit.valid_until:%Y年%m月%d日}")


def tell_passage(say: CollectingDispatcher, hit: FaqHit, passage: str) -> None:
    """The part of an answer that was asked for."""
    say.utter_message(
        response="utter_faq_more" if hit.source else "utter_faq_more_unsourced",
        passage=passage,
        question=hit.question,
        department=hit.department,
        source=hit.source,
        told=_told(hit),
    )


def _told(hit: FaqHit) -> dict[str, str | None]:
    """Goes along with the utterance, for who keeps book of what citizens were told (bot/rasa/channel.py)."""
    return {"entry": hit.id, "written_at": hit.written_at}
