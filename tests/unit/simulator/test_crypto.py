"""Does the simulator sign and encrypt as the platform's published vectors say?"""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.crypto import CipherError, MessageCipher, decode_key, same_signature, signature

TOKEN = "AAAAA"
KEY = "A" * 43
APP_ID = "wxba5fad812f8e6fb9"
CALLBACK = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8"
    "XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32I"
    "Ijdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)


def test_the_signature_of_an_address_check_is_the_published_one():
    assert signature(TOKEN, "1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"


def test_the_signature_of_a_plain_callback_is_the_published_one():
    assert same_signature("899cf89e464efb63f54ddac96b0a0a235f53aa78", TOKEN, "1714037059", "486452656")
    assert not same_signature("899cf89e464efb63f54ddac96b0a0a235f53aa79", TOKEN, "1714037059", "486452656")


def test_the_published_callback_has_the_published_signature_and_text():
    expected = "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"
    assert signature(TOKEN, "1714112445", "415670741", CALLBACK) == expected
    message = MessageCipher(KEY, APP_ID).decrypt(CALLBACK)
    assert len(message) == 167
    assert message.endswith(b'"debug_str":"hello world"}')


def test_the_published_reply_is_encrypted_to_the_published_bytes():
    encrypted = MessageCipher(KEY, APP_ID).encrypt(b'{"demo_resp":"good luck"}', b"707722b803182950")
    assert encrypted == "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
    assert signature(TOKEN, "1713424427", "415670741", encrypted) == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"


def test_the_length_counts_bytes_and_a_key_of_all_characters_works():
    cipher = MessageCipher("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxb11529c136998cb6")
    encrypted = cipher.encrypt("我是中文abcd123".encode(), b"aaaabbbbccccdddd")
    assert encrypted == "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="


@given(st.binary(max_size=300))
def test_whatever_is_encrypted_comes_back_the_same(message):
    cipher = MessageCipher(KEY, APP_ID)
    assert cipher.decrypt(cipher.encrypt(message)) == message


def test_another_app_id_is_noticed():
    with pytest.raises(CipherError, match="wrong app id"):
        MessageCipher(KEY, APP_ID).decrypt(MessageCipher(KEY, "wx0000000000000000").encrypt(b"hello"))


def test_another_key_is_noticed():
    with pytest.raises(CipherError):
        MessageCipher("B" * 42 + "A", APP_ID).decrypt(MessageCipher(KEY, APP_ID).encrypt(b"hello"))


@pytest.mark.parametrize("encrypted", ["", "not base64!", base64.b64encode(b"x" * 31).decode()])
def test_what_is_no_ciphertext_is_refused(encrypted):
    with pytest.raises(CipherError):
        MessageCipher(KEY, APP_ID).decrypt(encrypted)


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44, "!" * 43])
def test_a_key_that_cannot_be_one_is_refused(key):
    with pytest.raises(CipherError):
        decode_key(key)
