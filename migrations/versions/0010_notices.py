"""Tables of notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None

#: What two people approved stays as it was, whatever a program or a person tries.
KEEP_VERSIONS = """
CREATE FUNCTION notice_versions_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an approved version of a notice cannot be changed';
END
$$;
CREATE TRIGGER notice_versions_keep BEFORE UPDATE ON notice_versions
    FOR EACH ROW EXECUTE FUNCTION notice_versions_keep();
"""


def upgrade() -> None:
    op.create_table(
        "notice_deliveries",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("doubts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("doubt_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("receipt", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint(
            "receipt IN ('', 'delivered', 'blocked', 'failed')", name=op.f("ck_notice_deliveries_receipt")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'leased', 'attempting', 'accepted', 'failed', 'in_doubt', 'cancelled')",
            name=op.f("ck_notice_deliveries_state"),
        ),
        sa.PrimaryKeyConstraint("notice_id", "version", "citizen_id", "channel", name=op.f("pk_notice_deliveries")),
    )
    op.create_index("ix_notice_deliveries_chunk", "notice_deliveries", ["notice_id", "version", "chunk"], unique=False)
    op.create_table(
        "notice_messages",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("msg_id", sa.String(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("chunk", sa.Integer(), nullable=True),
        sa.Column("citizen_id", sa.Uuid(), nullable=True),
        sa.Column("receipt", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("delivered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("blocked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("undelivered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "msg_id", name=op.f("pk_notice_messages")),
    )
    op.create_table(
        "notice_rates",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("refilled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_notice_rates")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("url", sa.String(), server_default="", nullable=False),
        sa.Column("department", sa.String(), server_default="", nullable=False),
        sa.Column("source_document", sa.String(), server_default="", nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late_policy", sa.String(), nullable=False),
        sa.Column("late_after_seconds", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("audience_kind", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("approved_version", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("submitted_by", sa.String(), server_default="", nullable=False),
        sa.Column("approved_by", sa.String(), server_default="", nullable=False),
        sa.Column("late_released", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("audience_kind IN ('all', 'list')", name=op.f("ck_notices_audience_kind")),
        sa.CheckConstraint("late_policy IN ('send', 'skip', 'ask')", name=op.f("ck_notices_late_policy")),
        sa.CheckConstraint("route IN ('template', 'subscription', 'mass')", name=op.f("ck_notices_route")),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'due', 'late', 'sending', 'paused', 'finished', 'cancelled',"
            " 'expired')",
            name=op.f("ck_notices_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("number", name=op.f("uq_notices_number")),
    )
    op.create_index(
        "ix_notices_running",
        "notices",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('sending', 'paused', 'late')"),
    )
    op.create_index(
        "ix_notices_waiting",
        "notices",
        ["wake_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('approved', 'due')"),
    )
    op.create_table(
        "notice_changes",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=False),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_changes_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", "seq", name=op.f("pk_notice_changes")),
    )
    op.create_table(
        "notice_recipients",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_recipients_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", "citizen_id", name=op.f("pk_notice_recipients")),
    )
    op.create_table(
        "notice_versions",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("source_document", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_versions_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", "version", name=op.f("pk_notice_versions")),
    )
    op.create_table(
        "notice_runs",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("audience", sa.Integer(), server_default="0", nullable=False),
        sa.Column("accepted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("in_doubt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancelled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("delivered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("blocked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("undelivered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("frozen", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("freeze_after", sa.Uuid(), nullable=True),
        sa.Column("next_chunk", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stopping", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rate_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rate_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rate", sa.Float(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "least(accepted, failed, in_doubt, cancelled) >= 0 "
            "AND accepted + failed + in_doubt + cancelled <= audience",
            name=op.f("ck_notice_runs_counts"),
        ),
        sa.ForeignKeyConstraint(
            ["notice_id", "version"],
            ["notice_versions.notice_id", "notice_versions.version"],
            name=op.f("fk_notice_runs_notice_id_version"),
        ),
        sa.PrimaryKeyConstraint("notice_id", "version", name=op.f("pk_notice_runs")),
    )
    op.create_index(
        "ix_notice_runs_open", "notice_runs", ["notice_id"], unique=False, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_table(
        "notice_chunks",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["notice_id", "version"],
            ["notice_runs.notice_id", "notice_runs.version"],
            name=op.f("fk_notice_chunks_notice_id_version"),
        ),
        sa.PrimaryKeyConstraint("notice_id", "version", "chunk", name=op.f("pk_notice_chunks")),
    )
    op.create_index(
        "ix_notice_chunks_open",
        "notice_chunks",
        ["notice_id", "version", "available_at", "chunk"],
        unique=False,
        postgresql_where=sa.text("is_open"),
    )
    # Room in each page for the three updates of a row's life: they then touch no index.
    op.execute("ALTER TABLE notice_deliveries SET (fillfactor = 60)")
    op.execute("ALTER TABLE notice_runs SET (fillfactor = 50)")
    op.execute(KEEP_VERSIONS)


def downgrade() -> None:
    for table in (
        "notice_chunks",
        "notice_runs",
        "notice_versions",
        "notice_recipients",
        "notice_changes",
        "notices",
        "notice_rates",
        "notice_messages",
        "notice_deliveries",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION notice_versions_keep()")
