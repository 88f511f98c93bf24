"""Whose telephone number is asked for ("交警电话")? The department's own, as one of its items tells it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rasa_sdk.executor import CollectingDispatcher

from actions.answers import Guide, ItemHit
from actions.backends import Backends
from actions.errors import Missing

#: Of so many items the department is looked at.
LOOKED_AT = 10
#: A longer name is a question.
LONGEST = 8
#: What people call a department: what stands in its name, and what one goes there for, by which it is found.
OFFICES: Mapping[str, tuple[str, str]] = {
    "交警": ("交通警察", "驾驶证"),
    "交管": ("交通警察", "驾驶证"),
    "车管": ("交通警察", "驾驶证"),
    "出入境": ("出入境", "护照"),
    "公安": ("公安局", "身份证"),
    "民政": ("民政局", "收养登记"),
    "社保": ("人力资源和社会保障", "社会保障卡"),
    "人社": ("人力资源和社会保障", "社会保障卡"),
    "医保": ("医疗保障", "医保"),
    "公积金": ("公积金", "公积金提取"),
    "教育": ("教育局", "教师资格"),
    "市监": ("市场监督", "营业执照"),
    "工商": ("市场监督", "营业执照"),
    "不动产": ("自然资源", "不动产登记"),
}
_KIND = re.compile(r"(?:大队|支队|中队|管理|登记|中心|部门|单位|队|局|所|处|科|站|窗口)+$")
_DISTRICT = re.compile(r"^[\u4e00-\u9fff]{2,3}[区县]|[区县]分局$")


def is_office(named: str) -> bool:
    """Whether a department is called so, and not one of its matters: 社保局 and 交警, but not 社保."""
    core = _KIND.sub("", named)
    return core in OFFICES and (core != named or core in {"交警", "交管", "车管", "出入境", "民政", "人社"})


async def tell_office(backends: Backends, say: CollectingDispatcher, named: str, *, hotline: str) -> bool:
    """Tells the number of the department that is called so; False where none is, or none of its items has one."""
    if not is_office(named):
        return False
    name, matter = OFFICES[_KIND.sub("", named)]
    found = await backends.find_items(matter, limit=LOOKED_AT)
    for one in sorted((one for one in found.hits if name in one.dept_name), key=_is_local):
        guide = await _guide(backends, one)
        phone = guide.told("phone") if guide else ""
        if phone:
            values = {"department": one.dept_name, "item": one.task_name, "phone": phone}
            say.utter_message(response="utter_department_phone", hotline=hotline, **values)
            return True
    return False


def _is_local(hit: ItemHit) -> bool:
    """The city's department before those of its districts."""
    return bool(_DISTRICT.search(hit.dept_name))


async def _guide(backends: Backends, hit: ItemHit) -> Guide | None:
    try:
        return await backends.guide(hit.task_code)
    except Missing:  # withdrawn meanwhile
        return None
