"""A person's basket: moves that he tries on a version, kept step by step, with undo and redo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from planner.review import decision_models as tables
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.refusals import NotAllowedError, RefusedError, changed
from planner.review.store import Store, insert_missing, now
from planner.review.visibility import visible_accounts

# More than anybody moves by hand; a plan that needs more needs another scenario.
MOST_MOVES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """The moves that are in force.

    Parameters
    ----------
    moves
        Territory of each account that is to move, by account_id.
    revision
        Goes up with each change.
    can_undo, can_redo
        Whether there is a step before and after.
    """

    moves: dict[str, str]
    revision: int = 0
    can_undo: bool = False
    can_redo: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the basket as plain values, for JSON."""
        return {
            "moves": self.moves,
            "revision": self.revision,
            "can_undo": self.can_undo,
            "can_redo": self.can_redo,
        }


def read_basket(store: Store, opened: OpenPlan, person: Person) -> Basket:
    """Return a person's basket on a version; an empty one where there is none."""
    with store.read() as session:
        row = session.scalar(_query(opened.key, person.user_id))
        return Basket(moves={}) if row is None else _settle(_describe(session, row), opened)


def add_step(
    store: Store,
    opened: OpenPlan,
    person: Person,
    moves: Mapping[str, str],
    revision: int | None = None,
) -> Basket:
    """Move accounts in a person's basket; back to where the plan has them takes them out.

    Parameters
    ----------
    moves
        Territory by account_id.
    revision
        The basket's revision that the person saw; None writes whatever it is.

    Raises
    ------
    NotAllowedError
        When his role proposes nothing.
    RefusedError
        When an account or a territory is unknown, or not for him to see.
    ChangedError
        When the basket was changed in another window.
    """
    check_moves(opened, person, moves)
    with store.write() as session:
        row = _begin(session, opened.key, person.user_id)
        _check_revision(session, row, revision, moves)
        _forget_undone(session, row)
        row.cursor += 1
        row.revision += 1
        session.add(
            tables.BasketStep(
                basket_id=row.basket_id, number=row.cursor, moves=dict(moves), at=now()
            )
        )
        session.flush()
        return _settle(_describe(session, row), opened)


def check_moves(opened: OpenPlan, person: Person, moves: Mapping[str, str]) -> None:
    """Refuse moves of what does not exist or is hidden: the two look alike."""
    if not person.may("propose"):
        raise NotAllowedError(f"The role {person.role} proposes no moves.")
    if not moves:
        raise RefusedError("There is no move in this request.")
    if len(moves) > MOST_MOVES:
        raise RefusedError(f"{len(moves):,} moves at once are more than {MOST_MOVES:,}.")
    seen = visible_accounts(opened, person)
    positions = opened.position_of_account
    hidden = [name for name in moves if name not in positions or not seen[positions[name]]]
    unknown = {
        to
        for name, to in moves.items()
        if to not in opened.position_of_territory
        and not (name in positions and to == home_of(opened, name))
    }
    if hidden or unknown:
        words = [
            f"There is no account {name[:80]!r}, or it is not for you to move."
            for name in hidden[:20]
        ]
        words += [f"There is no territory {name[:80]!r}." for name in sorted(unknown)[:20]]
        raise RefusedError(" ".join(words))


def step_back(store: Store, opened: OpenPlan, person: Person) -> Basket:
    """Undo the last step.

    Raises
    ------
    RefusedError
        When there is none.
    """
    return _shift(store, opened, person, -1)


def step_forward(store: Store, opened: OpenPlan, person: Person) -> Basket:
    """Redo the step that was undone last.

    Raises
    ------
    RefusedError
        When there is none.
    """
    return _shift(store, opened, person, 1)


def empty_basket(store: Store, opened: OpenPlan, person: Person) -> Basket:
    """Take every move out, as one step that can be undone.

    Raises
    ------
    NotAllowedError
        When his role proposes nothing.
    """
    if not person.may("propose"):
        raise NotAllowedError(f"The role {person.role} proposes no moves.")
    basket = read_basket(store, opened, person)
    if not basket.moves:
        return basket
    return add_step(store, opened, person, {name: home_of(opened, name) for name in basket.moves})


def home_of(opened: OpenPlan, account_id: str) -> str:
    """Return the territory that the plan gives an account, empty where it gives none."""
    at = int(opened.plan.territory_of_account[opened.position_of_account[account_id]])
    return opened.plan.territory_ids[at] if at >= 0 else ""


def drop_basket(session: Session, version: str, user_id: int) -> None:
    """Begin anew, after the basket became a proposal."""
    row = _find(session, version, user_id)
    if row is not None:
        session.execute(
            sa.delete(tables.BasketStep).where(tables.BasketStep.basket_id == row.basket_id)
        )
        row.cursor, row.revision = 0, row.revision + 1


def _query(version: str, user_id: int) -> sa.Select[tables.Basket]:
    return sa.select(tables.Basket).where(
        tables.Basket.version_key == version, tables.Basket.user_id == user_id
    )


def _find(session: Session, version: str, user_id: int) -> tables.Basket | None:
    return session.scalar(_query(version, user_id).with_for_update())


def _begin(session: Session, version: str, user_id: int) -> tables.Basket:
    """Return the basket, made now if need be, for this transaction alone."""
    insert_missing(
        session,
        tables.Basket,
        {"version_key": version, "user_id": user_id, "cursor": 0, "revision": 0},
    )
    return session.scalars(_query(version, user_id).with_for_update()).one()


def _check_revision(
    session: Session, row: tables.Basket, revision: int | None, moves: Mapping[str, str]
) -> None:
    if revision is None or revision == row.revision:
        return
    stands = _describe(session, row)
    raise changed("Another window of yours", stands.moves, dict(moves), revision=row.revision)


def _forget_undone(session: Session, row: tables.Basket) -> None:
    step = tables.BasketStep
    session.execute(
        sa.delete(step).where(step.basket_id == row.basket_id, step.number > row.cursor)
    )


def _shift(store: Store, opened: OpenPlan, person: Person, by: int) -> Basket:
    if not person.may("propose"):
        raise NotAllowedError(f"The role {person.role} proposes no moves.")
    with store.write() as session:
        row = _find(session, opened.key, person.user_id)
        basket = Basket(moves={}) if row is None else _describe(session, row)
        if row is None or not (basket.can_undo if by < 0 else basket.can_redo):
            raise RefusedError(
                "There is nothing to undo." if by < 0 else "There is nothing to redo."
            )
        row.cursor += by
        row.revision += 1
        session.flush()
        return _settle(_describe(session, row), opened)


def _describe(session: Session, row: tables.Basket) -> Basket:
    step = tables.BasketStep
    steps = session.execute(
        sa.select(step.number, step.moves)
        .where(step.basket_id == row.basket_id)
        .order_by(step.number)
    ).all()
    moves: dict[str, str] = {}
    for number, made in steps:
        if number <= row.cursor:
            moves |= made
    last = steps[-1][0] if steps else 0
    return Basket(
        moves=moves,
        revision=row.revision,
        can_undo=row.cursor > 0,
        can_redo=last > row.cursor,
    )


def _settle(basket: Basket, opened: OpenPlan) -> Basket:
    """Leave out what is back where the plan has it."""
    moves = {name: to for name, to in basket.moves.items() if home_of(opened, name) != to}
    return Basket(
        moves=moves,
        revision=basket.revision,
        can_undo=basket.can_undo,
        can_redo=basket.can_redo,
    )
