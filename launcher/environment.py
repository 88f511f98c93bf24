"""Which environment do the processes get? Settings from the file in the data folder, generated once; yours win."""

from __future__ import annotations

import base64
import os
import secrets
import string
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import make_url

SETTINGS_FILE = "settings.env"


def load_environment(environ: Mapping[str, str], data_dir: Path) -> dict[str, str]:
    """The whole environment of our processes: the caller's own values over those of `<data_dir>/settings.env`.

    The file is made at the first call, with fresh secrets, readable by its owner only.
    """
    path = data_dir / SETTINGS_FILE
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        _write_private(path, "".join(f"{name}={value}\n" for name, value in generated_settings().items()))
    own = {name: value for name, value in environ.items() if value != ""}
    return {
        **read_settings_file(path),
        **own,
        "ZQ_DATA_DIR": str(data_dir),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONUNBUFFERED": "1",
    }


def generated_settings() -> dict[str, str]:
    """Secrets and a made-up WeChat account for one machine; a real account's values replace them."""
    letters = string.ascii_letters + string.digits
    return {
        "ZQ_SERVICE_TOKEN": secrets.token_urlsafe(32),
        "ZQ_VAULT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "ZQ_WECHAT_APP_ID": "wx" + secrets.token_hex(8),
        "ZQ_WECHAT_APP_SECRET": secrets.token_hex(16),
        "ZQ_WECHAT_TOKEN": secrets.token_hex(12),
        # 42 free characters and a last one whose unused bits are zero: 43 characters of base64 make 32 bytes.
        "ZQ_WECHAT_AES_KEY": "".join(secrets.choice(letters) for _ in range(42)) + "A",
        "ZQ_WECHAT_MODE": "safe",
    }


def read_settings_file(path: Path) -> dict[str, str]:
    """NAME=value lines; empty lines, lines that start with # and empty values are passed over."""
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, separator, value = text.partition("=")
        if not separator or not name.strip():
            raise ValueError(f"{path}, line {number}: NAME=value is expected")
        if value.strip():
            found[name.strip()] = value.strip()
    return found


def tracker_url(database_url: str) -> str:
    """Rasa's tracker store wants a whole SQLAlchemy address."""
    return make_url(database_url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
