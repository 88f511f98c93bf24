"""Which HTTP operations do appointments have?"""

from __future__ import annotations

from services.appointments import errors
from services.appointments.service import AppointmentService
from services.appointments.types import (
    Appointment,
    Change,
    CitizenOnly,
    Day,
    DaysQuery,
    DeskAct,
    DeskQuery,
    Hall,
    HallsQuery,
    Reservation,
    ServiceName,
    Slot,
    SlotsQuery,
)
from services.audit.trail import Actor
from services.errors import BadRequest, NotFound
from services.web import Api, Call, Handler, Route

KEY_HEADER = "Idempotency-Key"
KEY_LENGTH = 128
#: In the audit log, in the place of a network address.
HALL_SYSTEM = "appointments API"


def make_api(service: AppointmentService) -> Api:
    """The appointments API; its handlers only unpack requests."""
    operations = _Operations(service)
    return Api(
        name="appointments",
        title="Appointments",
        prefix="/appointments/v1",
        routes=(*_timetable_routes(operations), *_booking_routes(operations), *_desk_routes(operations)),
    )


class _Operations:
    def __init__(self, service: AppointmentService) -> None:
        self._service = service

    async def list_halls(self, call: Call) -> list[Hall]:
        query: HallsQuery = call.query
        return await self._service.halls(district=query.district, service_code=query.service_code)

    async def get_hall(self, call: Call) -> Hall:
        return await self._service.hall(call.path["hall_code"])

    async def list_services(self, call: Call) -> list[ServiceName]:
        return await self._service.services()

    async def list_days(self, call: Call) -> list[Day]:
        query: DaysQuery = call.query
        return await self._service.days(query.hall_code, query.service_code, query.from_, query.days)

    async def list_slots(self, call: Call) -> list[Slot]:
        query: SlotsQuery = call.query
        return await self._service.slots(query.hall_code, query.service_code, query.date)

    async def reserve(self, call: Call) -> Appointment:
        return await self._service.reserve(call.body, _key(call))

    async def confirm(self, call: Call) -> Appointment:
        return await self._service.confirm(call.path["code"], call.body.citizen_id)

    async def cancel(self, call: Call) -> Appointment:
        return await self._service.cancel(call.path["code"], call.body.citizen_id)

    async def change(self, call: Call) -> Appointment:
        return await self._service.change(call.path["code"], call.body, _key(call))

    async def list_appointments(self, call: Call) -> list[Appointment]:
        return await self._service.appointments_of(call.query.citizen_id)

    async def get_appointment(self, call: Call) -> Appointment:
        return await self._service.appointment(call.path["code"], call.query.citizen_id)

    async def list_desk_day(self, call: Call) -> list[Appointment]:
        query: DeskQuery = call.query
        return await self._service.desk.day(query.hall_code, query.date, query.service_code)

    async def call_citizen(self, call: Call) -> Appointment:
        return await self._service.desk.call(call.path["code"], _clerk(call))

    async def finish(self, call: Call) -> Appointment:
        return await self._service.desk.finish(call.path["code"], _clerk(call))

    async def miss(self, call: Call) -> Appointment:
        return await self._service.desk.miss(call.path["code"], _clerk(call))


def _clerk(call: Call) -> Actor:
    """For the audit log: whom the hall's own system names."""
    return Actor(staff_id=None, login=call.body.staff, address=HALL_SYSTEM)


def _key(call: Call) -> str:
    key = call.headers.get(KEY_HEADER, "").strip()
    if not 0 < len(key) <= KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise BadRequest(f"header {KEY_HEADER}: must be 1 to {KEY_LENGTH} printable ASCII characters")
    return key


def _timetable_routes(do: _Operations) -> tuple[Route, ...]:
    return (
        Route(
            method="GET",
            path="/halls",
            handler=do.list_halls,
            summary="Halls, by district and service",
            query=HallsQuery,
            response=list[Hall],
        ),
        Route(
            method="GET",
            path="/halls/{hall_code}",
            handler=do.get_hall,
            summary="One hall",
            response=Hall,
            errors=(NotFound,),
        ),
        Route(
            method="GET",
            path="/services",
            handler=do.list_services,
            summary="Services that can be booked somewhere",
            response=list[ServiceName],
        ),
        Route(
            method="GET",
            path="/days",
            handler=do.list_days,
            summary="Days with free places at a hall, closed ones with the reason",
            query=DaysQuery,
            response=list[Day],
            errors=(NotFound,),
        ),
        Route(
            method="GET",
            path="/slots",
            handler=do.list_slots,
            summary="Slots still ahead on one day",
            query=SlotsQuery,
            response=list[Slot],
            errors=(NotFound,),
        ),
    )


_SLOT_ERRORS = (
    NotFound,
    errors.SlotFull,
    errors.SlotClosed,
    errors.SlotPast,
    errors.AlreadyBooked,
    errors.KeyReused,
)


def _booking_routes(do: _Operations) -> tuple[Route, ...]:
    return (
        Route(
            method="POST",
            path="/reservations",
            handler=do.reserve,
            summary="Hold a place until it is confirmed",
            body=Reservation,
            response=Appointment,
            status=201,
            errors=(*_SLOT_ERRORS, errors.BadIdNumber, errors.BadMobile),
            header_names=((KEY_HEADER, True),),
        ),
        Route(
            method="POST",
            path="/appointments/{code}/confirm",
            handler=do.confirm,
            summary="Make a reservation final",
            body=CitizenOnly,
            response=Appointment,
            errors=(NotFound, errors.ReservationExpired, errors.WrongState),
        ),
        Route(
            method="POST",
            path="/appointments/{code}/cancel",
            handler=do.cancel,
            summary="Give the place back",
            body=CitizenOnly,
            response=Appointment,
            errors=(NotFound, errors.ReservationExpired, errors.TooLate),
        ),
        Route(
            method="POST",
            path="/appointments/{code}/change",
            handler=do.change,
            summary="Move to another slot; the old one stays when that is full",
            body=Change,
            response=Appointment,
            errors=(*_SLOT_ERRORS, errors.ReservationExpired, errors.TooLate, errors.WrongState),
            header_names=((KEY_HEADER, True),),
        ),
        Route(
            method="GET",
            path="/appointments",
            handler=do.list_appointments,
            summary="A citizen's appointments, upcoming first",
            query=CitizenOnly,
            response=list[Appointment],
        ),
        Route(
            method="GET",
            path="/appointments/{code}",
            handler=do.get_appointment,
            summary="One appointment of a citizen",
            query=CitizenOnly,
            response=Appointment,
            errors=(NotFound,),
        ),
    )


def _desk_routes(do: _Operations) -> tuple[Route, ...]:
    def act(path: str, handler: Handler, summary: str) -> Route:
        return Route(
            method="POST",
            path=f"/appointments/{{code}}/{path}",
            handler=handler,
            summary=summary,
            body=DeskAct,
            response=Appointment,
            errors=(NotFound, errors.WrongState),
        )

    return (
        Route(
            method="GET",
            path="/desk",
            handler=do.list_desk_day,
            summary="A hall's appointments of one day, by time",
            query=DeskQuery,
            response=list[Appointment],
            errors=(NotFound,),
        ),
        act("call", do.call_citizen, "The citizen is called to the desk"),
        act("finish", do.finish, "The matter is done"),
        act("miss", do.miss, "The citizen did not come"),
    )
