"""Which settings do the edge and the worker read?"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from services.settings import Port, Seconds, Secret, SettingsBase, VaultKey


class BotSettings(SettingsBase, frozen=True, kw_only=True):
    """Settings of `python -m bot edge` and `python -m bot worker`."""

    edge_host: str = "127.0.0.1"
    edge_port: Port = 8010
    #: Where the worker answers /healthz, /readyz and /metrics.
    worker_port: Port = 8011

    rasa_url: str = "http://127.0.0.1:5005"
    services_url: str = "http://127.0.0.1:8020"
    #: One turn of the assistant, at most.
    dialogue_timeout_seconds: Seconds = 12.0
    #: The platform drops a request after 5 s; we answer before that.
    reply_deadline_seconds: Seconds = 4.5
    #: How far the platform's timestamp may be from our clock.
    timestamp_window_seconds: Seconds = 600.0

    #: Seals citizens' identifiers.
    vault_key: VaultKey = ""
    vault_seconds: Annotated[int, msgspec.Meta(ge=60, le=2_592_000)] = 86_400

    #: What citizens said and were told is deleted this long after it was settled.
    message_retention_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 30

    #: For so long it is known who was told which answer, so that a wrong one can be corrected.
    told_retention_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 180
    #: Appointments, their reminders and cancellations are deleted so long after their day.
    appointment_retention_days: Annotated[int, msgspec.Meta(ge=31, le=3650)] = 730
    #: What was told of a case that moved is deleted so long after it was told; the case and its steps stay.
    case_news_retention_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 365
    #: A question that nobody could answer is deleted when nobody has asked it again for so long.
    question_retention_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 365
    #: For so long it is known who got a notice; how many got it stays.
    delivery_retention_days: Annotated[int, msgspec.Meta(ge=90, le=3650)] = 1095
    #: Calls of the platform a second that all workers together make for notices.
    notices_per_second: Annotated[float, msgspec.Meta(ge=1, le=10_000)] = 200.0
    #: A worker that gave no sign for this long has lost the recipients it held.
    notice_lease_seconds: Annotated[float, msgspec.Meta(ge=2, le=600)] = 60.0

    city_name: str = "云江市"
    hotline: str = "12345"

    #: The account's original id (gh_...), by which the platform addresses it; needed to take followers in.
    wechat_account: str = ""
    wechat_app_id: str
    wechat_app_secret: Secret
    wechat_token: Annotated[str, msgspec.Meta(min_length=3, max_length=32)]
    #: 43 characters; needed in compat and safe mode.
    wechat_aes_key: str = ""
    #: The key before the last change, still accepted.
    wechat_previous_aes_key: str = ""
    wechat_mode: Literal["plain", "compat", "safe"] = "safe"
    wechat_api_base: str = "https://api.weixin.qq.com"
    #: Template for notices by template message (fields first, keyword1, keyword2, remark).
    wechat_notice_template_id: str = ""
    #: Template for notices by subscription message.
    wechat_subscription_template_id: str = ""
    #: Template for reminders and case news outside the 48-hour window.
    wechat_reminder_template_id: str = ""
