"""Which environment do the processes get?"""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from bot.settings import BotSettings
from launcher.environment import load_environment, read_settings_file, tracker_url
from launcher.processes import process_specs, uses_simulator, with_addresses, with_platform
from services.settings import ServicesSettings, load_settings

DATABASE = {"DATABASE_URL": "postgresql://postgres@/zhengqiao?host=/tmp/somewhere"}


def test_the_first_start_makes_settings_that_every_process_accepts(tmp_path: Path) -> None:
    environment = with_platform(with_addresses(load_environment(DATABASE, tmp_path)))

    assert load_settings(BotSettings, environment).wechat_mode == "safe"
    assert load_settings(ServicesSettings, environment).services_port == 8020


def test_a_second_start_keeps_the_secrets(tmp_path: Path) -> None:
    assert load_environment({}, tmp_path) == load_environment({}, tmp_path)


def test_two_machines_have_different_secrets(tmp_path: Path) -> None:
    one, other = load_environment({}, tmp_path / "one"), load_environment({}, tmp_path / "other")

    assert one["ZQ_SERVICE_TOKEN"] != other["ZQ_SERVICE_TOKEN"]


def test_the_generated_settings_are_for_their_owner_only(tmp_path: Path) -> None:
    load_environment({}, tmp_path)

    assert stat.S_IMODE((tmp_path / "settings.env").stat().st_mode) == 0o600


def test_the_generated_message_key_is_43_characters_for_32_bytes(tmp_path: Path) -> None:
    key = load_environment({}, tmp_path)["ZQ_WECHAT_AES_KEY"]

    assert len(key) == 43
    assert len(base64.b64decode(key + "=", validate=True)) == 32


def test_a_value_from_outside_wins_over_the_file(tmp_path: Path) -> None:
    load_environment({}, tmp_path)

    assert load_environment({"ZQ_WECHAT_MODE": "plain"}, tmp_path)["ZQ_WECHAT_MODE"] == "plain"


def test_the_real_platform_in_the_settings_file_leaves_the_simulator_out(tmp_path: Path) -> None:
    load_environment({}, tmp_path)
    with (tmp_path / "settings.env").open("a", encoding="utf-8") as file:
        file.write("ZQ_WECHAT_API_BASE=https://api.weixin.qq.com\nZQ_EDGE_PORT=\n")

    environment = with_addresses(load_environment({}, tmp_path))

    assert not uses_simulator(environment)
    assert environment["ZQ_EDGE_PORT"] == "8010"


def test_an_empty_value_from_outside_does_not_hide_the_file(tmp_path: Path) -> None:
    secret = load_environment({}, tmp_path)["ZQ_WECHAT_TOKEN"]

    assert load_environment({"ZQ_WECHAT_TOKEN": ""}, tmp_path)["ZQ_WECHAT_TOKEN"] == secret


def test_a_line_that_is_no_setting_is_refused_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "settings.env"
    path.write_text("# a remark\n\nZQ_WECHAT_MODE=safe\nnonsense\n")

    with pytest.raises(ValueError, match="line 4"):
        read_settings_file(path)


def test_processes_find_each_other_on_other_ports(tmp_path: Path) -> None:
    environment = with_addresses(load_environment({"ZQ_EDGE_PORT": "18010"}, tmp_path))

    assert environment["ZQ_SIM_EDGE_URL"] == "http://127.0.0.1:18010/wechat"


def test_without_a_platform_the_simulator_plays_it(tmp_path: Path) -> None:
    environment = load_environment({}, tmp_path)

    assert uses_simulator(environment)
    assert with_platform(with_addresses(environment))["ZQ_WECHAT_API_BASE"] == "http://127.0.0.1:8030"


def test_with_a_platform_no_simulator_is_started(tmp_path: Path) -> None:
    environment = with_addresses(load_environment({"ZQ_WECHAT_API_BASE": "https://platform.example"}, tmp_path))

    assert not uses_simulator(environment)
    assert with_platform(environment)["ZQ_WECHAT_API_BASE"] == "https://platform.example"
    names = [spec.name for spec in process_specs(environment, simulator=False)]
    assert names == ["rasa", "actions", "services", "edge", "worker"]


def test_the_tracker_store_gets_the_whole_address_with_its_driver() -> None:
    assert tracker_url("postgresql://u:p%40s@db:5432/city") == "postgresql+psycopg://u:p%40s@db:5432/city"
