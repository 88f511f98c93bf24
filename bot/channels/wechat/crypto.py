"""How are WeChat's requests signed and encrypted? Pure functions of the platform's message-encryption rules.

Source: the platform's documentation of server messages (signature, EncodingAESKey, message body encryption).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.errors import BadPayload

KEY_CHARACTERS = 43
KEY_BYTES = 32
#: The platform pads to multiples of 32 although AES has blocks of 16.
PADDING_BLOCK = 32
RANDOM_BYTES = 16
LENGTH_BYTES = 4


def signature(*parts: str) -> str:
    """SHA-1 in hex over the sorted parts: (token, timestamp, nonce), and the ciphertext where there is one."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def signature_matches(shown: str, *parts: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(shown.encode("utf-8", "surrogatepass"), signature(*parts).encode())


def decode_key(encoding_aes_key: str) -> bytes:
    """The 32 bytes of an EncodingAESKey of 43 characters; raises ValueError."""
    if len(encoding_aes_key) != KEY_CHARACTERS:
        raise ValueError(f"an EncodingAESKey has {KEY_CHARACTERS} characters, not {len(encoding_aes_key)}")
    try:
        # Keys from the console may have stray low bits in the last character; the platform ignores them, so do we.
        key = base64.b64decode(encoding_aes_key + "=", validate=True)
    except ValueError as error:
        raise ValueError("an EncodingAESKey has letters and digits only") from error
    if len(key) != KEY_BYTES:
        raise ValueError("an EncodingAESKey has no padding of its own")
    return key


def encrypt(message: bytes, *, key: bytes, app_id: str, random: bytes) -> str:
    """Base64 of AES-256-CBC over 16 random bytes, the length, the message and the app id; IV is the key's start."""
    body = random + struct.pack(">I", len(message)) + message + app_id.encode("utf-8")
    encryptor = _cipher(key).encryptor()
    return base64.b64encode(encryptor.update(_pad(body)) + encryptor.finalize()).decode("ascii")


def decrypt(ciphertext: str, *, key: bytes, app_id: str) -> bytes:
    """The message; raises BadPayload when base64, length, padding or the trailing app id is wrong."""
    try:
        raw = base64.b64decode(ciphertext, validate=True)
    except ValueError as error:
        raise BadPayload("the ciphertext is not base64") from error
    if not raw or len(raw) % PADDING_BLOCK:
        raise BadPayload("the ciphertext is not whole blocks")
    decryptor = _cipher(key).decryptor()
    body = _unpad(decryptor.update(raw) + decryptor.finalize())
    start = RANDOM_BYTES + LENGTH_BYTES
    if len(body) < start:
        raise BadPayload("the ciphertext is too short")
    (length,) = struct.unpack(">I", body[RANDOM_BYTES:start])
    if length > len(body) - start:
        raise BadPayload("the message length is wrong")
    if not hmac.compare_digest(body[start + length :], app_id.encode("utf-8")):
        raise BadPayload("the app id is not ours")
    return body[start : start + length]


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def _pad(body: bytes) -> bytes:
    count = PADDING_BLOCK - len(body) % PADDING_BLOCK
    return body + bytes([count]) * count


def _unpad(body: bytes) -> bytes:
    count = body[-1]
    if not 1 <= count <= PADDING_BLOCK or count > len(body) or body[-count:] != bytes([count]) * count:
        raise BadPayload("the padding is wrong")
    return body[:-count]
