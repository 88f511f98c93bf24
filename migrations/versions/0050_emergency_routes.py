"""A route by customer message, and how far an emergency has fallen through its routes for each citizen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision: str | None = "0049"
branch_labels = None
depends_on = None

ROUTE = "ck_notices_route"


def upgrade() -> None:
    op.drop_constraint(ROUTE, "notices")
    op.create_check_constraint(op.f(ROUTE), "notices", "route IN ('template', 'subscription', 'customer', 'mass')")
    op.add_column(
        "notice_versions", sa.Column("emergency", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("notice_deliveries", sa.Column("fallen", sa.SmallInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("notice_deliveries", "fallen")
    op.drop_column("notice_versions", "emergency")
    op.drop_constraint(ROUTE, "notices")
    op.create_check_constraint(op.f(ROUTE), "notices", "route IN ('template', 'subscription', 'mass')")
