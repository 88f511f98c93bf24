"""Do rules become fields and the same rules again?"""

from __future__ import annotations

from datetime import date

import pytest

from services.console.notices.choosing import AudienceForm, fields_of
from services.notices.audience import (
    ActiveRule,
    AppointmentRule,
    AudienceRules,
    CaseRule,
    DistrictRule,
    ListRule,
    TopicRule,
)

TOPIC, DISTRICT = TopicRule(codes=["yb", "sb"]), DistrictRule(codes=["990101"])
BOOKED = AppointmentRule(service_codes=["HJ"], hall_codes=["JB"], first=date(2026, 12, 1), last=date(2026, 12, 31))
SHOWN = [
    AudienceRules(),
    AudienceRules(include=[TOPIC, DISTRICT]),
    AudienceRules(match="all", include=[TOPIC, ActiveRule(since=date(2026, 11, 1)), BOOKED, CaseRule(states=["2"])]),
    AudienceRules(include=[AppointmentRule(), CaseRule()]),
    AudienceRules(include=[CaseRule(task_codes=["YJ-1"], states=["2"])]),
    AudienceRules(exclude=[TOPIC, DISTRICT, AppointmentRule(), CaseRule()]),
]
KEPT = [
    AudienceRules(include=[ListRule()]),
    AudienceRules(include=[TOPIC, TOPIC]),
    AudienceRules(include=[DISTRICT, TOPIC]),
    AudienceRules(exclude=[CaseRule(task_codes=["YJ-1"])]),
    AudienceRules(exclude=[BOOKED]),
]


def again(rules: AudienceRules) -> AudienceRules:
    return AudienceForm(data=fields_of(rules), meta={"locales": ["zh"]}).rules()


@pytest.mark.parametrize("rules", SHOWN)
def test_what_the_fields_can_show_they_show(rules: AudienceRules) -> None:
    assert "kept" not in fields_of(rules)
    assert again(rules) == rules


@pytest.mark.parametrize("rules", KEPT)
def test_what_they_cannot_show_is_carried_along(rules: AudienceRules) -> None:
    assert set(fields_of(rules)) == {"kept"}
    assert again(rules) == rules
