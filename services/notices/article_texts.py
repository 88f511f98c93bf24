"""What do staff read about news messages: what is wrong with a cover or an article?"""

from __future__ import annotations

from services.notices.pictures import LEAST_HEIGHT, LEAST_WIDTH, MOST_BYTES, MOST_SIDE, NoPicture

FORM_NAMES = {"text": "文字", "news": "图文"}
SIZES = f"封面支持 JPG、PNG 格式，不超过 {MOST_BYTES // (1024 * 1024)} MB，至少 {LEAST_WIDTH}×{LEAST_HEIGHT} 像素"


def no_picture(error: NoPicture) -> str:
    """Why a file cannot be a cover, and what to do."""
    size = "×".join(str(side) for side in error.size)
    return {
        "empty": "请选择封面图片。",
        "format": "封面只支持 JPG 或 PNG 格式，请转换后再上传。",
        "damaged": "图片文件不完整或已损坏，请重新导出后再上传。",
        "bytes": f"封面不能超过 {MOST_BYTES // (1024 * 1024)} MB，请压缩后再上传。",
        "small": f"封面至少要 {LEAST_WIDTH}×{LEAST_HEIGHT} 像素，这张是 {size}；建议 900×383。",
        "large": f"封面的边长不能超过 {MOST_SIDE} 像素，这张是 {size}，请缩小后再上传。",
    }[error.reason]


def unknown_cover() -> str:
    return "没有这张封面图片，请重新上传。"


def no_cover() -> str:
    return "图文消息必须有封面图片，请先上传。"


def author_too_long(limit: int, length: int) -> str:
    return f"图文消息的作者栏显示发文单位，最多 {limit} 个字，现在有 {length} 个字。"


def digest_too_long(limit: int, length: int) -> str:
    return f"摘要最多 {limit} 个字，现在有 {length} 个字。"


def link_too_long() -> str:
    return "“阅读原文”的链接太长，请换一个短一些的。"


def article_too_long() -> str:
    return "正文太长，一篇图文放不下，请删减，或只写要点、全文放在链接的网页上。"


def no_original() -> str:
    return "没有填链接，文章末尾不会有“阅读原文”。"
