"""What does an item's guide say about each aspect? Pure: an item in, sections out; what it does not hold is missing."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html.parser import HTMLParser

from services.catalogue import texts
from services.catalogue.types import Aspect, FeeProject, Guide, Item, Material, Section

_TAG = re.compile(r"<[a-zA-Z/!]")
_LABEL = re.compile(r"^(?:办理|办公|受理)?(?:地点|地址|时间)\s*[:：]\s*")
_NO_WINDOW = "无线下办理窗口"
#: Elements after which a new line starts; a cell only parts from its neighbour.
_BLOCKS = frozenset({"p", "br", "div", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_SILENT = frozenset({"script", "style"})


class _Plain(HTMLParser):
    """Collects what a reader would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        if tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in {"td", "th"}:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def plain(text: str) -> str:
    """The text without markup, odd spaces and empty lines; nothing that a reader would see is cut."""
    if _TAG.search(text):
        parser = _Plain()
        parser.feed(text)
        parser.close()
        text = "".join(parser.parts)
    lines = (" ".join(line.split()) for line in html.unescape(text).splitlines())
    return "\n".join(line for line in lines if line)


def make_guide(item: Item) -> Guide:
    """Every aspect in its order, told or missing."""
    return Guide(
        task_code=item.task_code,
        task_name=item.task_name,
        dept_name=item.dept_name,
        district=item.district,
        source=item.source or item.dept_name,
        sections=[
            Section(aspect=aspect, title=texts.TITLES[aspect], text=text, missing=not text)
            for aspect, tell in _TELLERS.items()
            for text in (tell(item),)
        ],
        situations=len(item.situations),
    )


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if line)


def _materials(item: Item) -> str:
    return "\n".join(f"{number}. {material_line(one)}" for number, one in enumerate(ordered_materials(item), start=1))


def ordered_materials(item: Item) -> list[Material]:
    """As the source orders them; what it gives no place stands last."""
    return in_order(item.material)


def in_order(materials: Sequence[Material]) -> list[Material]:
    """By the places that the source gives them; what has none stands last."""
    return sorted(materials, key=lambda one: one.order_num if one.order_num is not None else len(materials))


def material_line(material: Material, *, certain: bool = False) -> str:
    """One material in words; `certain`: it is known to be needed in this case."""
    facts = [
        plain(material.material_type),
        plain(material.material_format),
        texts.COPIES.format(count=material.page_num) if material.page_num else "",
        texts.IF_NEEDED if material.is_need is False and not certain else "",
    ]
    told = "，".join(fact for fact in facts if fact)
    explained = plain(material.fill_explain).replace("\n", " ")
    return plain(material.material_name) + (f"（{told}）" if told else "") + (f"：{explained}" if explained else "")


def _time_limit(item: Item) -> str:
    said = []
    if item.promise_day is not None:
        time = f"{item.promise_day}{texts.TIME_UNITS[item.promise_type]}"
        said.append(texts.PROMISED.format(time=time) if item.promise_day else texts.PROMISED_AT_ONCE)
    if item.anticipate_day is not None:
        time = f"{item.anticipate_day}{texts.TIME_UNITS[item.anticipate_type]}"
        said.append(texts.LEGAL.format(time=time) if item.anticipate_day else "")
    if item.project_type:
        said.append(texts.PROJECT_TYPE.format(kind=plain(item.project_type)))
    told = "；".join(one for one in said if one)
    return f"{told}。" if told else ""


def _fee(item: Item) -> str:
    if item.is_fee is False:
        return texts.FREE
    fees = [one for one in map(_one_fee, item.fee_project) if one]
    basis = texts.BASIS.format(basis=plain(item.fee_basis)) if item.fee_basis else ""
    if fees:
        return _lines([*fees, basis])
    return _lines([texts.CHARGED, basis]) if item.is_fee else ""


def _one_fee(fee: FeeProject) -> str:
    told = "：".join(part for part in (plain(fee.fee_name), plain(fee.fee_stand)) if part)
    reduction = plain(fee.is_desc) if isinstance(fee.is_desc, str) else texts.CAN_BE_REDUCED if fee.is_desc else ""
    return f"{told}（{reduction}）" if told and reduction else told


def _place(item: Item) -> str:
    place = _LABEL.sub("", plain(item.transact_addr))
    if place == _NO_WINDOW:
        return texts.NO_WINDOW
    return place


def _online(item: Item) -> str:
    if item.is_online is None and not item.online_handle_url:
        return texts.HANDLE_TYPE.format(kind=plain(item.handle_type)) if item.handle_type else ""
    if item.is_online is False:
        return _lines(
            [texts.NOT_ONLINE, texts.HANDLE_TYPE.format(kind=plain(item.handle_type)) if item.handle_type else ""]
        )
    return _lines([
        texts.ONLINE,
        texts.WEB_ADDRESS.format(url=item.online_handle_url) if item.online_handle_url else "",
        texts.PLATFORM.format(platform=plain(item.online_platform)) if item.online_platform else "",
    ])  # fmt: skip


def _trips(item: Item) -> str:
    if item.limit_scene_num is None:
        return ""
    return texts.TRIPS.format(count=item.limit_scene_num) if item.limit_scene_num else texts.NO_TRIP


def _department(item: Item) -> str:
    together = texts.CO_DEPARTMENT.format(departments=plain(item.co_department)) if item.co_department else ""
    area = texts.HANDLE_AREA.format(area=plain(item.handle_area)) if item.handle_area else ""
    return _lines([plain(item.dept_name), together, area])


def _courier(item: Item) -> str:
    return _yes_no(item.is_express, texts.COURIER, texts.NO_COURIER)


def _appointment(item: Item) -> str:
    told = _yes_no(item.is_schedule, texts.APPOINTMENT, texts.NO_APPOINTMENT)
    booking = texts.BOOKING_ADDRESS.format(url=item.schedule_url) if item.schedule_url else ""
    return told if item.is_schedule is False else _lines([told, booking])


def _yes_no(value: bool | None, yes: str, no: str) -> str:  # noqa: FBT001
    if value is None:
        return ""
    return yes if value else no


_TELLERS: Mapping[Aspect, Callable[[Item], str]] = {
    "materials": _materials,
    "conditions": lambda item: plain(item.accept_condition),
    "time_limit": _time_limit,
    "fee": _fee,
    "place": _place,
    "hours": lambda item: _LABEL.sub("", plain(item.transact_time)),
    "phone": lambda item: plain(item.link_way),
    "complaint_phone": lambda item: plain(item.supervise_way),
    "flow": lambda item: plain(item.handle_flow),
    "online": _online,
    "trips": _trips,
    "department": _department,
    "courier": _courier,
    "appointment": _appointment,
    "result": lambda item: plain(item.result_name),
    "basis": lambda item: plain(item.by_law),
    "audience": lambda item: "、".join(plain(one) for one in item.server_type),
}
