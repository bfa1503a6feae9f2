"""The way of a version: draft, in review, approved level by level, published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from planner.review import decision_models as tables
from planner.review.models import User
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.record import Subject, note, word_moment
from planner.review.refusals import NotAllowedError, NotFoundError, RefusedError
from planner.review.store import Store, now
from planner.review.versions import VersionView, describe, lock_version
from planner.review.visibility import visible_territories

MANAGERS, FINANCE = "managers", "finance"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelState:
    """How far one level has come.

    Parameters
    ----------
    level
        ``managers`` or ``finance``.
    approved
        Who approved what, the latest first: ``scope`` is a territory, empty for the whole plan.
    missing
        Territories (or ``plan``) that still need a word.
    """

    level: str
    approved: tuple[dict[str, Any], ...]
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Return whether nothing is missing."""
        return not self.missing

    def as_dict(self) -> dict[str, Any]:
        """Return the level as plain values, for JSON."""
        return {
            "level": self.level,
            "complete": self.complete,
            "approved": list(self.approved),
            "missing": list(self.missing),
        }


def read_levels(store: Store, opened: OpenPlan, levels: Sequence[str]) -> tuple[LevelState, ...]:
    """Return how far each level has come, in their order."""
    with store.read() as session:
        return _levels(session, opened, levels)


def word_stage(version: VersionView, levels: Sequence[LevelState]) -> str:
    """Return how far a version has come, as people say it."""
    if version.stage != "review":
        return version.stage
    done = [state.level for state in levels if state.complete]
    return f"approved by {' and '.join(done)}" if done else "in review"


def managers_by_territory(session: Session, opened: OpenPlan) -> dict[str, list[str]]:
    """Return the names of the managers who answer for each territory, by its id."""
    found: dict[str, list[str]] = {}
    for user in session.scalars(sa.select(User).where(User.role == "manager", User.active)):
        person = Person(user_id=user.user_id, name=user.name, role="manager", rep_id=user.rep_id)
        for territory in sorted(visible_territories(opened, person)):
            found.setdefault(territory, []).append(user.name)
    return found


def submit(store: Store, key: str, person: Person, revision: int | None = None) -> VersionView:
    """Put a draft before its reviewers.

    Raises
    ------
    NotAllowedError, RefusedError, ChangedError
        When his role does not submit, the version is no draft, or somebody was first.
    """
    return _step(store, key, person, revision, "draft", "review", "submitted plan", "")


def send_back(
    store: Store, key: str, person: Person, reason: str, revision: int | None = None
) -> VersionView:
    """Take a version out of review; its approvals end.

    Raises
    ------
    NotAllowedError, RefusedError, ChangedError
        As for :func:`submit`, and without a reason.
    """
    if not reason.strip():
        raise RefusedError("Say why the plan goes back to draft.")
    return _step(store, key, person, revision, "review", "draft", "returned plan to draft", reason)


def _step(
    store: Store,
    key: str,
    person: Person,
    revision: int | None,
    begin: str,
    end: str,
    what: str,
    why: str,
) -> VersionView:
    if not person.may("publish"):
        raise NotAllowedError
    with store.write() as session:
        row = lock_version(session, key, revision)
        if row.stage != begin:
            raise RefusedError(f"This version is {row.stage}, not {begin}.")
        row.stage, row.revision = end, row.revision + 1
        if end == "draft":
            _withdraw(session, key, None)
        subject = Subject(kind="plan", identity=key, version=key)
        note(session, person, what, subject, why=why, before={"stage": begin}, after={"stage": end})
        session.flush()
        return describe(row)


def approve(
    store: Store,
    opened: OpenPlan,
    person: Person,
    level: str,
    levels: Sequence[str],
    *,
    territories: Sequence[str] | None = None,
    comment: str = "",
) -> tuple[LevelState, ...]:
    """Approve territories, or the whole plan, at one level.

    Parameters
    ----------
    level
        One of ``levels``; earlier ones must be complete.
    territories
        At the level of managers: which; None is all of his that still need it.

    Raises
    ------
    NotAllowedError, NotFoundError, RefusedError
        When his role or territories do not allow it, or the version is not in review.
    """
    with store.write() as session:
        _check_in_review(session, opened.key)
        states = _levels(session, opened, levels)
        at = _position(levels, level)
        behind = [state.level for state in states[:at] if not state.complete]
        if behind:
            raise RefusedError(f"Not before {' and '.join(behind)} approved.")
        scopes = _scopes(session, opened, person, states[at], territories)
        for scope in scopes:
            session.add(_row(opened.key, level, scope, person, comment))
        subject = Subject(
            kind="approval",
            identity=level,
            version=opened.key,
            territories=() if level == FINANCE else tuple(scopes),
        )
        after = {"level": level, "approved": scopes}
        note(session, person, "approved", subject, why=comment, after=after)
        session.flush()
        return _levels(session, opened, levels)


def approvable(store: Store, opened: OpenPlan, person: Person) -> frozenset[str]:
    """Return the territories that a person approves: his own, or those of no manager's user."""
    if not (person.may("approve_territory") or person.may("decide")):
        return frozenset()
    with store.read() as session:
        return _his_territories(session, opened, person)


def withdraw(
    store: Store, opened: OpenPlan, person: Person, level: str, levels: Sequence[str], reason: str
) -> tuple[LevelState, ...]:
    """Take one's own approvals at a level back; what later levels approved ends with them.

    Raises
    ------
    RefusedError
        When there is none, no reason, or the version is not in review.
    """
    if not reason.strip():
        raise RefusedError("Say why the approval is taken back.")
    with store.write() as session:
        _check_in_review(session, opened.key)
        scopes = _withdraw(session, opened.key, level, person.user_id)
        if not scopes:
            raise RefusedError("There is no approval of yours to take back.")
        for later in levels[_position(levels, level) + 1 :]:
            _withdraw(session, opened.key, later)
        subject = Subject(
            kind="approval",
            identity=level,
            version=opened.key,
            territories=tuple(scope for scope in scopes if scope),
        )
        note(session, person, "withdrew approval", subject, why=reason, before={"approved": scopes})
        session.flush()
        return _levels(session, opened, levels)


def _position(levels: Sequence[str], level: str) -> int:
    if level not in levels:
        raise RefusedError(
            f"This review has the levels {', '.join(levels) or 'none'}, not {level!r}."
        )
    return list(levels).index(level)


def _check_in_review(session: Session, key: str) -> None:
    row = lock_version(session, key)
    if row.stage != "review":
        raise RefusedError(f"This version is {row.stage}; only one in review is approved.")


def _scopes(
    session: Session,
    opened: OpenPlan,
    person: Person,
    state: LevelState,
    territories: Sequence[str] | None,
) -> list[str]:
    """Return what a person approves, or refuse it."""
    if state.level == FINANCE:
        if not person.may("approve_plan"):
            raise NotAllowedError
        if state.complete:
            raise RefusedError("The plan is approved by finance already.")
        return [""]
    his = _his_territories(session, opened, person)
    wanted = [name for name in state.missing if name in his] if territories is None else territories
    if any(name not in his for name in wanted):
        raise NotFoundError("There is no such territory, or it is not yours to approve.")
    fresh = sorted(set(wanted) & set(state.missing))
    if not fresh:
        raise RefusedError("There is nothing here that still needs your approval.")
    return fresh


def _his_territories(session: Session, opened: OpenPlan, person: Person) -> frozenset[str]:
    """Return what a person approves: his own, or for operations what no manager answers for."""
    if person.may("approve_territory"):
        return visible_territories(opened, person)
    if person.may("decide"):
        managed = managers_by_territory(session, opened)
        return frozenset(set(opened.plan.territory_ids) - set(managed))
    raise NotAllowedError


def _row(key: str, level: str, scope: str, person: Person, comment: str) -> tables.Approval:
    return tables.Approval(
        version_key=key,
        level=level,
        scope=scope,
        user_id=person.user_id,
        comment=comment,
        at=now(),
    )


def _withdraw(
    session: Session, key: str, level: str | None, user_id: int | None = None
) -> list[str]:
    """End approvals and return their scopes."""
    table = tables.Approval
    change = sa.update(table).where(table.version_key == key, table.withdrawn_at.is_(None))
    if level is not None:
        change = change.where(table.level == level)
    if user_id is not None:
        change = change.where(table.user_id == user_id)
    ended = session.execute(change.values(withdrawn_at=now()).returning(table.scope))
    return sorted(ended.scalars())


def _levels(session: Session, opened: OpenPlan, levels: Sequence[str]) -> tuple[LevelState, ...]:
    rows = session.execute(
        sa.select(tables.Approval, User.name)
        .join(User, User.user_id == tables.Approval.user_id)
        .where(tables.Approval.version_key == opened.key, tables.Approval.withdrawn_at.is_(None))
        .order_by(tables.Approval.approval_id.desc())
    ).all()
    states = []
    for level in levels:
        given = [(row, name) for row, name in rows if row.level == level]
        needed = ("plan",) if level == FINANCE else opened.plan.territory_ids
        have = {row.scope or "plan" for row, _ in given}
        states.append(
            LevelState(
                level=level,
                approved=tuple(
                    {
                        "scope": row.scope,
                        "who": name,
                        "at": word_moment(row.at),
                        "comment": row.comment,
                    }
                    for row, name in given
                ),
                missing=tuple(name for name in needed if name not in have),
            )
        )
    return tuple(states)
