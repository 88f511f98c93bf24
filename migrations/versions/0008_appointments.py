"""Tables of appointments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _timetable()
    _bookings()
    _requests_and_reminders()


def _timetable() -> None:
    op.create_table(
        "appointment_halls",
        sa.Column("hall_code", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("hours_text", sa.String(), nullable=False),
        sa.Column("latitude", sa.Float()),
        sa.Column("longitude", sa.Float()),
        sa.Column("opening", postgresql.JSONB(), nullable=False),
    )
    op.create_table(
        "appointment_hall_services",
        sa.Column("hall_code", sa.String(), sa.ForeignKey("appointment_halls.hall_code"), primary_key=True),
        sa.Column("service_code", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.CheckConstraint("slot_minutes BETWEEN 5 AND 480", name="slot_minutes"),
        sa.CheckConstraint("capacity BETWEEN 1 AND 1000", name="capacity"),
    )
    op.create_table(
        "appointment_holidays",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("as_weekday", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("as_weekday BETWEEN 0 AND 6", name="as_weekday"),
    )
    op.create_table(
        "appointment_slots",
        sa.Column("slot_id", sa.String(), primary_key=True),
        sa.Column("hall_code", sa.String(), nullable=False),
        sa.Column("service_code", sa.String(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name="taken"),
        sa.ForeignKeyConstraint(
            ["hall_code", "service_code"],
            ["appointment_hall_services.hall_code", "appointment_hall_services.service_code"],
        ),
    )
    op.create_index(None, "appointment_slots", ["hall_code", "service_code", "starts_at"])


def _bookings() -> None:
    op.create_table(
        "appointments",
        sa.Column("code", sa.String(), primary_key=True),
        sa.Column("citizen_id", sa.Uuid()),
        sa.Column("slot_id", sa.String(), sa.ForeignKey("appointment_slots.slot_id"), nullable=False),
        sa.Column("service_code", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("expires_at", INSTANT),
        sa.Column("person_mark", sa.LargeBinary(), nullable=False),
        sa.Column("person_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name_masked", sa.String(), nullable=False),
        sa.Column("id_masked", sa.String(), nullable=False),
        sa.Column("mobile_masked", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "state IN ('reserved', 'confirmed', 'called', 'finished', 'missed', 'cancelled', 'expired')", name="state"
        ),
        sa.CheckConstraint("(state = 'reserved') = (expires_at IS NOT NULL)", name="expires_at"),
    )
    op.create_index(
        "uq_appointments_person_service_day",
        "appointments",
        ["person_mark", "service_code", "day"],
        unique=True,
        postgresql_where=sa.text("state IN ('reserved', 'confirmed', 'called')"),
    )
    op.create_index(None, "appointments", ["slot_id"])
    op.create_index(None, "appointments", ["citizen_id"])
    op.create_index(
        "ix_appointments_reserved_expires_at",
        "appointments",
        ["expires_at"],
        postgresql_where=sa.text("state = 'reserved'"),
    )


def _requests_and_reminders() -> None:
    op.create_table(
        "appointment_requests",
        sa.Column("citizen_id", sa.Uuid(), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("request_mark", sa.LargeBinary(), nullable=False),
        sa.Column("answer", postgresql.JSONB()),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_index(None, "appointment_requests", ["created_at"])
    op.create_table(
        "appointment_reminders",
        sa.Column("news_id", sa.Uuid(), primary_key=True),
        sa.Column("code", sa.String(), sa.ForeignKey("appointments.code"), nullable=False),
        sa.Column("slot_id", sa.String(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT),
        sa.Column("delivered_at", INSTANT),
        sa.UniqueConstraint("code", "slot_id"),
    )
    op.create_index(
        "ix_appointment_reminders_due_at",
        "appointment_reminders",
        ["due_at"],
        postgresql_where=sa.text("delivered_at IS NULL"),
    )
    op.create_index(None, "appointment_reminders", ["citizen_id"])


def downgrade() -> None:
    for table in (
        "appointment_reminders",
        "appointment_requests",
        "appointments",
        "appointment_slots",
        "appointment_holidays",
        "appointment_hall_services",
        "appointment_halls",
    ):
        op.drop_table(table)
