"""How does every machine learn that an index is out of date? One row a topic, counted up by each writer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base


class SearchRevision(Base):
    """A writer takes the next number first, which holds other writers back, and marks each row it writes with it.

    So numbers become visible in their order, and "all rows above the number I know" misses nothing.
    """

    __tablename__ = "search_revisions"

    #: catalogue or faq.
    topic: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    changed_at: Mapped[datetime]
