"""Which files can be a cover, and what is said of the others?"""

from __future__ import annotations

import pytest

from services.notices import article_texts, pictures
from services.notices.pictures import MOST_BYTES, NoPicture, Picture, read_picture
from tests.fakes.pictures import jpeg, png


def test_a_picture_tells_its_format_and_size() -> None:
    assert read_picture(png(900, 383)) == Picture(format="png", width=900, height=383)
    assert read_picture(jpeg(1080, 460)) == Picture(format="jpeg", width=1080, height=460)


def test_padding_between_the_segments_of_a_jpeg_does_not_matter() -> None:
    content = jpeg(900, 383)
    assert read_picture(content[:2] + b"\xff\xff" + content[3:]) == Picture(format="jpeg", width=900, height=383)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"GIF89a" + bytes(100), "format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='900' height='383'/>", "format"),
        (b"<html><script>alert(1)</script></html>", "format"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "format"),
        (png()[:-20], "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "damaged"),
        (jpeg()[:-2], "damaged"),
        (b"\xff\xd8\xff\xd9", "damaged"),
        (b"\xff\xd8\xff\xe0\x00\x00" + bytes(40) + b"\xff\xd9", "damaged"),
        (png(900, 383) + bytes(MOST_BYTES), "bytes"),
        (png(359, 383), "small"),
        (jpeg(900, 149), "small"),
        (jpeg(6001, 383), "large"),
        (jpeg(900, 6001), "large"),
    ],
)
def test_what_cannot_be_a_cover_is_refused_with_a_reason_in_words(content: bytes, reason: str) -> None:
    with pytest.raises(NoPicture) as refused:
        read_picture(content)
    assert refused.value.reason == reason
    words = article_texts.no_picture(refused.value)
    assert words.endswith("。")
    if reason in ("small", "large"):
        assert "×".join(str(side) for side in refused.value.size) in words


def test_no_beginning_of_a_picture_is_taken_for_a_whole_one() -> None:
    for content in (png(), jpeg()):
        for length in range(len(content) - 2):
            with pytest.raises(NoPicture):
                read_picture(content[:length])


def test_the_smallest_and_the_largest_covers_are_taken() -> None:
    assert read_picture(jpeg(pictures.LEAST_WIDTH, pictures.LEAST_HEIGHT)).width == pictures.LEAST_WIDTH
    assert read_picture(jpeg(pictures.MOST_SIDE, pictures.MOST_SIDE)).height == pictures.MOST_SIDE
