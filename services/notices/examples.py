"""What would a personalised notice say to one of its audience? A real example, masked, and what may be asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from services.db import Sessions
from services.notices import personal, recipient_rows, shown, texts
from services.notices.audience import Audience, Values, Whom
from services.notices.filled import fill
from services.notices.personal import KNOWN, Field, usable
from services.notices.results import Preview, UsableField
from services.notices.values import Content

#: Of so many, the first whose values are complete is shown.
LOOKED_AT = 500


class ExampleService:
    """Examples from an audience that nobody approved yet."""

    def __init__(self, *, sessions: Sessions, audience: Audience) -> None:
        self._sessions = sessions
        self._audience = audience

    async def previews(self, content: Content, whom: Whom, *, kind: str) -> Sequence[Preview]:
        """As each route would show it to one of the audience; with its places as they are where nobody has all."""
        if not content.fields:
            return shown.previews(content)
        example = await self.of(content, whom, kind=kind)
        note = texts.no_example() if example is None else texts.example_of_one()
        return shown.previews(example or content, example=note)

    async def of(self, content: Content, whom: Whom, *, kind: str) -> Content | None:
        """The notice as one of the audience gets it, masked; None where nobody's values are complete."""
        values = await self._values(whom, kind)
        for known in values.values():
            if not fill(content, known).reason:
                return fill(content, _masked(known)).content
        return None

    async def fields(self, whom: Whom, kind: str, columns: Sequence[str]) -> list[UsableField]:
        """What may be asked of this audience."""
        fields = usable(whom.rules, columns)
        values = await self._values(whom, kind) if fields else {}
        return [_with_example(field, list(values.values())) for field in fields]

    async def _values(self, whom: Whom, kind: str) -> Mapping[UUID, Values]:
        """Of the first of the audience, in its order."""
        if kind == "all":
            citizens = [one.citizen_id for one in await self._audience.followers(None, LOOKED_AT, whom)]
        elif whom.notice_id is None:
            return {}
        else:
            such = partial(self._audience.meets, whom=whom)
            async with self._sessions() as session:
                citizens = list(await recipient_rows.recipients_after(session, whom.notice_id, None, LOOKED_AT, such))
        found = await self._audience.values(citizens, whom)
        return {citizen: found[citizen] for citizen in citizens if citizen in found}


def _masked(values: Values) -> dict[str, str]:
    public = {field.name for field in KNOWN if not field.private}
    return {name: personal.masked(personal.clean(value), private=name not in public) for name, value in values.items()}


def _with_example(field: Field, values: Sequence[Values]) -> UsableField:
    found = next((cleaned for known in values if (cleaned := personal.clean(known.get(field.name, "")))), "")
    return UsableField(
        name=field.name,
        source=field.source,
        source_text=texts.SOURCE_NAMES[field.source],
        example=personal.masked(found, private=field.private),
    )
