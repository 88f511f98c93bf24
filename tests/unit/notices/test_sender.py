"""Does a notice become the right WeChat calls, with keys that mean the same at every attempt?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from uuid import UUID

import pytest

from bot.broadcast.sender import NotConfigured, WeChatSender, group_key, recipient_key, text_message
from services.notices.values import ChunkKey, Content, Link

CITIZEN = UUID("11111111-1111-4111-8111-111111111111")
CONTENT = Content(
    notice_id=UUID("22222222-2222-4222-8222-222222222222"),
    number=12,
    version=1,
    title="城乡居民医保缴费提醒",
    body="2027年度城乡居民基本医疗保险集中缴费期至12月31日，请及时缴费，以免影响待遇。",
    url="https://example.gov.cn/notice/12",
    department="云江市医疗保障局",
    source_document="云医保〔2026〕8号",
    route="template",
    due_at=datetime(2026, 11, 24, 1, 0, tzinfo=timezone.utc),
)


@dataclass
class RecordingClient:
    """Keeps every call as the client gets it."""

    calls: list[Mapping[str, object]] = field(default_factory=list)

    async def send_template(
        self, *, openid: str, template_id: str, url: str, data: Mapping[str, object], client_msg_id: str
    ) -> str:
        self.calls.append({"openid": openid, "id": template_id, "url": url, "data": data, "key": client_msg_id})
        return "1"

    async def send_subscription(self, *, openid: str, template_id: str, page: str, data: Mapping[str, object]) -> str:
        self.calls.append({"openid": openid, "id": template_id, "page": page, "data": data})
        return "2"

    async def send_custom(self, *, openid: str, message: Mapping[str, object]) -> str:
        self.calls.append({"openid": openid, "message": message})
        return ""

    async def send_mass(self, *, openids: Sequence[str], message: Mapping[str, object], clientmsgid: str) -> str:
        self.calls.append({"openids": openids, "message": message, "key": clientmsgid})
        return "3"


def sender(client: RecordingClient) -> WeChatSender:
    return WeChatSender(client=client, template_id="T", subscription_template_id="S")


async def test_a_template_notice_has_all_its_fields_and_the_citys_time() -> None:
    client = RecordingClient()
    assert await sender(client).send_one(CONTENT, route="template", address="o1", key="k") == "1"
    [call] = client.calls
    assert (call["openid"], call["id"], call["url"], call["key"]) == ("o1", "T", CONTENT.url, "k")
    data = call["data"]
    assert isinstance(data, dict)
    assert data["first"] == {"value": CONTENT.title}
    assert data["keyword1"] == {"value": "云江市医疗保障局"}
    assert data["keyword2"] == {"value": "2026-11-24 09:00"}
    assert "通知第 12 号（云医保〔2026〕8号）" in data["remark"]["value"]


async def test_attachments_stand_below_the_text_by_name_and_link() -> None:
    client = RecordingClient()
    content = replace(CONTENT, attachments=(Link(name="申报表", url="https://example.gov.cn/a.pdf"),))
    await sender(client).send_one(content, route="template", address="o1", key="k")
    data = client.calls[0]["data"]
    assert isinstance(data, dict)
    assert data["remark"]["value"].splitlines()[1] == "附件：申报表 https://example.gov.cn/a.pdf"
    text = text_message(content)["text"]
    assert isinstance(text, dict)
    assert "附件：申报表 https://example.gov.cn/a.pdf" in text["content"]


async def test_a_subscription_notice_keeps_to_twenty_characters() -> None:
    client = RecordingClient()
    await sender(client).send_one(CONTENT, route="subscription", address="o1", key="")
    data = client.calls[0]["data"]
    assert isinstance(data, dict)
    assert set(data) == {"thing1", "thing2", "time3", "thing4"}
    assert all(1 <= len(part["value"]) <= 20 for part in data.values())


async def test_a_customer_message_is_one_text_with_everything_in_it() -> None:
    client = RecordingClient()
    await sender(client).send_one(CONTENT, route="customer", address="o1", key="k")
    assert client.calls == [{"openid": "o1", "message": text_message(CONTENT)}]


async def test_a_mass_notice_is_one_text_with_everything_in_it() -> None:
    client = RecordingClient()
    await sender(client).send_many(CONTENT, addresses=["o1", "o2"], key="k")
    assert client.calls == [{"openids": ["o1", "o2"], "message": text_message(CONTENT), "key": "k"}]
    text = text_message(CONTENT)["text"]
    assert isinstance(text, dict)
    assert all(part in text["content"] for part in (CONTENT.title, CONTENT.body, CONTENT.url, "第 12 号"))


async def test_a_route_without_a_template_says_so_and_calls_nothing() -> None:
    client = RecordingClient()
    bare = WeChatSender(client=client, template_id="", subscription_template_id="")
    for route in ("template", "subscription"):
        with pytest.raises(NotConfigured):
            await bare.send_one(CONTENT, route=route, address="o1", key="k")  # type: ignore[arg-type]
    assert client.calls == []


def test_a_key_is_the_same_at_every_attempt_and_another_for_all_else() -> None:
    key = recipient_key(CONTENT, CITIZEN)
    assert key == recipient_key(replace(CONTENT, title="同一版本"), CITIZEN)
    assert key != recipient_key(replace(CONTENT, version=2), CITIZEN)
    assert key != recipient_key(CONTENT, CONTENT.notice_id)
    assert len(key) <= 32  # the platform's limit of client_msg_id
    chunk = ChunkKey(notice_id=CONTENT.notice_id, version=1, chunk=3)
    assert group_key(chunk) != group_key(replace(chunk, chunk=4))
