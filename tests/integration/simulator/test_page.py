"""Is the phone page served whole, with nothing from elsewhere and nothing inline?"""

from __future__ import annotations

import re

from simulator.page import STATIC


async def test_the_page_comes_with_a_policy_that_lets_nothing_else_in(sim):
    async with sim.session.get(f"{sim.url}/?openid=oA") as response:
        assert response.status == 200
        policy = response.headers["Content-Security-Policy"]
        page = await response.text()
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", page)


async def test_every_file_that_the_page_names_is_there_with_the_same_policy(sim):
    files = [path for path in STATIC.rglob("*") if path.is_file()]
    text = "".join(path.read_text() for path in files)
    named = set(re.findall(r"/static/[\w./-]+\.\w+", text))
    named |= {f"/static/js/{name}" for name in re.findall(r'from "\./([\w.]+)"', text)}
    assert len(named) > 10
    for path in named:
        async with sim.session.get(sim.url + path) as response:
            assert response.status == 200, path
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_the_page_takes_nothing_from_elsewhere():
    for path in STATIC.rglob("*"):
        if path.is_file():
            outside = re.findall(r'(?:src|href)="https?://|@import|url\("?https?:', path.read_text())
            assert outside == [], path
