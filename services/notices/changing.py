"""What does every change of a notice begin and end with? A lock, a refusal, an approval taken back."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.notices import errors, repository, texts
from services.notices.models import NoticeRow
from services.notices.rules import allowed


async def lock(session: AsyncSession, reference: str, action: str) -> NoticeRow:
    """The notice, ours until the transaction ends; raises NoticeNotFound, and WrongState where `action` is not
    allowed now."""
    found = await repository.find_notice(session, reference)
    notice = await repository.lock_notice(session, found.id)
    if not allowed(action, notice.state):
        raise errors.WrongState(texts.wrong_state(notice.number, notice.state, action))
    return notice


async def withdraw(session: AsyncSession, notice: NoticeRow) -> None:
    """Takes the approval back and stops its run, where there is one; ticks cancel what is open of it."""
    run = await repository.current_run(session, notice)
    if run is not None:
        locked = await repository.lock_run(session, run.notice_id, run.version)
        locked.stopping = True
    notice.approved_version = None
    notice.wake_at = None
