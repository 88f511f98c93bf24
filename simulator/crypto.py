"""How does the platform sign and encrypt? SHA-1 over sorted parts; AES-256-CBC with PKCS#7 over blocks of 32."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
RANDOM_BYTES = 16


class CipherError(ValueError):
    """A ciphertext that was not made with this key for this app id; the text says what is wrong with it."""


def signature(*parts: str) -> str:
    """`sha1hex("".join(sorted(parts)))`, of (token, timestamp, nonce) or those with Encrypt."""
    # SHA-1 is what the platform prescribes.
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324


def same_signature(given: str, *parts: str) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(given.encode(), signature(*parts).encode())


def decode_key(encoding_aes_key: str) -> bytes:
    """The 32 bytes behind the 43 characters of an EncodingAESKey."""
    try:
        key = base64.b64decode(encoding_aes_key + "=", validate=True)
    except binascii.Error as error:
        raise CipherError("the EncodingAESKey is not base64") from error
    if len(encoding_aes_key) != 43 or len(key) != 32:
        raise CipherError("the EncodingAESKey needs 43 characters")
    return key


class MessageCipher:
    """Encrypts and decrypts for one app id: random(16) + length(4, big-endian) + message + app id."""

    def __init__(self, encoding_aes_key: str, app_id: str) -> None:
        self._key = decode_key(encoding_aes_key)
        self._app_id = app_id.encode()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))

    def encrypt(self, message: bytes, random: bytes | None = None) -> str:
        """Base64 of the ciphertext; `random` is for vectors only."""
        head = (os.urandom(RANDOM_BYTES) if random is None else random) + struct.pack(">I", len(message))
        plain = head + message + self._app_id
        pad = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """The message; raises CipherError on bad base64, length, padding or app id."""
        try:
            data = base64.b64decode(encrypted, validate=True)
        except binascii.Error as error:
            raise CipherError("Encrypt is not base64") from error
        if not data or len(data) % BLOCK:
            raise CipherError("Encrypt is no whole number of blocks")
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(data) + decryptor.finalize()
        pad = plain[-1]
        if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad:
            raise CipherError("wrong padding (another key?)")
        return self._message(plain[:-pad])

    def _message(self, plain: bytes) -> bytes:
        if len(plain) < RANDOM_BYTES + 4:
            raise CipherError("too short")
        (length,) = struct.unpack(">I", plain[RANDOM_BYTES : RANDOM_BYTES + 4])
        body = plain[RANDOM_BYTES + 4 :]
        if length > len(body):
            raise CipherError("the length field is longer than the message")
        if not hmac.compare_digest(body[length:], self._app_id):
            raise CipherError("wrong app id")
        return body[:length]
