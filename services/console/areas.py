"""Which areas does the console have? One line each; its place in the menu is in its own module."""

from __future__ import annotations

from collections.abc import Sequence

import services.console.account.pages
import services.console.appointments.pages
import services.console.audit.pages
import services.console.cases.pages
import services.console.catalogue.pages
import services.console.conversations.pages
import services.console.faq.pages
import services.console.home.pages
import services.console.notices.pages
import services.console.questions.pages
import services.console.staff.pages
import services.console.training.pages
from services.console.pages import MakeArea

AREAS: Sequence[MakeArea] = (
    services.console.account.pages.make_area,
    services.console.home.pages.make_area,
    services.console.conversations.pages.make_area,
    services.console.questions.pages.make_area,
    services.console.faq.pages.make_area,
    services.console.training.pages.make_area,
    services.console.notices.pages.make_area,
    services.console.catalogue.pages.make_area,
    services.console.appointments.pages.make_area,
    services.console.cases.pages.make_area,
    services.console.staff.pages.make_area,
    services.console.audit.pages.make_area,
)
