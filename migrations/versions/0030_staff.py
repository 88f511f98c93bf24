"""Tables of the staff: accounts, roles, sessions, invitations, recovery codes, rates; and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
#: What is written stays as it was, whatever a program or a person tries.
KEEP_LOG = """
CREATE FUNCTION audit_log_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log cannot be changed';
END
$$;
CREATE TRIGGER audit_log_keep BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_log_keep();
CREATE TRIGGER audit_log_keep_all BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_log_keep();
"""


def upgrade() -> None:
    _create_accounts()
    _create_sessions()
    _create_audit_log()


def _create_accounts() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_confirmed", sa.Boolean(), nullable=False),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("disabled_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("signed_in_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("login", name="uq_staff_login"),
    )
    op.create_table(
        "staff_roles",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "role", name="pk_staff_roles"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_roles_staff_id"),
        sa.CheckConstraint(
            "role IN ('viewer', 'editor', 'trainer', 'scheduler', 'approver', 'desk', 'administrator')",
            name="ck_staff_roles_role",
        ),
    )
    op.create_table(
        "staff_recovery_codes",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("staff_id", "code", name="pk_staff_recovery_codes"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_recovery_codes_staff_id"),
    )
    op.create_table(
        "staff_invitations",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("token", name="pk_staff_invitations"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_invitations_staff_id"),
    )
    op.create_index("ix_staff_invitations_staff_id", "staff_invitations", ["staff_id"])


def _create_sessions() -> None:
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("flash", JSONB(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_staff_sessions"),
        sa.UniqueConstraint("token", name="uq_staff_sessions_token"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_sessions_staff_id"),
    )
    op.create_index("ix_staff_sessions_staff_id", "staff_sessions", ["staff_id"])
    op.create_index("ix_staff_sessions_ends_at", "staff_sessions", ["ends_at"])
    op.create_table(
        "staff_rates",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("refilled_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_staff_rates"),
    )
    op.create_index("ix_staff_rates_refilled_at", "staff_rates", ["refilled_at"])


def _create_audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("before", JSONB(), nullable=True),
        sa.Column("after", JSONB(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_login", "audit_log", ["login", "id"])
    op.create_index("ix_audit_log_action", "audit_log", ["action", "id"])
    op.create_index("ix_audit_log_subject", "audit_log", ["subject_kind", "subject_id", "id"])
    op.create_index("ix_audit_log_at", "audit_log", ["at"])
    op.execute(KEEP_LOG)


def downgrade() -> None:
    for table in (
        *("audit_log", "staff_rates", "staff_sessions", "staff_invitations"),
        *("staff_recovery_codes", "staff_roles", "staff"),
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION audit_log_keep()")
