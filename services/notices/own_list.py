"""How long is a notice's own list?"""

from __future__ import annotations

from services.db import Sessions
from services.notices import recipient_rows, repository


class ListService:
    """Lists that notices have of their own."""

    def __init__(self, *, sessions: Sessions) -> None:
        self._sessions = sessions

    async def size(self, reference: str) -> int:
        """So many citizens stand on it; 0 where there is none. Raises NoticeNotFound."""
        async with self._sessions() as session:
            notice = await repository.find_notice(session, reference)
            return await recipient_rows.count_recipients(session, notice.id)
