"""How does a citizen book a visit? Service, hall, day, time, who comes; summed up, agreed to, reserved, confirmed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from actions.errors import BackendDown, BadValue, Clash, Missing
from actions.forms import FormAction, Step, Turn
from actions.memory import shown
from actions.options import Option
from actions.steps.agreement import AgreeStep
from actions.steps.mine import APPOINTMENT
from actions.steps.person import IdStep, MobileStep, NameStep
from actions.steps.places import HallStep, ServiceStep
from actions.steps.times import BOOKING, DayStep, TimeStep, Where, kept_words, look_up_again
from actions.wording import appointment_words

#: A wish to change something, without what to: the slot is asked for again.
_RETHINK: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(rf"(?:改|换|错|不对|重新).{{0,4}}(?:{what})|(?:{what}).{{0,6}}(?:改|换|错|不对|重新)"), slots)
    for what, slots in (
        ("业务|事项", ("booking_service", "booking_hall")),
        ("大厅|地点|地方|地址|中心", ("booking_hall",)),
        ("日期|日子|哪天|一天", ("booking_date",)),
        ("时间|时段|几点|钟点", ("booking_slot",)),
        ("姓名|名字", ("applicant_name",)),
        ("身份证", ("applicant_id",)),
        ("手机|电话|号码", ("applicant_mobile",)),
    )
)
#: "再约一个社保的" is another visit, and no change of this one.
_ANOTHER = re.compile(
    r"^(?:我|你|请|麻烦|能不能|可以|那|对了|[，,\s])*(?:另外|还|再)(?:我|想|要|能|可以|帮我|给我|另外|再)*预?约(?:[一两]个|个|别的|另外|另一)"
)
_LOST: Mapping[str, str] = {
    "slot-full": "utter_lost_full",
    "slot-closed": "utter_lost_closed",
    "slot-past": "utter_lost_past",
}
TITLES = ("确认预约", "我要修改", "不约了")


class ValidateAppointmentForm(FormAction):
    """The booking form."""

    @property
    def form(self) -> str:
        return "appointment_form"

    @property
    def slots(self) -> Sequence[str]:
        return (
            "booking_service",
            "booking_hall",
            "booking_wish",
            "booking_date",
            "booking_slot",
            "applicant_name",
            "applicant_id",
            "applicant_mobile",
            "booking_code",
            "booking_done",
        )

    @property
    def own_intents(self) -> frozenset[str]:
        return frozenset({"book_appointment", "change_appointment"})

    def resume(self, turn: Turn) -> None:
        known = [turn.values[slot]["name"] for slot in ("booking_service", "booking_hall") if turn.values[slot]]
        if known:
            turn.say.utter_message(response="utter_resumed", known="，".join(known))

    def reconsider(self, turn: Turn) -> None:
        """Empties what the citizen wants to say anew. Another visit waits until this one is booked."""
        if _ANOTHER.match(turn.message.text):
            turn.tell("utter_one_booking_first")
            return
        for pattern, slots in _RETHINK:
            if pattern.search(turn.message.text):
                if slots != ("booking_slot",):
                    look_up_again(turn, BOOKING)
                turn.drop(*slots)
                turn.taken.add(slots[0])
                return

    def steps(self, turn: Turn) -> Sequence[Step]:
        return (
            ServiceStep(),
            HallStep(),
            DayStep(BOOKING, where),
            TimeStep(BOOKING, where),
            NameStep(),
            IdStep(),
            MobileStep(),
            AgreeStep("booking_done", sum_up=_summary, titles=TITLES, do=_book),
        )


def where(turn: Turn) -> Where | None:
    """Where times are looked up, as soon as that is known."""
    hall, service = turn.values["booking_hall"], turn.values["booking_service"]
    return Where(hall_code=hall["code"], service_code=service["code"]) if hall and service else None


def _summary(turn: Turn) -> tuple[str, Mapping[str, str]]:
    return "utter_confirm_booking", {
        "service": turn.values["booking_service"]["name"],
        "hall": turn.values["booking_hall"]["name"],
        "time": kept_words(turn.values["booking_slot"], turn.now.date()),
        "name": turn.values["applicant_name"],
    }


async def _book(turn: Turn) -> None:
    """Reserves and confirms. What was lost meanwhile is said, and the form asks for that alone."""
    backends, citizen = turn.parts.backends, turn.message.citizen_id
    try:
        if turn.values["booking_code"] is None:
            fields = {
                "slot_id": turn.values["booking_slot"]["id"],
                "citizen_id": citizen,
                "applicant_name": turn.values["applicant_name"],
                "id_number": (await backends.redeem(citizen, turn.values["applicant_id"])).value,
                "mobile": (await backends.redeem(citizen, turn.values["applicant_mobile"])).value,
            }
            reserved = await backends.reserve(fields, f"reserve-{turn.message.message_id}")
            turn.values["booking_code"] = reserved.code
        done = await backends.confirm(turn.values["booking_code"], citizen)
    except BackendDown:
        turn.tell("utter_not_submitted", hotline=turn.parts.settings.hotline)
    except Clash as clash:
        _lost(turn, clash.type)
    except BadValue as refusal:
        wrong = "applicant_mobile" if refusal.type == "bad-mobile" else "applicant_id"
        turn.tell("utter_mobile_shape" if wrong == "applicant_mobile" else "utter_id_wrong")
        turn.drop(wrong)
    except Missing as missing:
        _gone(turn, missing.type)
    else:
        words = appointment_words(done, turn.now.date())
        turn.tell("utter_booked", code=done.code, what=words, address=done.address)
        turn.extra += shown([Option(kind=APPOINTMENT, value=done.code, title=words)])
        turn.end()


def _lost(turn: Turn, problem: str) -> None:
    if problem == "already-booked":
        turn.tell("utter_already_booked")
        turn.end()
        return
    turn.tell(_LOST.get(problem, "utter_lost_full"))
    turn.drop("booking_code", "booking_slot")
    if problem != "slot-full":
        turn.drop("booking_date")


def _gone(turn: Turn, problem: str) -> None:
    """A token is no longer known, so both numbers are asked for again; or the reserved appointment is gone."""
    if problem == "token-unknown":
        turn.tell("utter_numbers_expired")
        turn.drop("applicant_id", "applicant_mobile")
        return
    turn.tell("utter_lost_full")
    turn.drop("booking_code", "booking_slot")
