"""Which citizens stand on a notice's own list? A query that others put into theirs."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, select

from services.notices.models import RecipientRow


def listed(notice_id: UUID | None) -> Select[tuple[UUID]]:
    """Nobody, where there is no notice yet."""
    return select(RecipientRow.citizen_id).where(RecipientRow.notice_id == notice_id)
