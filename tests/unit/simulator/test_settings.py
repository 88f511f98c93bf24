"""Does a bad setting stop the start, saying which one it is?"""

from __future__ import annotations

import pytest

from simulator.errors import SettingsError
from simulator.settings import load_settings

GOOD = {
    "ZQ_WECHAT_APP_ID": "wx1",
    "ZQ_WECHAT_APP_SECRET": "0123456789abcdef",
    "ZQ_WECHAT_TOKEN": "AAAAA",
    "ZQ_WECHAT_AES_KEY": "A" * 43,
}


def test_what_the_environment_does_not_say_has_its_default():
    settings = load_settings({**GOOD, "ZQ_SIM_PORT": "", "HOME": "/"})
    assert (settings.sim_port, settings.sim_account, settings.wechat_mode) == (8030, "gh_yunjiang0001", "safe")
    assert settings.sim_edge_url == "http://127.0.0.1:8010/wechat"


def test_plain_mode_needs_no_key():
    settings = load_settings({**GOOD, "ZQ_WECHAT_MODE": "plain", "ZQ_WECHAT_AES_KEY": ""})
    assert settings.wechat_mode == "plain"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZQ_SIM_PORT", "many"),
        ("ZQ_SIM_PORT", "70000"),
        ("ZQ_SIM_EDGE_URL", "edge"),
        ("ZQ_WECHAT_MODE", "open"),
        ("ZQ_WECHAT_AES_KEY", "short"),
        ("ZQ_WECHAT_APP_ID", ""),
        ("ZQ_SIM_FORMAT", "yaml"),
        ("ZQ_SIM_CALLBACK_SECONDS", "0"),
        ("ZQ_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_bad_value_is_named(name, value):
    with pytest.raises(SettingsError, match=name):
        load_settings({**GOOD, name: value})


def test_settings_do_not_show_their_secrets():
    assert "0123456789abcdef" not in repr(load_settings(GOOD))
