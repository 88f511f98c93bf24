"""How many rows of a run failed or are in doubt, by reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0064"
down_revision: str | None = "0059"
branch_labels = None
depends_on = None

#: Runs whose recipients are known no more keep their plain counts.
COUNT = """
    UPDATE notice_runs r SET reasons = found.reasons
    FROM (
        SELECT notice_id, version, jsonb_object_agg(state || '/' || reason, count) AS reasons
        FROM (
            SELECT notice_id, version, state, reason, count(*) AS count FROM notice_deliveries
            WHERE state IN ('failed', 'in_doubt') GROUP BY notice_id, version, state, reason
        ) counted GROUP BY notice_id, version
    ) found
    WHERE r.notice_id = found.notice_id AND r.version = found.version
"""


def upgrade() -> None:
    column = sa.Column("reasons", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb"))
    op.add_column("notice_runs", column)
    op.execute(COUNT)


def downgrade() -> None:
    op.drop_column("notice_runs", "reasons")
