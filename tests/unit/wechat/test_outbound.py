"""Do replies fit the platform's limits without losing a character?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat.outbound import render, split_text, thing
from bot.channels.wechat.wire import clean
from bot.messages import Card, Reply, Text

CARD = Card(title="办事指南", description="居住证申领", url="https://zwfw.example/1")


def test_a_short_reply_is_one_passive_message() -> None:
    rendered = render(Reply(parts=(Text(text="您好"),)))

    assert rendered.passive == {"MsgType": "text", "Content": "您好"}
    assert rendered.pushes == ()
    assert rendered.all_pushes == ({"msgtype": "text", "text": {"content": "您好"}},)


def test_neighbouring_texts_go_out_as_one_message() -> None:
    rendered = render(Reply(parts=(Text(text="第一"), Text(text="第二"))))

    assert rendered.passive == {"MsgType": "text", "Content": "第一\n\n第二"}
    assert rendered.pushes == ()


def test_a_long_reply_continues_in_pushes() -> None:
    rendered = render(Reply(parts=(Text(text="办事指南。" * 300),)))

    assert len(rendered.pushes) == 2
    assert len(rendered.all_pushes) == 3


def test_a_card_alone_is_a_passive_article() -> None:
    rendered = render(Reply(parts=(CARD,)))

    assert rendered.passive is not None
    assert rendered.passive["MsgType"] == "news"
    assert rendered.all_pushes[0]["msgtype"] == "news"


def test_a_card_after_a_text_is_pushed() -> None:
    rendered = render(Reply(parts=(Text(text="请看"), CARD)))

    assert rendered.passive == {"MsgType": "text", "Content": "请看"}
    assert [push["msgtype"] for push in rendered.pushes] == ["news"]


def test_an_empty_reply_is_nothing_to_send() -> None:
    assert render(Reply(parts=())).passive is None


def test_a_text_is_cut_after_a_line_rather_than_in_a_word() -> None:
    pieces = split_text("一" * 30 + "\n" + "二" * 30, limit=120)

    assert pieces == ["一" * 30, "二" * 30]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("请您先预约好。请带身份证原件和复印件", ["请您先预约好。", "请带身份证原件和复印件"]),
        ("他说：“可以办。”然后就走了，没有再回来", ["他说：“可以办。”", "然后就走了，没有再回来"]),
        ("请看网址是这个的吧 https://a.cn/?x=1,2;3.4", ["请看网址是这个的吧", "https://a.cn/?x=1,2;3.4"]),
        ("费用一共是人民币元 1,000.50元整谢谢", ["费用一共是人民币元", "1,000.50元整谢谢"]),
    ],
)
def test_a_text_is_cut_after_a_sentence_and_not_within_an_address_or_a_number(text: str, pieces: list[str]) -> None:
    assert split_text(text, limit=36) == pieces


def test_a_text_without_any_break_is_not_cut_within_a_sign() -> None:
    family = "👨\u200d👩\u200d👧"
    pieces = split_text("好" * 10 + family + "好" * 10, limit=36)

    assert pieces == ["好" * 10, family + "好" * 6, "好" * 4]


def test_an_endless_sign_is_cut_all_the_same() -> None:
    assert all(len(piece.encode()) <= 36 for piece in split_text("e" + "\u0301" * 500, limit=36))


def test_what_json_and_xml_cannot_hold_is_taken_out() -> None:
    rendered = render(
        Reply(parts=(Card(title="指\x00南", description="\ud800", url="https://a/\x08"), Text(text="您\x1d好")))
    )

    assert rendered.passive == {
        "MsgType": "news",
        "ArticleCount": 1,
        "Articles": [{"Title": "指南", "Description": "", "PicUrl": "", "Url": "https://a/"}],
    }
    assert rendered.pushes == ({"msgtype": "text", "text": {"content": "您好"}},)


def test_a_card_between_texts_keeps_its_place() -> None:
    rendered = render(Reply(parts=(Text(text="一"), CARD, Text(text="二"))))

    assert [push["msgtype"] for push in rendered.all_pushes] == ["text", "news", "text"]
    assert rendered.pushes == rendered.all_pushes[1:]


@pytest.mark.parametrize("text", ["", " \n", "\x08"])
def test_a_text_of_nothing_is_not_sent(text: str) -> None:
    assert render(Reply(parts=(Text(text=text),))).all_pushes == ()


@given(st.text(max_size=3000), st.integers(min_value=8, max_value=200))
def test_no_piece_is_too_long_and_no_character_is_lost(text: str, limit: int) -> None:
    pieces = split_text(text, limit)

    assert all(0 < len(piece.encode()) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(clean(text).split())


def test_a_thing_is_shortened_to_twenty_characters() -> None:
    assert thing("关于2027年元旦期间各政务服务大厅办公安排的通知") == "关于2027年元旦期间各政务服务大厅办公…"[:19] + "…"
    assert thing("元旦放假安排") == "元旦放假安排"
