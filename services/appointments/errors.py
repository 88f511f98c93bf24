"""What may an appointment be refused for?

NotFound 404
Conflict 409
├── SlotFull, SlotClosed, SlotPast     about the slot
├── AlreadyBooked                      about the person
├── ReservationExpired, TooLate        about time
├── WrongState                         about the appointment's own course
└── KeyReused                          about the caller's Idempotency-Key
BadRequest 400
├── BadIdNumber
└── BadMobile
"""

from __future__ import annotations

from services.errors import BadRequest, Conflict


class SlotFull(Conflict):
    """No place is left in this slot."""

    type = "slot-full"
    title = "Slot full"


class SlotClosed(Conflict):
    """This slot is not offered."""

    type = "slot-closed"
    title = "Slot closed"


class SlotPast(Conflict):
    """This slot has already started."""

    type = "slot-past"
    title = "Slot past"


class AlreadyBooked(Conflict):
    """This person already has an appointment for this service on this day."""

    type = "already-booked"
    title = "Already booked"


class ReservationExpired(Conflict):
    """The reservation was not confirmed in time; its place is free again."""

    type = "reservation-expired"
    title = "Reservation expired"


class TooLate(Conflict):
    """The appointment has started or is over."""

    type = "too-late"
    title = "Too late"


class WrongState(Conflict):
    """The appointment's state does not allow that."""

    type = "wrong-state"
    title = "Wrong state"


class KeyReused(Conflict):
    """This Idempotency-Key was used for another request."""

    type = "idempotency-key-reused"
    title = "Idempotency key reused"


class BadIdNumber(BadRequest):
    """id_number: not a valid ID card number (18 characters with a right check digit)."""

    type = "bad-id-number"
    title = "Bad ID number"


class BadMobile(BadRequest):
    """mobile: not a mainland mobile number of 11 digits."""

    type = "bad-mobile"
    title = "Bad mobile"
