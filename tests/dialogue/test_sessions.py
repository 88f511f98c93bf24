"""Half an hour later: what is forgotten, and what is not."""

from __future__ import annotations

from tests.dialogue.assistant import Assistant

#: What Rasa does by itself after the silence that domain.yml allows; nothing is said, which the edge counts as failed.
NEW_SESSION = "/session_start"


async def test_a_checklist_is_sent_again_the_next_day(assistant: Assistant, citizen: str) -> None:
    for words in ("办居住证帮我列个清单", "租的", "读书"):
        await assistant.say(citizen, words)
    await assistant.say(citizen, NEW_SESSION)

    assert "租的的证明" in (await assistant.say(citizen, "再发一遍清单")).text


async def test_options_and_items_of_an_earlier_session_are_no_longer_meant(assistant: Assistant, citizen: str) -> None:
    await assistant.say(citizen, "护照多少钱")
    await assistant.say(citizen, "出国要办什么证")
    await assistant.say(citizen, NEW_SESSION)

    assert "没有可选" in (await assistant.say(citizen, "2")).text
    assert "哪件事" in (await assistant.say(citizen, "要带什么")).text
