"""Whom have staff chosen? Rules checked, counted, told in words and given to a notice, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from msgspec import UNSET, UnsetType
from sqlalchemy.ext.asyncio import AsyncSession

from services.notices import audience_texts, recipient_rows, texts
from services.notices.audience import (
    AppointmentRule,
    Audience,
    AudienceCount,
    AudienceQuestion,
    AudienceRules,
    CaseRule,
    DistrictRule,
    Names,
    Rule,
    TagRule,
    TopicRule,
    Whom,
    plain,
    rules_of,
)
from services.notices.errors import BadNotice
from services.notices.models import NoticeRow
from services.notices.personal import MOST_COLUMNS
from services.notices.results import Choice, Choices, Notice
from services.notices.types import Listed, NoticeEdit
from services.notices.values import OwnList


class ChoosingService:
    """What staff choose an audience from, and what comes of it."""

    def __init__(self, *, audience: Audience) -> None:
        self._audience = audience

    async def names(self) -> Names:
        """What can be chosen."""
        return await self._audience.names()

    async def choices(self) -> Choices:
        """The same for programs."""
        names = await self.names()
        tags = [
            Choice(code=code, name=name, followers=names.tag_sizes.get(code, 0)) for code, name in names.tags.items()
        ]
        kinds = ("topics", "districts", "tasks", "case_states", "services", "halls")
        return Choices(
            tags=tags,
            **{kind: [Choice(code=code, name=name) for code, name in getattr(names, kind).items()] for kind in kinds},
        )

    async def count(self, question: AudienceQuestion) -> AudienceCount:
        """How many would get it now; raises BadNotice for rules that cannot be used."""
        rules, names = question.audience_rules, await self._audience.names()
        check(rules, names, listed=False)
        whom = Whom(rules=rules, leavers=question.emergency)
        audience = await self._audience.count_followers(whom)
        everybody = await self._audience.count_followers()
        left = 0 if question.emergency else await self._audience.count_followers(replace(whom, leavers=True)) - audience
        return AudienceCount(
            audience=audience,
            left=left,
            followers=everybody,
            lines=list(audience_texts.lines(rules, names, listed=False)),
            summary=audience_texts.counted(audience, left, everybody),
        )

    async def check(self, rules: AudienceRules, *, listed: bool) -> None:
        """Raises BadNotice for rules that cannot be used; `listed`: the notice has a list of its own."""
        check(rules, await self._audience.names(), listed=listed)

    async def change(
        self, session: AsyncSession, notice: NoticeRow, edit: NoticeEdit, given: OwnList | None
    ) -> dict[str, object]:
        """Gives the locked notice other rules or another list; what was changed, by name. Raises BadNotice."""
        own = own_list(edit.citizens, edit.recipients) if given is None else given
        if own is UNSET and edit.audience_rules is UNSET:
            return {}
        if own is UNSET:
            listed = await recipient_rows.count_recipients(session, notice.id) > 0
        else:
            listed = own is not None
            await recipient_rows.replace_recipients(session, notice.id, own.rows if own else {})
            notice.list_columns = list(own.columns) if own else []
        before = rules_of(notice.audience_rules)
        rules = before if edit.audience_rules is UNSET else edit.audience_rules
        await self.check(rules, listed=listed)
        notice.audience_rules, notice.audience_kind = plain(rules), kind_of(rules, listed=listed)
        return {} if own is UNSET and rules == before else {"audience": notice.audience_kind}

    async def lines(self, notice: Notice) -> list[str]:
        """Whom the notice is for, in words."""
        names = await self._audience.names()
        listed = notice.audience_kind == "list"
        return list(audience_texts.lines(notice.audience_rules, names, listed=listed))


def own_list(
    citizens: Sequence[UUID] | UnsetType | None, recipients: Sequence[Listed] | UnsetType | None
) -> OwnList | UnsetType | None:
    """The list that a caller gave, with columns or without; None: none, UNSET: nothing said. Raises BadNotice."""
    if recipients is None or recipients is UNSET:
        return OwnList.of(citizens) if citizens is not None and citizens is not UNSET else citizens
    if citizens is not None and citizens is not UNSET:
        raise BadNotice(texts.two_lists())
    rows = {one.citizen_id: {name: cell for name, cell in one.values.items() if cell.strip()} for one in recipients}
    columns = dict.fromkeys(name for one in recipients for name in one.values)
    if len(columns) > MOST_COLUMNS:
        raise BadNotice(texts.too_many_columns(MOST_COLUMNS))
    return OwnList(rows=rows, columns=tuple(columns))


def kind_of(rules: AudienceRules, *, listed: bool) -> str:
    """What the rules narrow: the notice's own list, or all followers."""
    return "list" if listed and not rules.names_list else "all"


def check(rules: AudienceRules, names: Names, *, listed: bool) -> None:
    """Raises BadNotice with a sentence that says what to change; `listed`: the notice has a list of its own."""
    if rules.names_list and not listed:
        raise BadNotice(audience_texts.no_list())
    for rule in (*rules.include, *rules.exclude):
        for kind, codes, known in _codes(rule, names):
            for code in codes:
                if code not in known:
                    raise BadNotice(audience_texts.unknown(kind, code))
        if isinstance(rule, AppointmentRule) and rule.first and rule.last and rule.last < rule.first:
            raise BadNotice(audience_texts.days_reversed())


def _codes(rule: Rule, names: Names) -> Sequence[tuple[str, Sequence[str], Mapping[str, str]]]:
    """Every list of codes in a rule, with what it may hold."""
    if isinstance(rule, TopicRule):
        return [("主题", rule.codes, names.topics)]
    if isinstance(rule, DistrictRule):
        return [("地区", rule.codes, names.districts)]
    if isinstance(rule, TagRule):
        return [("标签", rule.codes, names.tags)]
    if isinstance(rule, CaseRule):
        return [("办件状态", rule.states, names.case_states)]
    if isinstance(rule, AppointmentRule):
        return [("预约业务", rule.service_codes, names.services), ("大厅", rule.hall_codes, names.halls)]
    return []
