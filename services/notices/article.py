"""What stands in the article of a notice that goes out as news? Its text as HTML that the platform takes. Pure.

The platform removes scripts, forms and pictures of other sites, and lets no link lead out of an article but the one to
the original below it. So an article is paragraphs of escaped text and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from services.notices.shown import article_lines, digest_of
from services.notices.values import Content

#: Characters of an article that the platform takes, all its HTML counted.
MOST_HTML = 19_999


def article_html(content: Content) -> str:
    """A paragraph for each line of the text, for each attachment, and for the number by which it can be confirmed."""
    return "".join(f"<p>{escape(line.strip()) or '<br>'}</p>" for line in article_lines(content))


def article_of(content: Content, thumb_media_id: str) -> Mapping[str, object]:
    """The article as the draft box takes it."""
    return {
        "title": content.title,
        "author": content.department,
        "digest": digest_of(content),
        "content": article_html(content),
        "content_source_url": content.url,
        "thumb_media_id": thumb_media_id,
        "need_open_comment": 0,
        "only_fans_can_comment": 0,
    }
