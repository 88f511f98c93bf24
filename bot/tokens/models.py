"""The row that holds the platform's access token."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base


class PlatformTokenRow(Base):
    """One row an app id; whoever refreshes holds its lock."""

    __tablename__ = "platform_tokens"

    app_id: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str]
    expires_at: Mapped[datetime]
    #: The last time a rejected token was replaced, and how often on that day of the city a new one had to be demanded:
    #: the platform allows 20.
    forced_at: Mapped[datetime | None]
    forced_day: Mapped[date | None]
    forced_count: Mapped[int] = mapped_column(default=0)
