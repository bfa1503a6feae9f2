"""The tables of what is decided: versions, approvals, proposals, releases, and the record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from planner.review.models import Base

VERSION = "versions.version_key"
USER = "users.user_id"


class Version(Base):
    """One version of a plan: a folder that never changes, and how far it has come."""

    __tablename__ = "versions"

    version_key: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    # Versions that were re-planned from one another share the key of the first.
    lineage: Mapped[str] = mapped_column(sa.String(80), index=True)
    number: Mapped[int]
    name: Mapped[str] = mapped_column(sa.Text)
    folder: Mapped[str] = mapped_column(sa.Text)
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    parent_key: Mapped[str | None] = mapped_column(sa.String(80))
    stage: Mapped[str] = mapped_column(sa.String(20))
    # Ids of the holds and overrides that went into it, and the scenario without them.
    includes: Mapped[dict[str, Any]]
    base_scenario: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(sa.String(120))
    published_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)


class Approval(Base):
    """Somebody approved a part of a version at one level; taken back, not deleted."""

    __tablename__ = "approvals"

    approval_id: Mapped[int] = mapped_column(primary_key=True)
    version_key: Mapped[str] = mapped_column(sa.ForeignKey(VERSION), index=True)
    level: Mapped[str] = mapped_column(sa.String(20))
    # A territory's id; empty where the level approves the whole plan.
    scope: Mapped[str] = mapped_column(sa.Text)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(USER))
    comment: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Basket(Base):
    """The moves that one person tries on one version; steps before the cursor are in force."""

    __tablename__ = "baskets"
    __table_args__ = (sa.UniqueConstraint("version_key", "user_id"),)

    basket_id: Mapped[int] = mapped_column(primary_key=True)
    version_key: Mapped[str] = mapped_column(sa.ForeignKey(VERSION))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(USER))
    cursor: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)


class BasketStep(Base):
    """One step of a basket: accounts to territories, all at once."""

    __tablename__ = "basket_steps"
    __table_args__ = (sa.UniqueConstraint("basket_id", "number"),)

    step_id: Mapped[int] = mapped_column(primary_key=True)
    basket_id: Mapped[int] = mapped_column(sa.ForeignKey("baskets.basket_id"))
    number: Mapped[int]
    moves: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Proposal(Base):
    """A basket of moves with a reason, put before those whom it concerns."""

    __tablename__ = "proposals"

    proposal_id: Mapped[int] = mapped_column(primary_key=True)
    version_key: Mapped[str] = mapped_column(sa.ForeignKey(VERSION), index=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey(USER))
    author: Mapped[str] = mapped_column(sa.String(120))
    reason: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.String(20), index=True)
    counter_of: Mapped[int | None] = mapped_column(sa.ForeignKey("proposals.proposal_id"))
    # Territories that lose or gain an account; each needs its manager's word.
    territories: Mapped[list[Any]]
    at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)


class ProposalMove(Base):
    """One account of a proposal."""

    __tablename__ = "proposal_moves"

    move_id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposals.proposal_id"), index=True)
    account_id: Mapped[str] = mapped_column(sa.Text)
    from_territory: Mapped[str] = mapped_column(sa.Text)
    to_territory: Mapped[str] = mapped_column(sa.Text)


class ProposalAnswer(Base):
    """What somebody said to a proposal, for which territories."""

    __tablename__ = "proposal_answers"

    answer_id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposals.proposal_id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(USER))
    who: Mapped[str] = mapped_column(sa.String(120))
    role: Mapped[str] = mapped_column(sa.String(20))
    answer: Mapped[str] = mapped_column(sa.String(20))
    territories: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime]


class AcceptedMove(Base):
    """An account that was given to a territory: a hold of the next re-plan until it is lifted."""

    __tablename__ = "accepted_moves"

    hold_id: Mapped[int] = mapped_column(primary_key=True)
    lineage: Mapped[str] = mapped_column(sa.String(80), index=True)
    account_id: Mapped[str] = mapped_column(sa.Text)
    territory_id: Mapped[str] = mapped_column(sa.Text)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposals.proposal_id"))
    at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]


class Override(Base):
    """A quota that finance set by hand, in force until it is lifted or replaced."""

    __tablename__ = "overrides"
    __table_args__ = (sa.UniqueConstraint("lineage", "rep_id"),)

    override_id: Mapped[int] = mapped_column(primary_key=True)
    lineage: Mapped[str] = mapped_column(sa.String(80), index=True)
    version_key: Mapped[str] = mapped_column(sa.ForeignKey(VERSION))
    rep_id: Mapped[str] = mapped_column(sa.Text)
    # Minor units of the plan currency; None once it was lifted.
    quota: Mapped[int | None] = mapped_column(sa.BigInteger)
    reason: Mapped[str] = mapped_column(sa.Text)
    who: Mapped[str] = mapped_column(sa.String(120))
    at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)


class Release(Base):
    """A territory that its rep may see, and what he says to it."""

    __tablename__ = "releases"
    __table_args__ = (sa.UniqueConstraint("version_key", "territory_id"),)

    release_id: Mapped[int] = mapped_column(primary_key=True)
    version_key: Mapped[str] = mapped_column(sa.ForeignKey(VERSION))
    territory_id: Mapped[str] = mapped_column(sa.Text)
    rep_id: Mapped[str] = mapped_column(sa.Text, index=True)
    at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(sa.String(20))
    reason: Mapped[str] = mapped_column(sa.Text)
    answered_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)


class Comment(Base):
    """What somebody remarked, on anything."""

    __tablename__ = "comments"
    __table_args__ = (sa.Index("comments_subject", "version_key", "subject_kind", "subject_id"),)

    comment_id: Mapped[int] = mapped_column(primary_key=True)
    version_key: Mapped[str] = mapped_column(sa.ForeignKey(VERSION))
    subject_kind: Mapped[str] = mapped_column(sa.String(20))
    subject_id: Mapped[str] = mapped_column(sa.Text)
    # Whether the rep concerned may read it once his territory is released.
    for_rep: Mapped[bool]
    body: Mapped[str] = mapped_column(sa.Text)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey(USER))
    author: Mapped[str] = mapped_column(sa.String(120))
    at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)


class Run(Base):
    """One re-plan, from being asked for to its end."""

    __tablename__ = "runs"

    run_id: Mapped[int] = mapped_column(primary_key=True)
    parent_key: Mapped[str] = mapped_column(sa.ForeignKey(VERSION), index=True)
    child_key: Mapped[str | None] = mapped_column(sa.String(80))
    scope: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[str] = mapped_column(sa.String(20), index=True)
    progress: Mapped[str] = mapped_column(sa.String(40))
    note: Mapped[str] = mapped_column(sa.Text)
    message: Mapped[str] = mapped_column(sa.Text)
    who: Mapped[str] = mapped_column(sa.String(120))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(USER))
    cancel: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    beat_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Record(Base):
    """One step that somebody took. The database refuses to change or delete it."""

    __tablename__ = "records"

    record_id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None]
    who: Mapped[str] = mapped_column(sa.String(120))
    role: Mapped[str] = mapped_column(sa.String(20))
    what: Mapped[str] = mapped_column(sa.String(60))
    version_key: Mapped[str | None] = mapped_column(sa.String(80), index=True)
    subject_kind: Mapped[str] = mapped_column(sa.String(20))
    subject_id: Mapped[str] = mapped_column(sa.Text)
    # Territories that it concerns; empty: the whole plan, or no plan.
    territories: Mapped[list[Any]]
    why: Mapped[str] = mapped_column(sa.Text)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
