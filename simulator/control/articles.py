"""How does the phone show an article that a citizen opens? One plain page; the page's policy lets no script run."""

from __future__ import annotations

from html import escape

from simulator.rules.drafts import Article

PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="stylesheet" href="/static/article.css">
</head>
<body>
<h1>{title}</h1>
<p class="by">{author}<span>{account}</span></p>
<div class="content">{content}</div>
{original}
</body>
</html>
"""


def article_page(article: Article, account: str) -> str:
    """The article's own HTML was checked when it came into the draft box."""
    link = escape(article.content_source_url)
    original = f'<a class="original" href="{link}" rel="noopener noreferrer">阅读原文</a>' if link else ""
    author = f"{escape(article.author)} " if article.author else ""
    return PAGE.format(
        title=escape(article.title),
        author=author,
        account=escape(account),
        content=article.content,
        original=original,
    )
