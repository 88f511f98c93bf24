"""Which templates does the account have? Those of the example city; others can be added through the control API."""

from __future__ import annotations

from simulator.rules.notices import Template
from simulator.settings import SimulatorSettings

NOTICE_TEMPLATE = "notice"
SUBSCRIPTION_TEMPLATE = "subscription"
REMINDER_TEMPLATE = "reminder"


def example_templates(settings: SimulatorSettings) -> list[Template]:
    """The three that the account uses, under the ids that the settings give them."""
    return [
        Template(
            template_id=settings.wechat_notice_template_id or NOTICE_TEMPLATE,
            kind="template",
            title="政务通知",
            fields={"first": "", "keyword1": "发布部门", "keyword2": "发布时间", "remark": ""},
        ),
        Template(
            template_id=settings.wechat_reminder_template_id or REMINDER_TEMPLATE,
            kind="template",
            title="办事提醒",
            fields={"first": "", "keyword1": "事项", "keyword2": "时间", "remark": ""},
        ),
        Template(
            template_id=settings.wechat_subscription_template_id or SUBSCRIPTION_TEMPLATE,
            kind="subscription",
            title="政务服务通知",
            fields={"thing1": "通知标题", "thing2": "发布部门", "time3": "发布时间", "thing4": "内容摘要"},
        ),
    ]
