"""What do pages work with? Every topic's service, the staff's accounts, the clock, the database."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.clock import Clock
from services.console.background import Background
from services.crypto import load_cipher
from services.db import Sessions
from services.figures.service import Figures
from services.settings import ServicesSettings
from services.staff.factors import SecondFactors
from services.staff.files import StaffFiles
from services.staff.passwords import Passwords
from services.staff.service import StaffService
from services.staff.signing import Signing
from services.staff.works import Works

if TYPE_CHECKING:
    from services.app import Topics


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """Handed to every area."""

    topics: Topics
    staff: StaffService
    signing: Signing
    factors: SecondFactors
    files: StaffFiles
    works: Works
    background: Background
    figures: Figures
    sessions: Sessions
    clock: Clock
    settings: ServicesSettings
    #: Set when the process stops: what streams events ends then.
    stopping: asyncio.Event


def make_parts(topics: Topics, sessions: Sessions, clock: Clock, settings: ServicesSettings) -> Parts:
    """The parts on one database."""
    cipher = load_cipher(settings.vault_key, settings.data_path)
    passwords = Passwords()
    return Parts(
        topics=topics,
        staff=StaffService(sessions=sessions, clock=clock, passwords=passwords),
        signing=Signing(sessions=sessions, clock=clock, passwords=passwords, cipher=cipher),
        factors=SecondFactors(sessions=sessions, clock=clock, cipher=cipher),
        files=StaffFiles(sessions=sessions, clock=clock),
        works=Works(sessions=sessions, clock=clock),
        background=Background(),
        figures=Figures(sessions=sessions, clock=clock),
        sessions=sessions,
        clock=clock,
        settings=settings,
        stopping=asyncio.Event(),
    )
