"""Which followers have what rules can ask for? Seeds a city and gives citizens topics, cases and appointments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.notices.audience import AudienceRules, Rule
from services.notices.results import Notice
from services.subscriptions.service import SubscriptionService
from tests.fakes.office import Office

YB, SB, JB = "medical_insurance", "social_security", "990101"
SEED = """
    INSERT INTO subscription_subjects VALUES
        ('medical_insurance', 'topic', '医保', '[]', 1, true), ('social_security', 'topic', '社保', '[]', 2, true),
        ('990101', 'district', '江北区', '[]', 3, true);
    INSERT INTO progress_codes VALUES ('state', '2', '已受理', false), ('state', '6', '已办结', true);
    INSERT INTO appointment_halls VALUES ('JB', '江北大厅', '江北区', '990101', '路1号', '', '', NULL, NULL, '{}');
    INSERT INTO appointment_hall_services VALUES ('JB', 'HJ', '户籍业务', 30, 5, true);
    INSERT INTO appointment_slots VALUES
        ('JB-HJ-20261201-0900', 'JB', 'HJ', '2026-12-01 01:00Z', '2026-12-01 01:30Z', 5, 2)
"""
CASE = """
    INSERT INTO progress_cases (project_no, task_code, task_name, state, org_name, applicant_masked, id_masked,
        result_explain, revision, updated_at) VALUES (:no, 'YJ-1', '居住证', :state, '', '', '', '', 1, now())
"""
APPOINTMENT = """
    INSERT INTO appointments (code, citizen_id, slot_id, service_code, day, state, person_mark, person_sealed,
        name_masked, id_masked, mobile_masked, created_at, changed_at)
    VALUES (:code, :citizen, 'JB-HJ-20261201-0900', 'HJ', '2026-12-01', :state, decode(:mark, 'hex'), '',
        '', '', '', now(), now())
"""


class City:
    """Followers with something that rules can ask for."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.subscriptions = SubscriptionService(sessions=office.sessions, clock=office.clock)

    async def run(self, query: str, **values: Any) -> None:
        async with self.office.sessions.begin() as session:
            await session.execute(text(query), values)

    async def follow(self, count: int, *codes: str) -> list[UUID]:
        """New followers of the account and of these subjects."""
        citizens = await self.office.follow(count)
        for citizen in citizens:
            for code in codes:
                await self.subscriptions.subscribe(citizen, code)
        return citizens

    async def told_of_case(self, citizen: UUID, state: str) -> None:
        await self.run(CASE, no=f"YJ{citizen.hex[:8]}", state=state)
        await self.run(
            "INSERT INTO progress_subscriptions VALUES (:no, :citizen, now())",
            no=f"YJ{citizen.hex[:8]}",
            citizen=citizen,
        )

    async def booked(self, citizen: UUID, state: str = "confirmed") -> None:
        await self.run(APPOINTMENT, code=citizen.hex[:8], mark=citizen.hex, citizen=citizen, state=state)

    async def wrote(self, citizen: UUID, days_ago: int) -> None:
        at = self.office.clock.now() - timedelta(days=days_ago)
        await self.run("UPDATE citizens SET last_message_at = :at WHERE citizen_id = :citizen", at=at, citizen=citizen)

    async def recipients(self, notice: Notice) -> list[UUID]:
        """Who is in the frozen audience of the version that may be sent."""
        query = text("SELECT citizen_id FROM notice_deliveries WHERE notice_id = :id AND version = :version ORDER BY 1")
        async with self.office.sessions() as session:
            rows = await session.execute(query, {"id": notice.id, "version": notice.approved_version})
            return list(rows.scalars())


def any_of(*include: Rule, exclude: tuple[Rule, ...] = ()) -> AudienceRules:
    return AudienceRules(include=list(include), exclude=list(exclude))


def all_of(*include: Rule) -> AudienceRules:
    return AudienceRules(match="all", include=list(include))
