"""What the fake backends know: a few items, answers, halls and cases, and how each looks on the wire."""

from __future__ import annotations

from typing import Any

SERVICES = {"HJ": "户籍业务", "CRJ": "出入境证件", "SB": "社会保险", "BDC": "不动产登记", "HY": "婚姻登记"}
ALIASES = {
    "juzhuzheng": ("居住证", "居住证办理", "居住证申领"),
    "huzhao": ("护照", "普通护照", "出国的护照"),
    "gangao": ("港澳通行证", "港澳"),
    "shebaoka": ("社保卡", "社会保障卡"),
    "xinshenger": ("上户口", "新生儿", "出生登记"),
    "guohu": ("过户", "二手房"),
    "jiehun-jb": ("结婚登记",),
    "jiehun-jn": ("结婚登记",),
    "jiazhao": ("驾驶证",),
}


def section(aspect: str, title: str, text: str = "") -> dict[str, Any]:
    return {"aspect": aspect, "title": title, "text": text, "missing": not text}


GUIDES: dict[str, dict[str, Any]] = {
    "juzhuzheng": {
        "task_name": "居住证申领",
        "dept_name": "云江市公安局",
        "service_code": "HJ",
        "sections": [
            section("materials", "申请材料", "1. 居民身份证（原件）\n2. 租房合同或房产证（复印件）\n3. 一寸照片两张"),
            section("conditions", "受理条件", "在云江市居住满半年，有合法稳定就业、住所或连续就读之一。"),
            section("time_limit", "办理时限", "承诺7个工作日；法定15个工作日。"),
            section("fee", "收费", "不收费。"),
            section("place", "办理地点", "居住地派出所户籍窗口"),
            section("hours", "办理时间", "周一至周五 9:00-17:00"),
            section("phone", "咨询电话", "0100-88010001"),
            section("complaint_phone", "监督投诉电话", "0100-88010002"),
            section("flow", "办理流程", "申请、受理、审核、发证。"),
            section("online", "网上办理", "可以在网上申请。"),
            section("trips", "到现场次数", "最多跑1次，本人到场。"),
            section("department", "办理部门", "云江市公安局"),
            section("courier", "邮寄"),
            section("appointment", "预约", "可以预约。"),
            section("result", "办理结果", "居住证"),
            section("basis", "设定依据", "《居住证暂行条例》"),
            section("audience", "服务对象", "自然人"),
        ],
    },
    "huzhao": {
        "task_name": "普通护照首次申领",
        "dept_name": "云江市公安局出入境管理支队",
        "service_code": "CRJ",
        "sections": [
            section("materials", "申请材料", "1. 居民身份证（原件）\n2. 护照照片一张"),
            section("time_limit", "办理时限", "承诺7个工作日。"),
            section("fee", "收费", "每本120元。"),
            section("place", "办理地点", "各政务服务中心出入境窗口"),
            section("phone", "咨询电话", "0100-88010003"),
        ],
    },
    "gangao": {
        "task_name": "往来港澳通行证首次申领",
        "dept_name": "云江市公安局出入境管理支队",
        "service_code": "CRJ",
        "sections": [section("materials", "申请材料", "居民身份证（原件）"), section("fee", "收费", "每本60元。")],
    },
    "shebaoka": {
        "task_name": "社会保障卡补办",
        "dept_name": "云江市人力资源和社会保障局",
        "service_code": "SB",
        "sections": [section("materials", "申请材料", "居民身份证（原件）"), section("fee", "收费", "补卡每张16元。")],
    },
    "xinshenger": {
        "task_name": "新生儿出生登记",
        "dept_name": "云江市公安局",
        "service_code": "HJ",
        "sections": [section("materials", "申请材料", "1. 出生医学证明\n2. 父母户口簿")],
    },
    "guohu": {
        "task_name": "二手房转移登记",
        "dept_name": "云江市自然资源和规划局",
        "service_code": None,
        "sections": [
            section("materials", "申请材料", "不动产权证书"),
            section("time_limit", "办理时限", "3个工作日。"),
        ],
    },
    "jiehun-jb": {
        "task_name": "结婚登记",
        "dept_name": "江北区民政局",
        "district": "江北区",
        "service_code": "HY",
        "sections": [section("fee", "收费", "不收费。"), section("place", "办理地点", "江北区婚姻登记处")],
    },
    "jiehun-jn": {
        "task_name": "结婚登记",
        "dept_name": "江南区民政局",
        "district": "江南区",
        "service_code": "HY",
        "sections": [section("fee", "收费", "不收费。"), section("place", "办理地点", "江南区婚姻登记处")],
    },
    "jiazhao": {
        "task_name": "机动车驾驶证期满换证",
        "dept_name": "云江市公安局交通警察支队",
        "service_code": None,
        "sections": [section("phone", "咨询电话", "0100-88130001")],
    },
}
FAQ = [
    {
        "id": "social-gap-01",
        "question": "社保断缴有什么影响？",
        "words": ("断缴", "断交", "断了"),
        "answer": "断缴期间不计缴费年限，补缴后恢复。",
        "department": "云江市人力资源和社会保障局",
        "source": "《云江市社保便民告知》（示例）",
        "source_url": "",
        "valid_until": "2027-12-31",
        "topics": ["social_security"],
        "task_code": None,
    },
    {
        "id": "leave-01",
        "question": "产假有多少天？",
        "words": ("产假",),
        "answer": "女职工生育享受158天产假。",
        "department": "云江市医疗保障局",
        "source": "《云江市人口与计划生育条例》（示例）",
        "source_url": "",
        "valid_until": None,
        "topics": ["marriage"],
        "task_code": None,
    },
    {
        "id": "leave-02",
        "question": "陪产假有几天？",
        "words": ("陪产假",),
        "answer": "男方享受15天陪产假。",
        "department": "云江市医疗保障局",
        "source": "《云江市人口与计划生育条例》（示例）",
        "source_url": "",
        "valid_until": None,
        "topics": ["marriage"],
        "task_code": None,
    },
    {
        "id": "permit-01",
        "question": "居住证能当身份证用吗？",
        "words": ("当身份证",),
        "answer": "不能，居住证只证明在云江居住。",
        "department": "云江市公安局",
        "source": "《云江市居住证便民告知》（示例）",
        "source_url": "",
        "valid_until": None,
        "topics": ["hukou"],
        "task_code": "juzhuzheng",
    },
]
#: When every answer was written.
WRITTEN_AT = "2026-11-01T01:00:00Z"
HALLS = [
    ("SZX", "云江市政务服务中心", "云江市", "990000", 30.002, 110.014, ("HJ", "CRJ", "SB", "BDC")),
    ("JB", "江北区政务服务中心", "江北区", "990101", 30.041, 110.002, ("HJ", "CRJ", "SB", "HY")),
    ("JN", "江南区政务服务中心", "江南区", "990102", 29.981, 110.031, ("HJ", "SB", "BDC")),
]
STARTS = ("09:00", "09:30", "10:00", "10:30", "11:00", "14:00", "14:30", "15:00", "15:30", "16:00")
CASES = {
    ("YJ20261103000017", "381920"): {
        "project_no": "YJ20261103000017",
        "task_code": "juzhuzheng",
        "task_name": "居住证申领",
        "state": "2",
        "state_text": "审核中",
        "org_name": "云江市公安局",
        "applicant": "张*",
        "apply_date": "2026-11-03",
        "accept_date": "2026-11-04",
        "promise_date": "2026-11-27",
        "steps": [
            {"process_name": "受理", "state_text": "已完成", "started_at": "2026-11-04T09:00:00+08:00", "explain": ""},
            {"process_name": "审核", "state_text": "进行中", "started_at": "2026-11-05T09:00:00+08:00", "explain": ""},
        ],
        "result": None,
    },
    ("YJ20261012000004", "537778"): {
        "project_no": "YJ20261012000004",
        "task_code": "huzhao",
        "task_name": "普通护照首次申领",
        "state": "2",
        "state_text": "审核中",
        "promise_date": "2026-11-20",
        "steps": [],
        "result": None,
    },
}
IDENTITIES = {
    "IDCARDK3Q7ZP2A": ("id_card", "110101199003070038"),
    "IDCARDM2XW7ABC": ("id_card", "110101198506150029"),
    "MOBILEA7KQ2M3P": ("mobile", "13800138000"),
    "MOBILEM4Q7ZP2B": ("mobile", "13912345678"),
}


def hit(code: str) -> dict[str, Any]:
    guide = GUIDES[code]
    return {
        "task_code": code,
        "task_name": guide["task_name"],
        "dept_name": guide["dept_name"],
        "district": guide.get("district", "云江市"),
        "area_code": "990000",
        "score": 0.9,
        "aliases": list(ALIASES[code]),
    }


def answer(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "words"} | {"score": 0.8, "written_at": WRITTEN_AT}


def hall(row: tuple[Any, ...]) -> dict[str, Any]:
    code, name, district, area_code, latitude, longitude, services = row
    return {
        "hall_code": code,
        "name": name,
        "district": district,
        "area_code": area_code,
        "address": f"{district}云江大道1号",
        "phone": "0100-88010000",
        "hours_text": "周一至周五 9:00-12:00、14:00-17:00",
        "latitude": latitude,
        "longitude": longitude,
        "services": [{"service_code": one, "name": SERVICES[one]} for one in services],
    }


#: The one notice that has been sent.
NOTICE = "因管道检修，11月21日20时至次日6时城东片区停水，请提前储水，咨询电话13912345678。"
SITUATIONS: dict[str, list[dict[str, Any]]] = {
    "juzhuzheng": [
        {
            "id": "home",
            "question": "您住的房子是？",
            "options": [{"id": "rent", "label": "租的"}, {"id": "own", "label": "自己的"}],
        },
        {
            "id": "reason",
            "question": "您在这里是？",
            "options": [{"id": "work", "label": "上班"}, {"id": "study", "label": "读书"}],
        },
    ]
}
#: What can be followed.
SUBJECTS: list[dict[str, Any]] = [
    {"code": "medical_insurance", "kind": "topic", "name": "医保", "aliases": ["医疗保险", "医保卡"]},
    {"code": "social_security", "kind": "topic", "name": "社保", "aliases": ["社会保险", "养老金"]},
    {"code": "housing_fund", "kind": "topic", "name": "公积金", "aliases": ["住房公积金"]},
    {"code": "hukou", "kind": "topic", "name": "户籍", "aliases": ["户口"]},
    {"code": "education", "kind": "topic", "name": "教育", "aliases": ["入学", "招生"]},
    {"code": "exit_entry", "kind": "topic", "name": "出入境", "aliases": ["护照"]},
    {"code": "990101", "kind": "district", "name": "江北区", "aliases": ["江北"]},
    {"code": "990102", "kind": "district", "name": "江南区", "aliases": ["江南"]},
]
