"""Who comes to an appointment, and how is that kept? Masked to show, sealed for the desk, fingerprinted to compare."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from services.appointments.errors import BadIdNumber, BadMobile
from services.appointments.rules import CODE_LENGTH, CODE_LETTERS
from services.appointments.types import Person, Reservation
from services.crypto import Cipher
from services.errors import BadRequest
from services.identifiers import mask_id_number, mask_mobile, mask_name, plain, valid_id_number, valid_mobile


@dataclass(frozen=True, kw_only=True, slots=True)
class Applicant:
    """A person whose identifiers have been checked."""

    name: str
    id_number: str
    mobile: str

    def __repr__(self) -> str:
        return "<Applicant>"

    def mark(self, cipher: Cipher) -> bytes:
        """Tells whether two appointments are the same person's."""
        return cipher.fingerprint(self.id_number, purpose="appointment person")

    def sealed(self, cipher: Cipher, code: str) -> bytes:
        person = Person(applicant_name=self.name, id_number=self.id_number, mobile=self.mobile)
        return cipher.seal(msgspec.json.encode(person).decode(), bound_to=_binding(code))

    def masked(self) -> dict[str, str]:
        """The columns that may be shown."""
        return {
            "name_masked": mask_name(self.name),
            "id_masked": mask_id_number(self.id_number),
            "mobile_masked": mask_mobile(self.mobile),
        }


def applicant_of(wish: Reservation) -> Applicant:
    """Raises BadIdNumber, BadMobile, BadRequest; none of them repeats what was written."""
    name = wish.applicant_name.strip()
    if not name:
        raise BadRequest("applicant_name: must not be blank")
    id_number = valid_id_number(wish.id_number)
    if id_number is None:
        raise BadIdNumber()
    mobile = valid_mobile(wish.mobile)
    if mobile is None:
        raise BadMobile()
    return Applicant(name=name, id_number=id_number, mobile=mobile)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """By what somebody's appointments are looked for: one of these."""

    code: str = ""
    person_mark: bytes | None = None
    mobile_masked: str = ""

    def __repr__(self) -> str:
        return "<Sought>"


def sought(cipher: Cipher, text: str) -> Sought | None:
    """What a clerk has typed, as an ID number, a mobile number or an appointment's code; None: it is none of these."""
    id_number, mobile, code = valid_id_number(text), valid_mobile(text), plain(text)
    if id_number is not None:
        return Sought(person_mark=cipher.fingerprint(id_number, purpose="appointment person"))
    if mobile is not None:
        return Sought(mobile_masked=mask_mobile(mobile))
    if len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS):
        return Sought(code=code)
    return None


def person_in(cipher: Cipher, code: str, sealed: bytes) -> Person:
    """The person in clear; raises SealBroken."""
    return msgspec.json.decode(cipher.open(sealed, bound_to=_binding(code)), type=Person)


def _binding(code: str) -> str:
    return f"appointment {code}"
