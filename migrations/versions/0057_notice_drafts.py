"""What the platform keeps of news messages: covers as material, articles as drafts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision: str | None = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_materials",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("cover", sa.String(), nullable=False),
        sa.Column("media_id", sa.String(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cover"], ["notice_covers.id"], name=op.f("fk_notice_materials_cover_notice_covers")),
        sa.PrimaryKeyConstraint("account", "cover", name=op.f("pk_notice_materials")),
    )
    op.create_table(
        "notice_drafts",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("media_id", sa.String(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "media_id", name=op.f("pk_notice_drafts")),
    )
    op.create_index("ix_notice_drafts_chunk", "notice_drafts", ["notice_id", "version", "chunk"])
    op.create_index("ix_notice_drafts_made_at", "notice_drafts", ["account", "made_at"])


def downgrade() -> None:
    op.drop_table("notice_drafts")
    op.drop_table("notice_materials")
