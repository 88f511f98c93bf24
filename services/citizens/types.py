"""What is told about a citizen?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Citizen:
    """A citizen as others may see one."""

    citizen_id: UUID
    channel: str
    account: str
    #: Where a message to this citizen goes (WeChat: openid); None once it is erased.
    address: str | None
    followed_at: datetime | None
    unfollowed_at: datetime | None
    last_message_at: datetime | None
