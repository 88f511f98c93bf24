"""What the desk adds to appointments: arrivals, calls, cancellations by the hall, and rules that staff have set."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision: str | None = "0048"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("appointment_halls", sa.Column("opening_set_by", sa.String()))
    op.add_column("appointment_hall_services", sa.Column("capacity_set_by", sa.String()))
    op.add_column("appointment_holidays", sa.Column("set_by", sa.String()))
    op.add_column("appointment_holidays", sa.Column("removed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("appointment_slots", sa.Column("own_capacity", sa.Integer()))
    op.create_check_constraint(
        "ck_appointment_slots_own_capacity", "appointment_slots", "own_capacity BETWEEN 0 AND 1000"
    )
    op.add_column("appointments", sa.Column("arrived_at", INSTANT))
    op.add_column("appointments", sa.Column("call_key", sa.Uuid()))
    op.create_index("ix_appointments_day", "appointments", ["day", "state"])
    op.create_index("ix_appointments_person_mark", "appointments", ["person_mark"])
    op.create_index("ix_appointments_mobile_masked", "appointments", ["mobile_masked"])
    op.create_index("ix_appointments_call_key", "appointments", ["call_key"], unique=True)
    _cancellations()


def _cancellations() -> None:
    op.create_table(
        "appointment_cancellations",
        sa.Column("code", sa.String(), sa.ForeignKey("appointments.code"), primary_key=True),
        sa.Column("news_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid()),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("cancelled_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT),
        sa.Column("told_at", INSTANT),
    )
    op.create_index("ix_appointment_cancellations_news_id", "appointment_cancellations", ["news_id"], unique=True)
    op.create_index("ix_appointment_cancellations_citizen_id", "appointment_cancellations", ["citizen_id"])
    op.create_index(
        "ix_appointment_cancellations_untold",
        "appointment_cancellations",
        ["cancelled_at"],
        postgresql_where=sa.text("told_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("appointment_cancellations")
    for name in ("call_key", "mobile_masked", "person_mark", "day"):
        op.drop_index(f"ix_appointments_{name}", "appointments")
    op.drop_column("appointments", "call_key")
    op.drop_column("appointments", "arrived_at")
    op.drop_column("appointment_slots", "own_capacity")
    op.drop_column("appointment_holidays", "removed")
    op.drop_column("appointment_holidays", "set_by")
    op.drop_column("appointment_hall_services", "capacity_set_by")
    op.drop_column("appointment_halls", "opening_set_by")
