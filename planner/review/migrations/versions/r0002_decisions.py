"""Versions of plans, and what is decided on them.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from planner.review.models import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_versions()
    _make_approvals()
    _make_baskets()
    _make_basket_steps()
    _make_comments()
    _make_overrides()
    _make_proposals()
    _make_proposal_moves()
    _make_proposal_answers()
    _make_accepted_moves()
    _make_releases()
    _make_runs()


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "runs",
        "releases",
        "accepted_moves",
        "proposal_answers",
        "proposal_moves",
        "proposals",
        "overrides",
        "comments",
        "basket_steps",
        "baskets",
        "approvals",
        "versions",
    ):
        op.drop_table(table)


def _make_versions() -> None:
    op.create_table(
        "versions",
        sa.Column("version_key", sa.String(length=80), nullable=False),
        sa.Column("lineage", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("parent_key", sa.String(length=80), nullable=True),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("includes", sa.JSON(), nullable=False),
        sa.Column("base_scenario", sa.JSON(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("published_at", Moment, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version_key"),
    )
    op.create_index("ix_versions_lineage", "versions", ["lineage"])


def _make_approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("version_key", sa.String(length=80), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("withdrawn_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.user_id"],
        ),
        sa.ForeignKeyConstraint(
            ["version_key"],
            ["versions.version_key"],
        ),
        sa.PrimaryKeyConstraint("approval_id"),
    )
    op.create_index("ix_approvals_version_key", "approvals", ["version_key"])


def _make_baskets() -> None:
    op.create_table(
        "baskets",
        sa.Column("basket_id", sa.Integer(), nullable=False),
        sa.Column("version_key", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.user_id"],
        ),
        sa.ForeignKeyConstraint(
            ["version_key"],
            ["versions.version_key"],
        ),
        sa.PrimaryKeyConstraint("basket_id"),
        sa.UniqueConstraint("version_key", "user_id"),
    )


def _make_basket_steps() -> None:
    op.create_table(
        "basket_steps",
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("basket_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("moves", sa.JSON(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["basket_id"],
            ["baskets.basket_id"],
        ),
        sa.PrimaryKeyConstraint("step_id"),
        sa.UniqueConstraint("basket_id", "number"),
    )


def _make_comments() -> None:
    op.create_table(
        "comments",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("version_key", sa.String(length=80), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("for_rep", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("changed_at", Moment, nullable=True),
        sa.Column("removed_at", Moment, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["users.user_id"],
        ),
        sa.ForeignKeyConstraint(
            ["version_key"],
            ["versions.version_key"],
        ),
        sa.PrimaryKeyConstraint("comment_id"),
    )
    op.create_index("comments_subject", "comments", ["version_key", "subject_kind", "subject_id"])


def _make_overrides() -> None:
    op.create_table(
        "overrides",
        sa.Column("override_id", sa.Integer(), nullable=False),
        sa.Column("lineage", sa.String(length=80), nullable=False),
        sa.Column("version_key", sa.String(length=80), nullable=False),
        sa.Column("rep_id", sa.Text(), nullable=False),
        sa.Column("quota", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_key"],
            ["versions.version_key"],
        ),
        sa.PrimaryKeyConstraint("override_id"),
        sa.UniqueConstraint("lineage", "rep_id"),
    )
    op.create_index("ix_overrides_lineage", "overrides", ["lineage"])


def _make_proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("version_key", sa.String(length=80), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("counter_of", sa.Integer(), nullable=True),
        sa.Column("territories", sa.JSON(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["users.user_id"],
        ),
        sa.ForeignKeyConstraint(
            ["counter_of"],
            ["proposals.proposal_id"],
        ),
        sa.ForeignKeyConstraint(
            ["version_key"],
            ["versions.version_key"],
        ),
        sa.PrimaryKeyConstraint("proposal_id"),
    )
    op.create_index("ix_proposals_state", "proposals", ["state"])
    op.create_index("ix_proposals_version_key", "proposals", ["version_key"])


def _make_proposal_moves() -> None:
    op.create_table(
        "proposal_moves",
        sa.Column("move_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("from_territory", sa.Text(), nullable=False),
        sa.Column("to_territory", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals.proposal_id"],
        ),
        sa.PrimaryKeyConstraint("move_id"),
    )
    op.create_index("ix_proposal_moves_proposal_id", "proposal_moves", ["proposal_id"])


def _make_proposal_answers() -> None:
    op.create_table(
        "proposal_answers",
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("territories", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals.proposal_id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.user_id"],
        ),
        sa.PrimaryKeyConstraint("answer_id"),
    )
    op.create_index("ix_proposal_answers_proposal_id", "proposal_answers", ["proposal_id"])


def _make_accepted_moves() -> None:
    op.create_table(
        "accepted_moves",
        sa.Column("hold_id", sa.Integer(), nullable=False),
        sa.Column("lineage", sa.String(length=80), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("lifted_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals.proposal_id"],
        ),
        sa.PrimaryKeyConstraint("hold_id"),
    )
    op.create_index("ix_accepted_moves_lineage", "accepted_moves", ["lineage"])


def _make_releases() -> None:
    op.create_table(
        "releases",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("version_key", sa.String(length=80), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("rep_id", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answered_at", Moment, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_key"],
            ["versions.version_key"],
        ),
        sa.PrimaryKeyConstraint("release_id"),
        sa.UniqueConstraint("version_key", "territory_id"),
    )
    op.create_index("ix_releases_rep_id", "releases", ["rep_id"])


def _make_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("parent_key", sa.String(length=80), nullable=False),
        sa.Column("child_key", sa.String(length=80), nullable=True),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("progress", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("cancel", sa.Boolean(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("beat_at", Moment, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_key"],
            ["versions.version_key"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.user_id"],
        ),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_index("ix_runs_parent_key", "runs", ["parent_key"])
    op.create_index("ix_runs_state", "runs", ["state"])
