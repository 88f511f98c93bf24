"""Which rows of a chunk are called together? Bursts of one route, and small company for whom workers were lost over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.notices.rules import MAX_DOUBTS, ROUTES, RouteName, RouteRules
from services.notices.values import Content, Recipient


@dataclass(frozen=True, slots=True)
class Target:
    """A leased row with an address."""

    recipient: Recipient
    address: str
    route: RouteName
    #: As this citizen gets it.
    content: Content
    #: What was filled in; empty where it says the same to everybody.
    values: Mapping[str, str]

    @property
    def rules(self) -> RouteRules:
        return ROUTES[self.route]


def bursts_of(targets: Sequence[Target], size: int) -> Iterator[Sequence[Target]]:
    """All at once where one call carries them, else bursts of one route each. Rows in whose company a worker was lost
    come last and in smaller company, a tenth of it for each loss, and alone before staff must decide: if one of them
    brings the worker down, few others are there; and where it was somebody else's doing, few are hit again."""
    grouped = [target for target in targets if target.rules.grouped]
    if grouped:
        yield grouped
    single = [target for target in targets if not target.rules.grouped]
    alike: dict[tuple[int, RouteName], list[Target]] = {}
    for target in single:
        alike.setdefault((min(target.recipient.workers_lost, MAX_DOUBTS - 1), target.route), []).append(target)
    for (lost, _), some in sorted(alike.items(), key=lambda one: one[0][0]):
        company = 1 if lost == MAX_DOUBTS - 1 else max(1, size // 10**lost)
        for start in range(0, len(some), company):
            yield some[start : start + company]
