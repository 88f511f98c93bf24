"""In whose company is a row called? In smaller company for each worker that was lost over it."""

from __future__ import annotations

from datetime import datetime, timezone
from uuid import uuid4

from bot.broadcast.bursts import Target, bursts_of
from services.notices.rules import RouteName
from services.notices.values import Content, Recipient

CONTENT = Content(
    notice_id=uuid4(),
    number=1,
    version=1,
    title="停水通知",
    body="今晚停水。",
    url="",
    department="",
    source_document="",
    route="template",
    due_at=datetime(2026, 11, 28, tzinfo=timezone.utc),
)


def target(workers_lost: int = 0, route: RouteName = "template") -> Target:
    recipient = Recipient(
        citizen_id=uuid4(), channel="wechat", attempts=workers_lost, doubts=workers_lost, workers_lost=workers_lost
    )
    return Target(recipient, f"openid-{recipient.citizen_id}", route, CONTENT, {})


def test_rows_over_which_workers_were_lost_go_last_and_in_smaller_company() -> None:
    calm, once, twice = ([target(lost) for _ in range(25)] for lost in (0, 1, 2))
    bursts = list(bursts_of([*twice, *once, *calm], 20))
    assert [len(burst) for burst in bursts] == [20, 5, *[2] * 12, 1, *[1] * 25]
    assert [one for burst in bursts for one in burst] == [*calm, *once, *twice]


def test_a_burst_goes_by_one_route() -> None:
    targets = [target(route="template"), target(route="customer"), target(route="template")]
    assert [[one.route for one in burst] for burst in bursts_of(targets, 20)] == [
        ["template", "template"],
        ["customer"],
    ]


def test_one_call_carries_a_whole_chunk() -> None:
    targets = [target(lost, "mass") for lost in (0, 1, 2)]
    assert list(bursts_of(targets, 20)) == [targets]
