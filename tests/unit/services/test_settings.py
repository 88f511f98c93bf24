"""Are settings read from the environment, checked once, and kept out of every text?"""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from services.settings import ServicesSettings, SettingsError, load_settings

GOOD = {"DATABASE_URL": "postgresql://db/zhengqiao", "ZQ_SERVICE_TOKEN": "0123456789abcdef"}


def test_the_least_that_must_be_set_is_enough() -> None:
    settings = load_settings(ServicesSettings, GOOD)
    assert settings.services_port == 8020
    assert settings.data_path == Path("var")


def test_numbers_are_read_from_text() -> None:
    settings = load_settings(ServicesSettings, {**GOOD, "ZQ_SERVICES_PORT": "9000", "ZQ_RESERVATION_SECONDS": "30"})
    assert (settings.services_port, settings.reservation_seconds) == (9000, 30)


def test_an_empty_value_is_as_none_at_all_and_other_names_do_not_matter() -> None:
    settings = load_settings(
        ServicesSettings, {**GOOD, "ZQ_SERVICES_PORT": "", "ZQ_UNKNOWN": "x", "services_port": "1"}
    )
    assert settings.services_port == 8020


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZQ_SERVICES_PORT", "0"),
        ("ZQ_SERVICES_PORT", "70000"),
        ("ZQ_SERVICES_PORT", "http"),
        ("ZQ_SERVICE_TOKEN", "short"),
        ("ZQ_RESERVATION_SECONDS", "5"),
        ("ZQ_CASE_ATTEMPTS_PER_HOUR", "0"),
        ("ZQ_LOG_LEVEL", "LOUD"),
        ("ZQ_VAULT_KEY", "not base64"),
        ("ZQ_VAULT_KEY", base64.b64encode(bytes(16)).decode()),
    ],
)
def test_a_value_that_cannot_be_used_stops_the_start_and_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings(ServicesSettings, {**GOOD, name: value})


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_setting_is_named(name: str) -> None:
    environ = {key: value for key, value in GOOD.items() if key != name}
    with pytest.raises(SettingsError, match=f"missing setting `{name}`"):
        load_settings(ServicesSettings, environ)


def test_a_bad_secret_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(ServicesSettings, {**GOOD, "ZQ_SERVICE_TOKEN": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_the_text_form_holds_no_values() -> None:
    settings = load_settings(ServicesSettings, GOOD)
    assert repr(settings) == str(settings) == "<ServicesSettings>"


def test_a_vault_key_of_32_bytes_is_taken() -> None:
    key = base64.b64encode(bytes(range(32))).decode()
    assert load_settings(ServicesSettings, {**GOOD, "ZQ_VAULT_KEY": key}).vault_key == key
