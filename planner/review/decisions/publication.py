"""Publishing: the end of a version's way, when nothing is left that it does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from planner.review import decision_models as tables
from planner.review.decisions.approvals import read_levels
from planner.review.decisions.overrides import active_overrides
from planner.review.decisions.proposals import OPEN_STATES
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.record import Subject, note
from planner.review.refusals import NotAllowedError, RefusedError
from planner.review.store import Store, now
from planner.review.versions import VersionView, describe, fingerprint, lock_version


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What was decided or asked for, and is not in a version.

    Parameters
    ----------
    proposals
        Numbers of those that wait for somebody.
    holds
        Accepted moves that the version was not planned with: hold_id, account and territory.
    overrides
        Reps whose override differs from what the version was planned with.
    lifted
        Accepted moves that the version was planned with and that were lifted since.
    """

    proposals: tuple[int, ...]
    holds: tuple[tuple[int, str, str], ...]
    overrides: tuple[str, ...]
    lifted: tuple[int, ...] = ()

    def words(self) -> list[str]:
        """Return each kind as a sentence's part; empty when nothing is pending."""
        parts = (
            (len(self.proposals), "open proposal"),
            (len(self.holds), "accepted move"),
            (len(self.overrides), "quota override"),
            (len(self.lifted), "lifted move"),
        )
        return [f"{count} {word}{'s' if count > 1 else ''}" for count, word in parts if count]

    def as_dict(self) -> dict[str, Any]:
        """Return what is pending as plain values, for JSON."""
        return {
            "proposals": list(self.proposals),
            "holds": [
                {"hold_id": number, "account_id": account, "territory_id": territory}
                for number, account, territory in self.holds
            ],
            "overrides": list(self.overrides),
            "lifted": list(self.lifted),
        }


def read_pending(store: Store, key: str) -> Pending:
    """Return what a version does not hold yet."""
    with store.read() as session:
        return find_pending(session, session.get_one(tables.Version, key))


def find_pending(session: Session, version: tables.Version) -> Pending:
    """Return what a version does not hold yet, as this transaction sees it."""
    proposal = tables.Proposal
    waiting = session.scalars(
        sa.select(proposal.proposal_id)
        .where(proposal.version_key == version.version_key, proposal.state.in_(OPEN_STATES))
        .order_by(proposal.proposal_id)
    )
    planned = set(version.includes["holds"])
    wanted = {row.rep_id: row.quota for row in active_overrides(session, version.lineage)}
    set_then = version.includes["overrides"]
    holds = active_holds(session, version.lineage)
    return Pending(
        proposals=tuple(waiting),
        holds=tuple(
            (row.hold_id, row.account_id, row.territory_id)
            for row in holds
            if row.hold_id not in planned
        ),
        overrides=tuple(
            sorted(rep for rep in {*wanted, *set_then} if wanted.get(rep) != set_then.get(rep))
        ),
        lifted=tuple(sorted(planned - {row.hold_id for row in holds})),
    )


def active_holds(session: Session, lineage: str) -> list[tables.AcceptedMove]:
    """Return the accepted moves in force."""
    hold = tables.AcceptedMove
    query = sa.select(hold).where(hold.lineage == lineage, hold.lifted_at.is_(None))
    return list(session.scalars(query.order_by(hold.hold_id)))


def publish(
    store: Store,
    opened: OpenPlan,
    person: Person,
    levels: Sequence[str],
    revision: int | None = None,
) -> VersionView:
    """Publish a version that every level approved; from then on it cannot change.

    Raises
    ------
    NotAllowedError
        When his role does not publish.
    RefusedError
        When it is not in review, an approval is missing, something decided is not in it, or its
        folder was changed.
    ChangedError
        When somebody was first.
    """
    if not person.may("publish"):
        raise NotAllowedError
    with store.write() as session:
        row = lock_version(session, opened.key, revision)
        _check_ready(store, session, opened, row, levels)
        row.stage, row.published_at, row.revision = "published", now(), row.revision + 1
        subject = Subject(kind="plan", identity=opened.key, version=opened.key)
        note(
            session,
            person,
            "published plan",
            subject,
            before={"stage": "review"},
            after={"stage": "published", "fingerprint": row.fingerprint},
        )
        session.flush()
        return describe(row)


def _check_ready(
    store: Store, session: Session, opened: OpenPlan, row: tables.Version, levels: Sequence[str]
) -> None:
    if row.stage != "review":
        raise RefusedError(f"This version is {row.stage}; only one in review is published.")
    missing = [state for state in read_levels(store, opened, levels) if not state.complete]
    if missing:
        named = ", ".join(missing[0].missing[:5])
        raise RefusedError(
            f"Not approved by {missing[0].level} yet: {len(missing[0].missing)} missing ({named})."
        )
    left = find_pending(session, row).words()
    if left:
        raise RefusedError(
            f"{', '.join(left)} would be left out: decide what is open and re-plan first."
        )
    if fingerprint(opened.folder) != row.fingerprint:
        raise RefusedError("The plan's folder was changed since it was opened; open it again.")


def lift_hold(store: Store, key: str, person: Person, hold_id: int, reason: str) -> None:
    """Take an accepted move back before it is planned with again.

    Raises
    ------
    NotAllowedError, RefusedError
        When his role does not decide, there is no such hold in force, or no reason.
    """
    if not person.may("decide"):
        raise NotAllowedError
    if not reason.strip():
        raise RefusedError("Say why the accepted move is lifted.")
    with store.write() as session:
        version = lock_version(session, key)
        row = session.get(tables.AcceptedMove, hold_id, with_for_update=True)
        if row is None or row.lineage != version.lineage or row.lifted_at is not None:
            raise RefusedError("There is no such accepted move in force.")
        row.lifted_at = now()
        subject = Subject(
            kind="hold", identity=row.account_id, version=key, territories=(row.territory_id,)
        )
        before = {"account_id": row.account_id, "territory_id": row.territory_id}
        note(session, person, "lifted accepted move", subject, why=reason, before=before)
