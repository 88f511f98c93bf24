"""Is an article what the platform takes, whatever was written in the notice?"""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from services.notices import article, shown
from services.notices.rules import limits_of
from services.notices.values import Link
from simulator.rules.drafts import FORBIDDEN, PICTURE
from tests.unit.notices.test_sender import CONTENT

NEWS = replace(CONTENT, route="mass", mass_form="news", cover="0" * 64)
TAGS = re.compile(r"<[^>]*>")


def test_each_line_is_a_paragraph_and_the_number_stands_at_the_end() -> None:
    content = replace(
        NEWS, body="第一段。\n\n第二段。", attachments=(Link(name="申报表", url="https://a.cn/b?c=1&d=2"),)
    )
    assert article.article_html(content) == (
        "<p>第一段。</p><p><br></p><p>第二段。</p><p>附件：申报表 https://a.cn/b?c=1&amp;d=2</p>"
        "<p>通知第 12 号（云医保〔2026〕8号）</p>"
    )


def test_an_article_has_author_link_and_cover() -> None:
    made = article.article_of(NEWS, "M1")
    assert made["author"] == "云江市医疗保障局"
    assert made["content_source_url"] == NEWS.url
    assert made["thumb_media_id"] == "M1"
    assert (made["need_open_comment"], made["only_fans_can_comment"]) == (0, 0)


def test_without_a_digest_the_beginning_of_the_text_stands_on_the_card() -> None:
    assert shown.digest_of(replace(NEWS, digest="请尽快缴费")) == "请尽快缴费"
    assert shown.digest_of(replace(NEWS, body="第一行\n第二行" + "长" * 100)) == "第一行 第二行" + "长" * 47


@given(st.text(max_size=300))
def test_nothing_that_is_written_becomes_anything_but_text(body: str) -> None:
    made = article.article_html(replace(NEWS, body=body))
    assert set(TAGS.findall(made)) <= {"<p>", "</p>", "<br>"}
    assert not FORBIDDEN.search(made)
    assert not PICTURE.search(made)
    written = unescape(TAGS.sub("\n", made))
    assert all(line.strip() in written for line in body.split("\n"))


def test_a_script_in_the_text_is_shown_and_never_run() -> None:
    made = article.article_html(replace(NEWS, body="<script>alert(1)</script><img src=x>"))
    assert made.startswith("<p>&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x&gt;</p>")


def test_the_phone_shows_a_card_and_what_it_opens() -> None:
    preview = shown.preview(NEWS, "mass")
    assert (preview.form, preview.cover, preview.opens) == ("news", NEWS.cover, NEWS.url)
    assert {line.field: line.text for line in preview.lines}["title"] == NEWS.title
    assert shown.preview(NEWS, "template").form == "text"
    assert "图文消息必须有封面图片" in shown.preview(replace(NEWS, cover=None), "mass").warnings[0]


def test_news_have_longer_texts_and_shorter_titles_than_a_mass_text() -> None:
    text, news = limits_of("mass", "text"), limits_of("mass", "news")
    assert news.max_title < text.max_title
    assert news.max_body > text.max_body
    assert (news.chunk_size, news.grouped, news.a_month) == (text.chunk_size, text.grouped, text.a_month)
    assert limits_of("template", "news") == limits_of("template", "text")


def test_a_forwarded_card_or_article_can_be_confirmed() -> None:
    [template, *_, mass] = shown.ways(NEWS)
    assert template != mass
    assert NEWS.title in mass
    assert "通知第 12 号" in mass
