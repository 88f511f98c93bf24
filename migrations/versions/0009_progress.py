"""Tables of progress."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _cases()
    _subscriptions()
    _attempts()


def _cases() -> None:
    op.create_table(
        "progress_codes",
        sa.Column("list_name", sa.String(), primary_key=True),
        sa.Column("code", sa.String(), primary_key=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.CheckConstraint("list_name IN ('state', 'step_state', 'special', 'result')", name="list_name"),
    )
    op.create_table(
        "progress_cases",
        sa.Column("project_no", sa.String(), primary_key=True),
        sa.Column("task_code", sa.String(), nullable=False),
        sa.Column("task_name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("org_name", sa.String(), nullable=False),
        sa.Column("applicant_masked", sa.String(), nullable=False),
        sa.Column("id_masked", sa.String(), nullable=False),
        sa.Column("query_code_mark", sa.LargeBinary()),
        sa.Column("id_tail_mark", sa.LargeBinary()),
        sa.Column("apply_date", sa.Date()),
        sa.Column("accept_date", sa.Date()),
        sa.Column("promise_date", sa.Date()),
        sa.Column("result_type", sa.String()),
        sa.Column("result_date", sa.Date()),
        sa.Column("result_explain", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
    )
    op.create_table(
        "progress_steps",
        sa.Column("project_no", sa.String(), sa.ForeignKey("progress_cases.project_no"), primary_key=True),
        sa.Column("step_key", sa.String(), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("process_name", sa.String(), nullable=False),
        sa.Column("event_name", sa.String(), nullable=False),
        sa.Column("state", sa.String()),
        sa.Column("special", sa.String()),
        sa.Column("started_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("explain", sa.String(), nullable=False),
    )


def _subscriptions() -> None:
    op.create_table(
        "progress_subscriptions",
        sa.Column("project_no", sa.String(), sa.ForeignKey("progress_cases.project_no"), primary_key=True),
        sa.Column("citizen_id", sa.Uuid(), primary_key=True),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_index(None, "progress_subscriptions", ["citizen_id"])
    op.create_table(
        "progress_news",
        sa.Column("news_id", sa.Uuid(), primary_key=True),
        sa.Column("project_no", sa.String(), sa.ForeignKey("progress_cases.project_no"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("state_text", sa.String(), nullable=False),
        sa.Column("process_name", sa.String(), nullable=False),
        sa.Column("step_text", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT),
        sa.Column("delivered_at", INSTANT),
        sa.UniqueConstraint("project_no", "revision", "citizen_id"),
    )
    op.create_index(
        "ix_progress_news_undelivered",
        "progress_news",
        ["created_at"],
        postgresql_where=sa.text("delivered_at IS NULL"),
    )
    op.create_index(None, "progress_news", ["citizen_id"])


def _attempts() -> None:
    op.create_table(
        "progress_attempts",
        sa.Column("attempt_id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("attempted_at", INSTANT, nullable=False),
    )
    op.create_index(None, "progress_attempts", ["subject", "attempted_at"])
    op.create_index(None, "progress_attempts", ["attempted_at"])


def downgrade() -> None:
    for table in (
        "progress_attempts",
        "progress_news",
        "progress_subscriptions",
        "progress_steps",
        "progress_cases",
        "progress_codes",
    ):
        op.drop_table(table)
