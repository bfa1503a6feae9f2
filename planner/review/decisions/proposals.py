"""Proposals: a basket of moves with a reason, and the way to a decision.

open → agreed (every side said yes) → accepted (operations: the moves become holds)
     → countered (the counter is a proposal of its own), refused, or withdrawn
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from planner.review import decision_models as tables
from planner.review.decisions.approvals import managers_by_territory
from planner.review.decisions.baskets import check_moves, drop_basket, home_of, read_basket
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.record import Subject, note, word_moment
from planner.review.refusals import NotFoundError, RefusedError
from planner.review.rules import forbidding_rule
from planner.review.store import Store, now
from planner.review.versions import lock_version
from planner.review.visibility import sees_whole_plan, visible_territories

OPEN_STATES = ("open", "agreed")


def propose(
    store: Store,
    opened: OpenPlan,
    person: Person,
    reason: str,
    moves: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Put moves before those whom they concern.

    Parameters
    ----------
    reason
        Why; it may not be empty.
    moves
        Territory by account_id; None takes the person's basket, and empties it.

    Raises
    ------
    NotAllowedError, RefusedError
        When his role proposes nothing, there is no reason, no move, or the version is published.
    """
    chosen = dict(read_basket(store, opened, person).moves if moves is None else moves)
    _check_proposal(opened, person, reason, chosen)
    with store.write() as session:
        check_changeable(session, opened.key)
        row = add_proposal(session, opened, person, reason, chosen, None)
        if moves is None:
            drop_basket(session, opened.key, person.user_id)
        return describe_proposal(session, opened, row)


def _check_proposal(
    opened: OpenPlan, person: Person, reason: str, moves: Mapping[str, str]
) -> None:
    check_moves(opened, person, moves)
    if not reason.strip():
        raise RefusedError("Say why: those who decide read it.")
    # Where an account stays with whom the plan gives it, its hold is what is proposed.
    if "" in moves.values():
        raise RefusedError("A proposal gives accounts to a territory, not to nobody.")


def check_changeable(session: Session, version: str) -> tables.Version:
    """Return a version's row, locked, unless it is published: then nothing of it changes.

    Raises
    ------
    RefusedError
        When it is published.
    """
    row = lock_version(session, version)
    if row.stage == "published":
        raise RefusedError(
            "This version is published and cannot change; re-plan a new one from it."
        )
    return row


def add_proposal(
    session: Session,
    opened: OpenPlan,
    person: Person,
    reason: str,
    moves: Mapping[str, str],
    counter_of: int | None,
) -> tables.Proposal:
    """Add a proposal; whoever makes it has said yes for his own side."""
    homes = {name: home_of(opened, name) for name in moves}
    territories = sorted({*moves.values(), *homes.values()} - {""})
    row = tables.Proposal(
        version_key=opened.key,
        author_id=person.user_id,
        author=person.name,
        reason=reason,
        state="open",
        counter_of=counter_of,
        territories=territories,
        at=now(),
        revision=1,
    )
    session.add(row)
    session.flush()
    session.add_all(
        tables.ProposalMove(
            proposal_id=row.proposal_id,
            account_id=name,
            from_territory=homes[name],
            to_territory=moves[name],
        )
        for name in sorted(moves)
    )
    own = sorted(set(territories) & visible_territories(opened, person))
    if own and person.may("approve_territory"):
        add_answer(session, row, person, "accept", own, reason)
    session.flush()
    settle_agreement(session, opened, row)
    after = {"moves": dict(sorted(moves.items())), "state": row.state}
    what = "made counter-proposal" if counter_of else "made proposal"
    note(session, person, what, subject_of(row), why=reason, after=after)
    return row


def add_answer(
    session: Session,
    row: tables.Proposal,
    person: Person,
    answer: str,
    territories: list[str],
    reason: str,
) -> None:
    """Keep what somebody said, for which territories."""
    session.add(
        tables.ProposalAnswer(
            proposal_id=row.proposal_id,
            user_id=person.user_id,
            who=person.name,
            role=person.role,
            answer=answer,
            territories=territories,
            reason=reason,
            at=now(),
        )
    )


def settle_agreement(session: Session, opened: OpenPlan, row: tables.Proposal) -> None:
    """Call a proposal agreed once every manager that it concerns said yes."""
    managed = set(managers_by_territory(session, opened))
    waiting = (set(row.territories) & managed) - said_yes(session, row.proposal_id)
    if row.state == "open" and not waiting:
        row.state = "agreed"


def said_yes(session: Session, proposal_id: int) -> set[str]:
    """Return the territories whose manager accepted."""
    table = tables.ProposalAnswer
    rows = session.scalars(
        sa.select(table).where(table.proposal_id == proposal_id).order_by(table.answer_id)
    )
    latest = {territory: row.answer for row in rows for territory in row.territories}
    return {territory for territory, answer in latest.items() if answer == "accept"}


def subject_of(row: tables.Proposal) -> Subject:
    """Return what the record says a proposal is."""
    return Subject(
        kind="proposal",
        identity=str(row.proposal_id),
        version=row.version_key,
        territories=tuple(row.territories),
    )


def may_see_proposal(opened: OpenPlan, person: Person, row: tables.Proposal) -> bool:
    """Return whether a proposal is for a person: his own, or one that concerns his territories."""
    if row.version_key != opened.key or person.role == "rep":
        return False
    if sees_whole_plan(person) or row.author_id == person.user_id:
        return True
    return bool(set(row.territories) & visible_territories(opened, person))


def find_proposal(
    session: Session, opened: OpenPlan, person: Person, proposal_id: int, *, lock: bool = False
) -> tables.Proposal:
    """Return a proposal's row.

    Raises
    ------
    NotFoundError
        When there is none, or it is not for this person.
    """
    row = session.get(tables.Proposal, proposal_id, with_for_update=lock or None)
    if row is None or not may_see_proposal(opened, person, row):
        raise NotFoundError
    return row


def list_proposals(
    store: Store, opened: OpenPlan, person: Person, state: str | None = None
) -> list[dict[str, Any]]:
    """Return the proposals that a person may see, the latest first.

    Parameters
    ----------
    state
        Only those; ``pending`` is what still waits for somebody.
    """
    table = tables.Proposal
    query = (
        sa.select(table).where(table.version_key == opened.key).order_by(table.proposal_id.desc())
    )
    if state is not None:
        query = query.where(table.state.in_(OPEN_STATES if state == "pending" else (state,)))
    with store.read() as session:
        rows = [row for row in session.scalars(query) if may_see_proposal(opened, person, row)]
        managed = managers_by_territory(session, opened) if rows else {}
        return [describe_proposal(session, opened, row, managed) for row in rows]


def read_proposal(
    store: Store, opened: OpenPlan, person: Person, proposal_id: int
) -> dict[str, Any]:
    """Return one proposal.

    Raises
    ------
    NotFoundError
        When there is none, or it is not for this person.
    """
    with store.read() as session:
        row = find_proposal(session, opened, person, proposal_id)
        return describe_proposal(session, opened, row)


def describe_proposal(
    session: Session,
    opened: OpenPlan,
    row: tables.Proposal,
    managers: Mapping[str, list[str]] | None = None,
) -> dict[str, Any]:
    """Return a proposal as plain values, for pages and JSON.

    Parameters
    ----------
    managers
        Who answers for each territory, where that was worked out before.
    """
    move, answer = tables.ProposalMove, tables.ProposalAnswer
    moves = session.scalars(
        sa.select(move).where(move.proposal_id == row.proposal_id).order_by(move.move_id)
    )
    answers = session.scalars(
        sa.select(answer).where(answer.proposal_id == row.proposal_id).order_by(answer.answer_id)
    )
    managed = managers_by_territory(session, opened) if managers is None else managers
    yes = said_yes(session, row.proposal_id)
    return {
        "proposal_id": row.proposal_id,
        "version": row.version_key,
        "author": row.author,
        "at": word_moment(row.at),
        "reason": row.reason,
        "state": row.state,
        "counter_of": row.counter_of,
        "territories": row.territories,
        "waiting_for": [
            {"territory_id": name, "managers": managed[name]}
            for name in row.territories
            if name in managed and name not in yes and row.state == "open"
        ],
        "moves": [
            {
                "account_id": made.account_id,
                "name": opened.name_of(made.account_id),
                "from_territory": made.from_territory,
                "to_territory": made.to_territory,
                "forbidden_by": forbidding_rule(opened, made.account_id, made.to_territory),
            }
            for made in moves
        ],
        "answers": [
            {
                "who": said.who,
                "role": said.role,
                "answer": said.answer,
                "territories": said.territories,
                "reason": said.reason,
                "at": word_moment(said.at),
            }
            for said in answers
        ],
        "revision": row.revision,
    }
