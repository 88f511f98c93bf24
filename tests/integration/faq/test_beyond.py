"""What nobody answers is refused instead of answered by the nearest entry, until somebody answers it."""

from __future__ import annotations

import pytest

from services.db import Sessions
from services.faq.service import FaqService
from services.faq.types import FaqEntry
from services.search.live import SharedLanguage
from tests.fakes.clock import FixedClock
from tests.integration.faq.conftest import Import, row


@pytest.fixture
def service(sessions: Sessions, clock: FixedClock, language: SharedLanguage) -> FaqService:
    return FaqService(sessions=sessions, clock=clock, language=language, beyond_all=["比特币在哪里买"])


async def test_a_question_that_nobody_answers_is_refused(service: FaqService, import_rows: Import) -> None:
    await import_rows(row("plot", "房子在哪里买卖登记？"))
    assert (await service.search("哪里能买到比特币")).verdict == "none"
    assert (await service.search("房子买卖在哪登记")).hits[0].id == "plot"


async def test_it_is_no_entry(service: FaqService, import_rows: Import) -> None:
    await import_rows(row("plot", "房子在哪里买卖登记？"))
    assert (await service.search("比特币在哪里买")).hits == []
    assert (await service.status()).entries == 1


async def test_an_entry_that_says_the_same_answers_it(service: FaqService, import_rows: Import) -> None:
    await import_rows(row("plot", "房子在哪里买卖登记？"))
    await service.save(FaqEntry(id="coin", question="比特币在哪里买？", answer="不得买卖。"))
    assert (await service.search("比特币在哪里买")).hits[0].id == "coin"
