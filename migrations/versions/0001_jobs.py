"""The job queue's own tables, by the library's schema as of procrastinate 3.10."""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The bare driver gets the text: it holds % and several statements, which only a call without parameters allows.
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(SchemaManager.get_schema())


def downgrade() -> None:
    raise NotImplementedError("the job queue's tables are not taken away")
