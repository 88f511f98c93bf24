"""Can callers branch on the errors: one status and one type each?"""

from __future__ import annotations

import re

from services import errors
from services.errors import ServiceError


def common() -> list[type[ServiceError]]:
    found = (value for value in vars(errors).values() if isinstance(value, type))
    return [kind for kind in found if issubclass(kind, ServiceError)]


def test_every_type_is_a_stable_name_of_its_own() -> None:
    names = [kind.type for kind in common()]
    assert len(set(names)) == len(names) == 9
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", name) for name in names)


def test_every_error_has_an_error_status_a_title_and_a_text() -> None:
    for kind in common():
        assert 400 <= kind.status <= 503
        assert kind.title
        assert kind().detail == str(kind())
        assert kind("because").detail == "because"
