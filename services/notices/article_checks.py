"""Is a notice fit to go out as news? Refusals that tell staff what to change."""

from __future__ import annotations

from services.notices import article, article_texts, repository
from services.notices.errors import BadNotice
from services.notices.models import NoticeRow
from services.notices.rules import NEWS_AUTHOR, NEWS_DIGEST, NEWS_LINK_BYTES


def news(notice: NoticeRow) -> None:
    """Cover, digest, author and link are as the platform takes them; raises BadNotice."""
    if notice.mass_form != "news" or notice.route != "mass":
        return
    if notice.cover is None:
        raise BadNotice(article_texts.no_cover())
    if len(notice.department) > NEWS_AUTHOR:
        raise BadNotice(article_texts.author_too_long(NEWS_AUTHOR, len(notice.department)))
    if len(notice.digest) > NEWS_DIGEST:
        raise BadNotice(article_texts.digest_too_long(NEWS_DIGEST, len(notice.digest)))
    if len(notice.url.encode()) > NEWS_LINK_BYTES:
        raise BadNotice(article_texts.link_too_long())
    content = repository.content_of(repository.version_of(notice, notice.due_at), notice.number or 0)
    length = len(article.article_html(content))
    if length > article.MOST_HTML:
        raise BadNotice(article_texts.article_too_long())
