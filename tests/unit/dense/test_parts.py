"""Are rankings fused, questions masked, settings checked, and a failing endpoint left alone?"""

from __future__ import annotations

import pytest

from services.dense.availability import Availability
from services.dense.client import EmbeddingsFailed
from services.dense.fusion import fused
from services.dense.masking import masked
from services.dense.settings import dense_settings
from services.settings import ServicesSettings, SettingsError, load_settings

NEEDED = {"DATABASE_URL": "postgresql://unused", "ZQ_SERVICE_TOKEN": "a-service-token-of-the-tests"}


def settings(**more: str) -> ServicesSettings:
    return load_settings(ServicesSettings, {**NEEDED, **more})


def test_what_both_rankings_like_comes_before_what_one_likes_most() -> None:
    assert fused(["a", "b", "c"], ["d", "b", "e"])[0] == "b"


def test_of_equals_the_earlier_ranking_decides() -> None:
    assert fused(["a"], ["b"]) == ["a", "b"]


def test_one_ranking_alone_is_left_as_it_is() -> None:
    assert fused(["c", "a", "b"]) == ["c", "a", "b"]
    assert fused([], []) == []


@pytest.mark.parametrize(
    ("question", "sent"),
    [
        ("我的护照怎么换", "我的护照怎么换"),
        ("身份证号11010519491231002X能查吗", "身份证号 能查吗"),
        ("１３８１２３４５６７８", ""),
        ("138-1234-5678 要换号", "要换号"),
        ("MOBILEK3Q7ZP2A", ""),
        ("查询码482913", "查询码"),
        ("满60岁，2026年5月退休", "满60岁,2026年5月退休"),
        ("打12345还是12333", "打 还是"),
    ],
)
def test_long_numbers_stay_in_the_house(question: str, sent: str) -> None:
    assert masked(question) == sent


def test_no_endpoint_is_the_default() -> None:
    assert dense_settings(settings()) is None


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"ZQ_EMBEDDINGS_URL": "https://host/v1"}, "needs ZQ_EMBEDDINGS_MODEL"),
        ({"ZQ_EMBEDDINGS_URL": "host/v1", "ZQ_EMBEDDINGS_MODEL": "m"}, "must start with http"),
        (
            {"ZQ_EMBEDDINGS_URL": "https://host/v1", "ZQ_EMBEDDINGS_MODEL": "m", "ZQ_EMBEDDINGS_NEAR": "0.9"},
            "must not be above ZQ_EMBEDDINGS_SURE",
        ),
    ],
)
def test_half_a_setting_is_told_by_its_name(more: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        dense_settings(settings(**more))


def test_a_failing_endpoint_is_left_alone_longer_each_time_and_as_long_as_it_asks() -> None:
    now = 100.0
    availability = Availability("faq", monotonic=lambda: now)
    rests = []
    for error in (EmbeddingsFailed("a"), EmbeddingsFailed("b"), EmbeddingsFailed("c", retry_after=90)):
        availability.failed(error)
        start = now
        while not availability.open:
            now += 1
        rests.append(now - start)

    assert rests == [5, 10, 90]
    availability.worked()
    availability.failed(EmbeddingsFailed("d"))
    now += 5
    assert availability.open
