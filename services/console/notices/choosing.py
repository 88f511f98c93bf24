"""Which fields choose whom a notice is for, and how do they become rules and rules fields again?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from wtforms import BooleanField, DateField, Form, HiddenField, SelectField, SelectMultipleField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from services.console.visit import Visit
from services.notices.audience import (
    ActiveRule,
    AppointmentRule,
    AudienceRules,
    CaseRule,
    DistrictRule,
    Names,
    Rule,
    TagRule,
    TopicRule,
)
from services.notices.errors import BadNotice

MATCH = (("any", "符合下面任意一条就发"), ("all", "下面各条都符合才发"))
#: Fields whose choices are the city's own -> where they are among its names.
CHOSEN = {
    "topics": "topics",
    "districts": "districts",
    "services": "services",
    "halls": "halls",
    "case_states": "case_states",
    "case_tasks": "tasks",
    "not_topics": "topics",
    "not_districts": "districts",
    "tags": "tags",
    "not_tags": "tags",
}


class Checkboxes(SelectMultipleField):
    """Some of several, each with a box of its own."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class AudienceForm(Form):
    """Whom a notice is for; nothing chosen: everybody."""

    match = SelectField("选了几条时", choices=MATCH, default="any")
    topics = Checkboxes("订阅了这些主题的人")
    districts = Checkboxes("订阅了这些地区的人")
    tags = Checkboxes("有这些标签的人", description="公众号给粉丝打的标签，每小时从平台更新一次。")
    active_since = DateField("从这天起给公众号发过消息的人", [Optional()], description="不限就留空。")
    booked = BooleanField("有预约的人")
    services = Checkboxes("预约的业务")
    halls = Checkboxes("预约的大厅")
    booked_first = DateField("预约日期从", [Optional()])
    booked_last = DateField("预约日期到", [Optional()])
    cases = BooleanField("订阅了办件进展的人")
    case_tasks = Checkboxes("办的事项")
    case_states = Checkboxes("办件的状态")
    not_topics = Checkboxes("不发给订阅了这些主题的人")
    not_districts = Checkboxes("不发给订阅了这些地区的人")
    not_tags = Checkboxes("不发给有这些标签的人")
    not_booked = BooleanField("不发给有预约的人")
    not_cases = BooleanField("不发给订阅了办件进展的人")
    #: Rules that the fields cannot show, carried along.
    kept = HiddenField()

    def offer(self, names: Names) -> None:
        """Gives the fields the city's own choices; what has been chosen before stays to be seen."""
        for field, where in CHOSEN.items():
            known: Mapping[str, str] = getattr(names, where)
            boxes: Checkboxes = getattr(self, field)
            gone = [code for code in boxes.data or () if code not in known]
            boxes.choices = [*_labels(known, names, where), *((code, code) for code in gone)]

    def rules(self) -> AudienceRules:
        """What was chosen; raises BadNotice where a page was tampered with."""
        if self.kept.data:
            try:
                return msgspec.json.decode(self.kept.data, type=AudienceRules)
            except msgspec.DecodeError as error:
                raise BadNotice("收件范围没有读懂，请重新打开这一页。") from error
        include: list[Rule] = []
        if self.topics.data:
            include.append(TopicRule(codes=self.topics.data))
        if self.districts.data:
            include.append(DistrictRule(codes=self.districts.data))
        if self.tags.data:
            include.append(TagRule(codes=self.tags.data))
        if self.active_since.data:
            include.append(ActiveRule(since=self.active_since.data))
        include += [*self._appointments(), *self._cases()]
        return AudienceRules(match=self.match.data, include=include, exclude=self._excluded())

    def _appointments(self) -> list[Rule]:
        services, halls = self.services.data or [], self.halls.data or []
        first, last = self.booked_first.data, self.booked_last.data
        if not (self.booked.data or services or halls or first or last):
            return []
        return [AppointmentRule(service_codes=services, hall_codes=halls, first=first, last=last)]

    def _cases(self) -> list[Rule]:
        tasks, states = self.case_tasks.data or [], self.case_states.data or []
        return [CaseRule(task_codes=tasks, states=states)] if self.cases.data or tasks or states else []

    def _excluded(self) -> list[Rule]:
        exclude: list[Rule] = []
        if self.not_topics.data:
            exclude.append(TopicRule(codes=self.not_topics.data))
        if self.not_districts.data:
            exclude.append(DistrictRule(codes=self.not_districts.data))
        if self.not_tags.data:
            exclude.append(TagRule(codes=self.not_tags.data))
        if self.not_booked.data:
            exclude.append(AppointmentRule())
        return [*exclude, CaseRule()] if self.not_cases.data else exclude


def _labels(known: Mapping[str, str], names: Names, where: str) -> Sequence[tuple[str, str]]:
    """What stands beside each box; a tag says how many have it."""
    if where != "tags":
        return list(known.items())
    return [(code, f"{name}（{names.tag_sizes.get(code, 0)} 人）") for code, name in known.items()]


def bind(visit: Visit, names: Names, rules: AudienceRules | None = None) -> AudienceForm:
    """The form filled with what was sent, or else with the rules."""
    form = visit.bind(AudienceForm, **fields_of(rules or AudienceRules()))
    form.offer(names)
    return form


def fields_of(rules: AudienceRules) -> dict[str, Any]:
    """The rules as the form's values; those that its fields cannot show are carried along as they are."""
    shown: dict[str, Any] = {"match": rules.match, **_included(rules.include), **_left_out(rules.exclude)}
    form = AudienceForm(data=shown, meta={"locales": ["zh"]})
    return shown if form.rules() == rules else {"kept": msgspec.json.encode(rules).decode()}


def _included(rules: Sequence[Rule]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for rule in rules:
        if isinstance(rule, TopicRule):
            shown["topics"] = rule.codes
        elif isinstance(rule, DistrictRule):
            shown["districts"] = rule.codes
        elif isinstance(rule, TagRule):
            shown["tags"] = rule.codes
        elif isinstance(rule, ActiveRule):
            shown["active_since"] = rule.since
        elif isinstance(rule, AppointmentRule):
            dates = {"booked_first": rule.first, "booked_last": rule.last}
            shown |= {"booked": True, "services": rule.service_codes, "halls": rule.hall_codes, **dates}
        elif isinstance(rule, CaseRule):
            shown |= {"cases": True, "case_tasks": rule.task_codes, "case_states": rule.states}
    return shown


def _left_out(rules: Sequence[Rule]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for rule in rules:
        if isinstance(rule, TopicRule):
            shown["not_topics"] = rule.codes
        elif isinstance(rule, DistrictRule):
            shown["not_districts"] = rule.codes
        elif isinstance(rule, TagRule):
            shown["not_tags"] = rule.codes
        elif isinstance(rule, AppointmentRule):
            shown["not_booked"] = True
        elif isinstance(rule, CaseRule):
            shown["not_cases"] = True
    return shown
