"""What is known of each citizen of an audience that a notice's text may ask for? Asked of the topics that know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointments import queries as appointments
from services.clock import Clock, local
from services.db import Sessions
from services.notices.audience import AppointmentRule, CaseRule, Values, Whom
from services.notices.recipient_rows import columns_of
from services.progress import queries as cases

WEEKDAYS = "一二三四五六日"


class ValueSource:
    """Facts of citizens, page by page."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def of(self, citizens: Sequence[UUID], whom: Whom) -> Mapping[UUID, Values]:
        """What the rules' topics and the notice's own list know of these citizens; who is not in it, of them nothing.
        A column of the list goes before what is called the same elsewhere."""
        found: dict[UUID, dict[str, str]] = defaultdict(dict)
        async with self._sessions() as session:
            async for citizen, values in self._pieces(session, citizens, whom):
                found[citizen].update(values)
        return found

    async def _pieces(
        self, session: AsyncSession, citizens: Sequence[UUID], whom: Whom
    ) -> AsyncIterator[tuple[UUID, Values]]:
        rules = whom.rules.include
        kinds = [(rule.task_codes, rule.states) for rule in rules if isinstance(rule, CaseRule)]
        if kinds:
            for citizen, case in (await cases.newest(session, citizens, kinds)).items():
                yield citizen, _of_case(case)
        booked = [_kind(rule) for rule in rules if isinstance(rule, AppointmentRule)]
        if booked:
            found = await appointments.nearest(session, citizens, booked, self._clock.now())
            for citizen, appointment in found.items():
                yield citizen, _of_appointment(appointment)
        if whom.notice_id is not None:
            for citizen, columns in (await columns_of(session, whom.notice_id, citizens)).items():
                yield citizen, columns


def _kind(rule: AppointmentRule) -> appointments.Kind:
    return appointments.Kind(services=rule.service_codes, halls=rule.hall_codes, first=rule.first, last=rule.last)


def _of_case(case: cases.CaseFacts) -> Values:
    return {
        "办件编号": case.project_no,
        "办件事项": case.task_name,
        "办件状态": case.state_text,
        "最新环节": case.step,
    }


def _of_appointment(appointment: appointments.AppointmentFacts) -> Values:
    starts_at = local(appointment.starts_at)
    return {
        "预约业务": appointment.service_name,
        "预约日期": f"{starts_at.month}月{starts_at.day}日（星期{WEEKDAYS[starts_at.weekday()]}）",
        "预约时间": f"{starts_at:%H:%M}",
        "预约大厅": appointment.hall_name,
        "大厅地址": appointment.address,
    }
