"""Are the example city's answers found by the words in which one is in a hurry?"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from services.faq.service import FaqService
from tests.integration.faq.conftest import Import

HUKOU = Path(__file__).parents[3] / "data" / "city" / "faq" / "hukou.yml"


@pytest.mark.parametrize("question", ["身份证丢了明天坐飞机", "身份证丢了明天要坐飞机怎么办", "明天赶飞机没身份证"])
async def test_who_flies_tomorrow_without_an_identity_card_hears_of_the_certificate(
    service: FaqService, import_rows: Import, question: str
) -> None:
    await import_rows(*yaml.safe_load(HUKOU.read_text(encoding="utf-8")))

    found = await service.search(question)

    assert found.verdict == "sure"
    assert found.hits[0].id == "hukou-idcard-05"
    assert "民航临时乘机证明" in found.hits[0].answer
