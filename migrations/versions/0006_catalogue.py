"""Tables of the catalogue, and the row that tells every machine that an index is out of date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_revisions",
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_search_revisions")),
    )
    op.create_table(
        "catalogue_items",
        sa.Column("task_code", sa.String(), nullable=False),
        sa.Column("task_name", sa.String(), nullable=False),
        sa.Column("dept_name", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("catalog_code", sa.String(), nullable=False),
        sa.Column("catalog_name", sa.String(), nullable=False),
        sa.Column("sub_catalog_name", sa.String(), nullable=False),
        sa.Column("parent_catalog_code", sa.String(), nullable=False),
        sa.Column("task_handle_item", sa.String(), nullable=False),
        sa.Column("local_code", sa.String(), nullable=False),
        sa.Column("aliases", postgresql.JSONB(), nullable=False),
        sa.Column("task_type", sa.String(), nullable=False),
        sa.Column("task_state", sa.String(), nullable=False),
        sa.Column("task_version", sa.String(), nullable=False),
        sa.Column("task_tag", sa.String(), nullable=False),
        sa.Column("dept_code", sa.String(), nullable=False),
        sa.Column("co_department", sa.String(), nullable=False),
        sa.Column("use_level", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("by_law", sa.String(), nullable=False),
        sa.Column("server_type", postgresql.JSONB(), nullable=False),
        sa.Column("accept_condition", sa.String(), nullable=False),
        sa.Column("handle_flow", sa.String(), nullable=False),
        sa.Column("handle_type", sa.String(), nullable=False),
        sa.Column("project_type", sa.String(), nullable=False),
        sa.Column("limit_scene_num", sa.Integer(), nullable=True),
        sa.Column("is_online", sa.Boolean(), nullable=True),
        sa.Column("online_handle_url", sa.String(), nullable=False),
        sa.Column("online_platform", sa.String(), nullable=False),
        sa.Column("is_schedule", sa.Boolean(), nullable=True),
        sa.Column("schedule_url", sa.String(), nullable=False),
        sa.Column("is_express", sa.Boolean(), nullable=True),
        sa.Column("handle_area", sa.String(), nullable=False),
        sa.Column("result_name", sa.String(), nullable=False),
        sa.Column("anticipate_day", sa.Integer(), nullable=True),
        sa.Column("anticipate_type", sa.String(), nullable=False),
        sa.Column("promise_day", sa.Integer(), nullable=True),
        sa.Column("promise_type", sa.String(), nullable=False),
        sa.Column("is_fee", sa.Boolean(), nullable=True),
        sa.Column("fee_basis", sa.String(), nullable=False),
        sa.Column("fee_project", postgresql.JSONB(), nullable=False),
        sa.Column("transact_addr", sa.String(), nullable=False),
        sa.Column("transact_time", sa.String(), nullable=False),
        sa.Column("link_way", sa.String(), nullable=False),
        sa.Column("supervise_way", sa.String(), nullable=False),
        sa.Column("material", postgresql.JSONB(), nullable=False),
        sa.Column("question", postgresql.JSONB(), nullable=False),
        sa.Column("user_topic_type", postgresql.JSONB(), nullable=False),
        sa.Column("corp_topic_type", postgresql.JSONB(), nullable=False),
        sa.Column("hall_codes", postgresql.JSONB(), nullable=False),
        sa.Column("service_code", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("situations", postgresql.JSONB(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("task_code", name=op.f("pk_catalogue_items")),
        sa.CheckConstraint("limit_scene_num >= 0", name=op.f("ck_catalogue_items_trips_not_negative")),
    )
    op.create_index(op.f("ix_catalogue_items_revision"), "catalogue_items", ["revision"])
    op.create_index(op.f("ix_catalogue_items_feed"), "catalogue_items", ["feed"])


def downgrade() -> None:
    op.drop_table("catalogue_items")
    op.drop_table("search_revisions")
