"""Who follows, in which order, and who still does after a restart?"""

from __future__ import annotations

from datetime import datetime, timezone

from simulator.followers import PAGE, Citizen, Followers, bulk, new_openid

NOW = datetime(2026, 11, 23, tzinfo=timezone.utc)
AT = NOW.isoformat()


def citizen(openid):
    return Citizen(openid=openid, nickname=openid, subscribed=True, followed_at=NOW)


def test_pages_hold_ten_thousand_and_go_on_after_the_last_openid():
    followers = Followers()
    for one in bulk("oB", PAGE + 2, NOW):
        followers.add(one)
    first = followers.page()
    assert len(first) == PAGE
    assert followers.page(first[-1]) == ["oB000010001", "oB000010002"]
    assert followers.page("oB000010002") == []
    assert followers.page("nobody") == []


def test_who_leaves_stays_known_and_comes_back_at_the_end():
    followers = Followers()
    for openid in ("oA", "oB"):
        followers.add(citizen(openid))
    followers.remove("oA")
    assert (followers.page(), followers.follows("oA"), followers.get("oA").subscribed) == (["oB"], False, False)
    followers.add(citizen("oA"))
    assert followers.page() == ["oB", "oA"]


def test_an_openid_looks_like_one_of_the_platform_s():
    assert len(new_openid()) == 28
    assert new_openid().startswith("o")


def test_a_record_is_replayed_to_who_follows():
    followers = Followers()
    added = {"kind": "follower.added", "at": AT, "nickname": "张三", "scene": "hall"}
    followers.replay({"kind": "follower.added", "at": AT, "nickname": "早", "scene": "", "openid": "o0"})
    followers.replay({"kind": "sim.reset"})
    followers.replay({**added, "openid": "oA"})
    followers.replay({**added, "openid": "oB"})
    followers.replay({"kind": "follower.removed", "openid": "oB"})
    followers.replay({"kind": "followers.bulk_added", "at": AT, "prefix": "oL", "count": 2})
    carried = {"openid": "oC", "nickname": "李四", "subscribed": True, "followed_at": AT, "scene": ""}
    followers.replay({"kind": "followers.carried_over", "citizens": [carried]})
    followers.replay({"kind": "message.sent", "openid": "oX"})
    assert followers.following() == ["oA", "oL000000001", "oL000000002", "oC"]
    assert (followers.get("oA").nickname, followers.get("oA").scene) == ("张三", "hall")
    assert followers.get("o0") is None
