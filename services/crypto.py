"""How are identifiers kept? Sealed with AES-GCM where they are needed again, as a keyed fingerprint where they are not.

One key of 32 bytes comes from the settings, or from a file that is made in the data folder on first use.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.settings import SettingsError

KEY_BYTES = 32
KEY_FILE = "vault.key"
NONCE_BYTES = 12


class SealBroken(Exception):
    """A sealed value was altered, belongs to something else, or was sealed with another key."""


class Cipher:
    """Seals and fingerprints short texts. Each use has a key of its own, derived from the one key."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
        self._aead = AESGCM(_derived(key, b"zhengqiao seal"))
        self._mark = _derived(key, b"zhengqiao fingerprint")

    def seal(self, text: str, *, bound_to: str) -> bytes:
        """Encrypts; only somebody who names the same `bound_to` can open it, so that rows cannot be swapped."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, text.encode(), bound_to.encode())

    def open(self, sealed: bytes, *, bound_to: str) -> str:
        """The text again; raises SealBroken."""
        try:
            plain = self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken(SealBroken.__doc__) from error
        return plain.decode()

    def fingerprint(self, text: str, *, purpose: str) -> bytes:
        """The same for the same text and purpose, and of no use without the key: an ID number is guessed in seconds
        from a plain hash."""
        return hmac.digest(self._mark, f"{purpose}\0{text}".encode(), "sha256")


def load_cipher(vault_key: str, data_path: Path) -> Cipher:
    """The cipher of the settings' key (base64 of 32 bytes); where that is empty, of the data folder's key file.

    Raises SettingsError when the key cannot be used. Several processes may start at once: one of them makes the file.
    """
    if vault_key:
        return Cipher(_decoded(vault_key, "ZQ_VAULT_KEY"))
    path = data_path / KEY_FILE
    if not path.exists():
        _make_key_file(path)
    return Cipher(_decoded(path.read_text("ascii", errors="replace"), str(path)))


def _decoded(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SettingsError(f"{where}: not base64") from error
    if len(key) != KEY_BYTES:
        raise SettingsError(f"{where}: must be base64 of {KEY_BYTES} bytes, holds {len(key)}")
    return key


def _make_key_file(path: Path) -> None:
    """Appears whole or not at all, and never replaces a key that another process has just made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)
