"""Does our cryptography agree with the platform's published examples, and does it refuse what is wrong?"""

from __future__ import annotations

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat.crypto import decode_key, decrypt, encrypt, signature, signature_matches
from bot.errors import BadPayload

TOKEN = "AAAAA"
KEY = decode_key("A" * 43)
APP_ID = "wxba5fad812f8e6fb9"
DEBUG_DEMO = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnn"
    "R8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2k"
    "m32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)


def test_the_signature_of_an_address_check_agrees() -> None:
    assert signature(TOKEN, "1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"


def test_the_signature_of_a_plain_message_agrees() -> None:
    assert signature(TOKEN, "1714037059", "486452656") == "899cf89e464efb63f54ddac96b0a0a235f53aa78"


def test_the_signatures_of_an_encrypted_message_agree() -> None:
    assert signature(TOKEN, "1714112445", "415670741") == "6c5c811b55cc85e0e1b54100749188c20beb3f5d"
    assert signature(TOKEN, "1714112445", "415670741", DEBUG_DEMO) == "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"


def test_the_platforms_encrypted_message_is_read() -> None:
    message = decrypt(DEBUG_DEMO, key=KEY, app_id=APP_ID)

    assert len(message) == 167
    assert message.startswith(b'{"ToUserName":"gh_97417a04a28d"')


def test_our_encrypted_reply_is_the_platforms_to_the_letter() -> None:
    ciphertext = encrypt(b'{"demo_resp":"good luck"}', key=KEY, app_id=APP_ID, random=b"707722b803182950")

    assert ciphertext == "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
    assert signature(TOKEN, "1713424427", "415670741", ciphertext) == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"


def test_the_length_counts_bytes_not_characters() -> None:
    key = decode_key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
    message = "我是中文abcd123".encode()

    ciphertext = encrypt(message, key=key, app_id="wxb11529c136998cb6", random=b"aaaabbbbccccdddd")

    assert ciphertext == "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
    assert decrypt(ciphertext, key=key, app_id="wxb11529c136998cb6") == message


@given(message=st.binary(max_size=500), random=st.binary(min_size=16, max_size=16), app_id=st.text(max_size=20))
def test_what_is_encrypted_is_decrypted(message: bytes, random: bytes, app_id: str) -> None:
    app_id = app_id.encode("utf-8", "ignore").decode()

    assert decrypt(encrypt(message, key=KEY, app_id=app_id, random=random), key=KEY, app_id=app_id) == message


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: base64.b64encode(raw).decode()))
def test_whatever_arrives_is_read_or_refused_but_never_crashes(ciphertext: str) -> None:
    with pytest.raises(BadPayload):
        decrypt(ciphertext, key=KEY, app_id=APP_ID)


def test_another_accounts_app_id_is_refused() -> None:
    ciphertext = encrypt(b"hello", key=KEY, app_id="wx0000000000000000", random=os.urandom(16))

    with pytest.raises(BadPayload, match="app id"):
        decrypt(ciphertext, key=KEY, app_id=APP_ID)


def test_a_cut_message_is_refused() -> None:
    ciphertext = base64.b64decode(encrypt(b"hello" * 20, key=KEY, app_id=APP_ID, random=os.urandom(16)))

    with pytest.raises(BadPayload):
        decrypt(base64.b64encode(ciphertext[:-16]).decode(), key=KEY, app_id=APP_ID)


@pytest.mark.parametrize("shown", ["", "f464", "F464B24FC39322E44B38AA78F5EDD27BD1441696", "签名", "\ud800"])
def test_a_wrong_signature_does_not_match(shown: str) -> None:
    assert not signature_matches(shown, TOKEN, "1714036504", "1514711492")


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44])
def test_a_key_of_the_wrong_length_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="43"):
        decode_key(key)
