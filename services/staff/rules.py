"""What is a good password, how long does an account wait, when does a session end? Pure."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 128
#: Wrong tries that cost nothing: everybody mistypes.
FREE_FAILURES = 4
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)

IDLE = timedelta(minutes=30)
SESSION = timedelta(hours=12)
#: Between the password and the code.
HALF_SIGNED_IN = timedelta(minutes=10)
#: `seen_at` is written no more often than this.
SEEN_EVERY = timedelta(minutes=1)
INVITATION = timedelta(hours=24)
TOTP_SECONDS = 30
RECOVERY_CODES = 10
#: Without what is mistaken for something else when it is read from paper.
RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

#: What people type when they have to type something; longer than the shortest password only by repeating it.
_COMMON = frozenset(
    {
        *("password", "passw0rd", "qwertyuiop", "administrator", "zhengqiao", "woaini", "iloveyou", "letmein"),
        *("1qaz2wsx3edc", "qazwsxedc", "changeme", "welcome", "abcdefghij", "zxcvbnm", "asdfghjkl"),
    }
)


def weakness(password: str, *, login: str, name: str) -> str | None:
    """What is wrong with a password, for who chose it; None where it is good enough."""
    if len(password) < SHORTEST_PASSWORD:
        return f"密码至少要有 {SHORTEST_PASSWORD} 个字符。"
    if len(password) > LONGEST_PASSWORD:
        return f"密码最多 {LONGEST_PASSWORD} 个字符。"
    lowered = password.lower()
    if len(set(lowered)) < 5:
        return "密码里不同的字符太少，请换一个。"
    if login in lowered or (len(name) > 1 and name.lower() in lowered):
        return "密码里不能有账号或姓名。"
    bare = re.sub(r"[\d\W_]+", "", lowered)
    if bare in _COMMON or lowered in _COMMON or re.fullmatch(r"\d+", lowered):
        return "这个密码太常见，容易被猜到，请换一个。"
    return None


def wait_after(failures: int) -> timedelta | None:
    """How long an account waits after so many wrong tries in a row: twice as long each time."""
    beyond = failures - FREE_FAILURES
    if beyond <= 0:
        return None
    doublings: int = min(beyond - 1, 16)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def is_over(*, now: datetime, seen_at: datetime, ends_at: datetime) -> bool:
    """Has a session ended by itself?"""
    return now >= ends_at or now - seen_at >= IDLE


def digest(secret: str) -> bytes:
    """How a random secret of 256 bits is kept: nothing to guess, so a plain hash does."""
    return hashlib.sha256(secret.encode()).digest()


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def new_recovery_code() -> str:
    """Like `k7fq-2mxp-r9td`."""
    letters = "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(12))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def plain_recovery_code(typed: str) -> str:
    """As it is kept: lower case, without what people put between."""
    return re.sub(r"[^a-z0-9]", "", typed.lower())
