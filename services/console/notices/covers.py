"""How does a notice get its cover on a page? Checked as soon as it is chosen, shown, and carried along in the form."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from services.console.notices.forms import NoticeForm
from services.console.pages import Page
from services.console.parts import Parts
from services.console.upload import Upload
from services.console.visit import Visit
from services.errors import BadRequest
from services.notices.pictures import MOST_BYTES
from services.staff.permissions import Permission

#: A picture of the largest size, and a notice around it.
FORM_LIMIT = MOST_BYTES + 128 * 1024


def cover_pages(parts: Parts) -> Sequence[Page]:
    """The pages beside the notices' form."""
    pages, view, write = CoverPages(parts), Permission.NOTICES_VIEW, Permission.NOTICES_WRITE
    return (
        Page(method="POST", path="/notices/cover", handler=pages.take_in, permission=write, body_limit=FORM_LIMIT),
        Page(method="GET", path="/notices/covers/{cover}", handler=pages.show, permission=view, passive=True),
    )


class CoverPages:
    """Covers as the pages of notices use them."""

    def __init__(self, parts: Parts) -> None:
        self._covers = parts.topics.notices.covers

    async def show(self, visit: Visit) -> web.StreamResponse:
        """The picture; raises CoverNotFound."""
        image = await self._covers.image(visit.path["cover"])
        return web.Response(body=image.content, content_type=image.media_type)

    async def take_in(self, visit: Visit) -> web.StreamResponse:
        """A picture as soon as it is chosen: the part of the form that shows it, or why it cannot be one."""
        form = visit.bind(NoticeForm)
        await self.read(visit, form)
        form.cover_file.errors = form.cover_file.process_errors
        response = visit.render("notices/cover.html", form=form)
        # The preview shows it, too.
        response.headers["HX-Trigger-After-Settle"] = "cover-taken"
        return response

    async def read(self, visit: Visit, form: NoticeForm) -> None:
        """Keeps the file that came with a form and names it there; what is wrong with it becomes the field's error."""
        file = visit.form.get("cover_file")
        if not isinstance(file, Upload) or not file.content:
            return
        try:
            form.cover.data = (await self._covers.add(file.content, staff=visit.person.login)).id
        except BadRequest as error:
            form.cover_file.process_errors = [*form.cover_file.process_errors, error.detail]
