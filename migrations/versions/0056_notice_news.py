"""Mass notices as news: their form, digest and cover."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision: str | None = "0064"
branch_labels = None
depends_on = None

TABLES = ("notices", "notice_versions")
ROUTES = "route IN ('template', 'subscription', 'customer', 'mass')"
WITH_PREVIEW = "route IN ('template', 'subscription', 'customer', 'mass', 'preview')"


def upgrade() -> None:
    op.create_table(
        "notice_covers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("format IN ('jpeg', 'png')", name=op.f("ck_notice_covers_format")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_covers")),
    )
    op.create_index("ix_notice_covers_added_at", "notice_covers", ["added_at"])
    for table in TABLES:
        op.add_column(table, sa.Column("mass_form", sa.String(), nullable=False, server_default="text"))
        op.add_column(table, sa.Column("digest", sa.String(), nullable=False, server_default=""))
        op.add_column(table, sa.Column("cover", sa.String(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{table}_cover_notice_covers"), table, "notice_covers", ["cover"], ["id"])
        op.create_index(f"ix_{table}_cover", table, ["cover"], postgresql_where=sa.text("cover IS NOT NULL"))
    op.create_check_constraint(op.f("ck_notices_mass_form"), "notices", "mass_form IN ('text', 'news')")
    op.drop_constraint(op.f("ck_notices_route"), "notices", type_="check")
    op.create_check_constraint(op.f("ck_notices_route"), "notices", WITH_PREVIEW)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_notices_route"), "notices", type_="check")
    # Trials by preview are over; their rows must not stand in the way.
    op.execute("UPDATE notices SET route = 'mass' WHERE route = 'preview'")
    op.create_check_constraint(op.f("ck_notices_route"), "notices", ROUTES)
    op.drop_constraint(op.f("ck_notices_mass_form"), "notices", type_="check")
    for table in TABLES:
        op.drop_index(f"ix_{table}_cover", table)
        op.drop_constraint(op.f(f"fk_{table}_cover_notice_covers"), table, type_="foreignkey")
        for column in ("cover", "digest", "mass_form"):
            op.drop_column(table, column)
    op.drop_table("notice_covers")
