"""Tables of training: examples, questions kept apart, model versions with their files, log, changes and promotions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0040"
down_revision: str | None = "0031"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OPEN = sa.text("state IN ('waiting', 'training', 'evaluating')")


def upgrade() -> None:
    _create_examples()
    _create_versions()
    _create_findings()
    _create_promotions()


def _create_examples() -> None:
    op.create_table(
        "training_examples",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_training_examples"),
    )
    for column in ("intent", "feed", "revision"):
        op.create_index(f"ix_training_examples_{column}", "training_examples", [column])
    op.create_table(
        "training_held_out",
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("question", name="pk_training_held_out"),
    )


def _create_versions() -> None:
    op.create_table(
        "model_versions",
        sa.Column("version", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("data_digest", sa.String(), nullable=False),
        sa.Column("examples", sa.Integer(), nullable=False),
        sa.Column("intents", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("failure", sa.String(), nullable=False),
        sa.Column("evaluation", JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("version", name="pk_model_versions"),
        sa.CheckConstraint(
            "state IN ('waiting', 'training', 'evaluating', 'ready', 'failed', 'cancelled')",
            name="ck_model_versions_state",
        ),
    )
    op.create_index("ix_model_versions_open", "model_versions", ["version"], postgresql_where=OPEN)


def _create_findings() -> None:
    """What belongs to one version and goes with it."""
    op.create_table(
        "model_files",
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_model_files"),
        _of_version("model_files"),
    )
    op.create_table(
        "model_log",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_model_log"),
        _of_version("model_log"),
    )
    op.create_index("ix_model_log_version", "model_log", ["version", "seq"])
    op.create_table(
        "model_changes",
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("old_intent", sa.String(), nullable=False),
        sa.Column("old_confidence", sa.Float(), nullable=False),
        sa.Column("new_intent", sa.String(), nullable=False),
        sa.Column("new_confidence", sa.Float(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("verdict_by", sa.String(), nullable=False),
        sa.Column("verdict_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("version", "question", name="pk_model_changes"),
        _of_version("model_changes"),
        sa.CheckConstraint("verdict IN ('accepted', 'rejected')", name="ck_model_changes_verdict"),
    )


def _of_version(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_version_model_versions"
    return sa.ForeignKeyConstraint(["version"], ["model_versions.version"], name=name, ondelete="CASCADE")


def _create_promotions() -> None:
    op.create_table(
        "model_promotions",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("replaced", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_model_promotions"),
        sa.ForeignKeyConstraint(
            ["version"], ["model_versions.version"], name="fk_model_promotions_version_model_versions"
        ),
        sa.ForeignKeyConstraint(
            ["replaced"], ["model_versions.version"], name="fk_model_promotions_replaced_model_versions"
        ),
        sa.CheckConstraint(
            "kind IN ('released', 'promoted', 'rolled_back', 'withdrawn')", name="ck_model_promotions_kind"
        ),
    )


def downgrade() -> None:
    for table in (
        *("model_promotions", "model_changes", "model_log", "model_files", "model_versions"),
        *("training_held_out", "training_examples"),
    ):
        op.drop_table(table)
