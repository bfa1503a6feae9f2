"""What is said to a proposal: by the managers on both sides, by its author, by operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from planner.review import decision_models as tables
from planner.review.decisions.baskets import check_moves, home_of
from planner.review.decisions.proposals import (
    OPEN_STATES,
    add_answer,
    add_proposal,
    check_changeable,
    describe_proposal,
    find_proposal,
    settle_agreement,
    subject_of,
)
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.record import note
from planner.review.refusals import NotAllowedError, RefusedError, changed
from planner.review.rules import forbidding_rule
from planner.review.store import Store, now
from planner.review.visibility import visible_territories

Answer = Literal["accept", "refuse", "counter", "withdraw", "decide"]


def answer(
    store: Store,
    opened: OpenPlan,
    person: Person,
    proposal_id: int,
    said: Answer,
    reason: str,
    *,
    revision: int | None = None,
    moves: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Answer a proposal.

    Parameters
    ----------
    said
        ``accept`` and ``refuse`` by a manager of a side or by operations (whose word decides);
        ``counter`` with other ``moves``; ``withdraw`` by its author.
    reason
        May be empty for accepting alone.
    revision
        The proposal's revision that the person saw; None answers whatever it is.

    Raises
    ------
    NotAllowedError, NotFoundError, RefusedError
        When it is not his to answer, was decided already, or the reason is missing.
    ChangedError
        When somebody answered it in between.
    """
    if said != "accept" and not reason.strip():
        raise RefusedError("Say why: whoever proposed it reads it.")
    with store.write() as session:
        check_changeable(session, opened.key)
        row = find_proposal(session, opened, person, proposal_id, lock=True)
        _check_fresh(session, row, revision, said, reason)
        if said == "withdraw":
            _withdraw(session, row, person, reason)
        elif said == "counter":
            _counter(session, opened, row, person, reason, moves or {})
        elif person.may("decide"):
            _decide(session, opened, row, person, said, reason)
        else:
            _answer_side(session, opened, row, person, said, reason)
        row.revision += 1
        session.flush()
        return describe_proposal(session, opened, row)


def _check_fresh(
    session: Session, row: tables.Proposal, revision: int | None, said: str, reason: str
) -> None:
    if revision is not None and revision != row.revision:
        table = tables.ProposalAnswer
        last = session.scalar(
            sa.select(table)
            .where(table.proposal_id == row.proposal_id)
            .order_by(table.answer_id.desc())
            .limit(1)
        )
        theirs = {
            "state": row.state,
            "answer": last and last.answer,
            "reason": last and last.reason,
        }
        yours = {"answer": said, "reason": reason}
        raise changed(last.who if last else "Somebody", theirs, yours, revision=row.revision)
    if row.state not in OPEN_STATES:
        raise RefusedError(f"This proposal was {row.state} already.")


def _withdraw(session: Session, row: tables.Proposal, person: Person, reason: str) -> None:
    if row.author_id != person.user_id:
        raise NotAllowedError("Only whoever made a proposal withdraws it.")
    _close(session, row, person, "withdrawn", reason)


def _counter(
    session: Session,
    opened: OpenPlan,
    row: tables.Proposal,
    person: Person,
    reason: str,
    moves: Mapping[str, str],
) -> None:
    """Put another proposal in the place of this one."""
    if not (person.may("decide") or _sides(opened, row, person)):
        raise NotAllowedError("This proposal concerns none of your territories.")
    proposed = sa.select(tables.ProposalMove.account_id).where(
        tables.ProposalMove.proposal_id == row.proposal_id
    )
    # An account that the proposal names may be countered with by whoever may see the proposal.
    named = set(session.scalars(proposed))
    fresh = {name: to for name, to in moves.items() if name not in named}
    if fresh or not moves:
        check_moves(opened, person, fresh)
    unknown = [to for to in moves.values() if to not in opened.position_of_territory]
    if unknown:
        raise RefusedError(f"There is no territory {unknown[0][:80]!r}.")
    idle = [name for name, to in moves.items() if to == home_of(opened, name)]
    if idle:
        raise RefusedError(f"The plan has {idle[0]} there already; leave it out of the counter.")
    add_answer(session, row, person, "counter", _sides(opened, row, person), reason)
    _close(session, row, person, "countered", reason)
    add_proposal(session, opened, person, reason, moves, row.proposal_id)


def _decide(
    session: Session,
    opened: OpenPlan,
    row: tables.Proposal,
    person: Person,
    said: str,
    reason: str,
) -> None:
    """Let operations decide: accepted moves become holds of the next re-plan."""
    if row.state == "open" and said == "accept" and not reason.strip():
        raise RefusedError("Not every side has agreed yet: say why it is accepted all the same.")
    add_answer(session, row, person, said, [], reason)
    if said == "accept":
        _hold(session, opened, row)
    _close(session, row, person, "accepted" if said == "accept" else "refused", reason)


def _hold(session: Session, opened: OpenPlan, row: tables.Proposal) -> None:
    """Turn a proposal's moves into holds; an earlier hold of the same account ends."""
    version = session.get_one(tables.Version, row.version_key)
    moves = session.scalars(
        sa.select(tables.ProposalMove).where(tables.ProposalMove.proposal_id == row.proposal_id)
    ).all()
    _check_rules(opened, moves)
    hold, names = tables.AcceptedMove, [made.account_id for made in moves]
    session.execute(
        sa.update(hold)
        .where(
            hold.lineage == version.lineage, hold.account_id.in_(names), hold.lifted_at.is_(None)
        )
        .values(lifted_at=now())
    )
    session.add_all(
        hold(
            lineage=version.lineage,
            account_id=made.account_id,
            territory_id=made.to_territory,
            proposal_id=row.proposal_id,
            at=now(),
        )
        for made in moves
    )


def _check_rules(opened: OpenPlan, moves: Sequence[tables.ProposalMove]) -> None:
    """Refuse what no re-plan could follow."""
    broken = [
        f"{opened.name_of(made.account_id)} may not go to {made.to_territory}: {rule}."
        for made in moves
        if (rule := forbidding_rule(opened, made.account_id, made.to_territory)) is not None
    ]
    if broken:
        raise RefusedError(" ".join(broken[:10]))


def _answer_side(
    session: Session,
    opened: OpenPlan,
    row: tables.Proposal,
    person: Person,
    said: str,
    reason: str,
) -> None:
    sides = _sides(opened, row, person)
    if not sides:
        raise NotAllowedError("This proposal concerns none of your territories.")
    add_answer(session, row, person, said, sides, reason)
    if said == "refuse":
        _close(session, row, person, "refused", reason)
        return
    session.flush()
    before = row.state
    settle_agreement(session, opened, row)
    note(
        session,
        person,
        "agreed to proposal",
        subject_of(row),
        why=reason,
        before={"state": before},
        after={"state": row.state, "sides": sides},
    )


def _sides(opened: OpenPlan, row: tables.Proposal, person: Person) -> list[str]:
    """Return the territories of a proposal for which a person may speak."""
    if not person.may("answer"):
        return []
    return sorted(set(row.territories) & visible_territories(opened, person))


def _close(session: Session, row: tables.Proposal, person: Person, state: str, reason: str) -> None:
    before, row.state = row.state, state
    note(
        session,
        person,
        f"{state} proposal",
        subject_of(row),
        why=reason,
        before={"state": before},
        after={"state": state},
    )
