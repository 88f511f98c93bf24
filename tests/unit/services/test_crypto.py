"""Are identifiers sealed so that only the key opens them, and only where they belong?"""

from __future__ import annotations

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crypto import KEY_FILE, Cipher, SealBroken, load_cipher
from services.settings import SettingsError

KEY = bytes(range(32))
TEXTS = st.text(st.characters(exclude_categories=("Cs",)))


@given(text=TEXTS, owner=TEXTS)
def test_what_is_sealed_opens_again_for_its_owner(text: str, owner: str) -> None:
    assert Cipher(KEY).open(Cipher(KEY).seal(text, bound_to=owner), bound_to=owner) == text


def test_a_sealed_value_shows_nothing_and_is_never_the_same_twice() -> None:
    cipher = Cipher(KEY)
    first, second = (cipher.seal("990101199003070017", bound_to="a") for _ in range(2))
    assert first != second
    assert b"990101" not in first


def test_another_owner_another_key_and_a_changed_value_do_not_open() -> None:
    cipher = Cipher(KEY)
    sealed = cipher.seal("x", bound_to="a")
    flipped = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for opener, value, owner in (
        (cipher, sealed, "b"),
        (Cipher(bytes(32)), sealed, "a"),
        (cipher, flipped, "a"),
        (cipher, sealed[:5], "a"),
        (cipher, b"", "a"),
    ):
        with pytest.raises(SealBroken):
            opener.open(value, bound_to=owner)


def test_a_fingerprint_is_the_same_for_the_same_text_purpose_and_key_only() -> None:
    cipher = Cipher(KEY)
    mark = cipher.fingerprint("1", purpose="p")
    assert mark == Cipher(KEY).fingerprint("1", purpose="p")
    others = {
        cipher.fingerprint("2", purpose="p"),
        cipher.fingerprint("1", purpose="q"),
        Cipher(bytes(32)).fingerprint("1", purpose="p"),
        cipher.fingerprint("", purpose="p\x001"),
    }
    assert mark not in others
    assert len(others) == 4


def test_a_key_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Cipher(b"short")


def test_the_settings_key_is_used_and_no_file_is_made(tmp_path: Path) -> None:
    cipher = load_cipher(base64.b64encode(KEY).decode(), tmp_path / "var")
    assert cipher.fingerprint("1", purpose="p") == Cipher(KEY).fingerprint("1", purpose="p")
    assert not (tmp_path / "var").exists()


def test_without_a_key_one_is_made_once_for_the_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    sealed = load_cipher("", folder).seal("x", bound_to="a")
    assert load_cipher("", folder).open(sealed, bound_to="a") == "x"
    assert [path.name for path in folder.iterdir()] == [KEY_FILE]
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from services.crypto import load_cipher; sys.stdin.read(1);"
        "print(load_cipher('', Path(sys.argv[1])).fingerprint('1', purpose='p').hex())"
    )
    root = Path(__file__).resolve().parents[3]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "var")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
        for _ in range(4)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write(b"g")
        process.stdin.flush()
    told = {process.communicate(timeout=60)[0] for process in started}
    assert len(told) == 1
    assert len(told.pop().strip()) == 64
    assert [path.name for path in (tmp_path / "var").iterdir()] == [KEY_FILE]


@pytest.mark.parametrize("content", ["", "not base64!", base64.b64encode(b"short").decode(), "\N{SNOWMAN}"])
def test_a_key_file_that_cannot_be_used_stops_the_start_and_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / KEY_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=KEY_FILE):
        load_cipher("", tmp_path)


def test_a_bad_key_in_the_settings_is_named_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ZQ_VAULT_KEY") as caught:
        load_cipher("hunter2", tmp_path)
    assert "hunter2" not in str(caught.value)
