"""Holds: which accounts stay with whom, account by account, before units are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import ScenarioError
from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.data import PlanningData
from planner.inputs.identities import index_ids, shorten
from planner.potential.result import Potential
from planner.units.account_rows import condition_rows, select_accounts
from planner.units.names import count_of, join_names, nearest_name
from planner.units.parameters import HoldParameters
from planner.units.result import Bools, Ints, Seats

if TYPE_CHECKING:
    import pandas as pd

Places = dict[str, list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHolds:
    """The hold of each account.

    Parameters
    ----------
    hold_of_account
        Which hold (its position in the scenario) holds the account, -1 none, (accounts,).
    seat_of_account
        Territory the account is held to, -1 none, (accounts,).
    names
        Each hold in words, in the scenario's order.
    territory_ids
        What the positions in ``seat_of_account`` stand for.
    """

    hold_of_account: Ints
    seat_of_account: Ints
    names: tuple[str, ...]
    territory_ids: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def owner_seats(data: PlanningData, seats: Seats) -> Ints:
    """Return the territory of each account's owner, -1 where the owner has none, (accounts,)."""
    position = data.accounts["owner_id"].map(seats.seat_of_rep)
    return np.asarray(position.astype("Float64").fillna(-1).to_numpy(np.int64))


def resolve_holds(
    data: PlanningData,
    potential: Potential,
    seats: Seats,
    holds: Sequence[HoldParameters],
    owner: Ints | None = None,
) -> AccountHolds:
    """Find the first hold that matches each account, and the territory it leads to.

    Parameters
    ----------
    data, potential
        What the conditions see.
    seats
        Where owners and reps have their territories.
    holds
        In the order in which they count. A hold to an owner who has no seat is void for that
        account, with a warning, and the next hold that matches counts.
    owner
        Territory of each account's owner, -1 none, (accounts,); default: by its owner_id.

    Returns
    -------
    AccountHolds
        Its findings hold an error when a hold leads to a rep without a seat.

    Raises
    ------
    ScenarioError
        When a hold leads to a rep who does not exist, or its condition cannot be read.
    """
    rows = condition_rows(data, potential) if holds else data.accounts
    owner = owner_seats(data, seats) if owner is None else owner
    held = np.full(len(owner), -1, dtype=np.int64)
    to = held.copy()
    open_ = np.ones(len(owner), dtype=np.bool_)
    findings: list[Finding] = []
    places = _places(data) if any(hold.account_ids for hold in holds) else {}
    for index, hold in enumerate(holds):
        matched, unknown = _matches(hold, rows, data, places)
        findings += unknown
        if hold.to == "free":
            open_ &= ~matched
            continue
        target, said = _targets(hold, matched & open_, owner, data, seats)
        findings += said
        taken = matched & open_ & (target >= 0)
        held[taken], to[taken] = index, target[taken]
        open_ &= ~taken
    names = tuple(hold.words() for hold in holds)
    return AccountHolds(
        hold_of_account=held,
        seat_of_account=to,
        names=names,
        territory_ids=seats.territory_ids,
        findings=tuple(findings),
    )


def keep_parts(holds: AccountHolds, seat_of_account: Ints) -> AccountHolds:
    """Return holds by which a family that a running plan splits stays split as it is.

    Parameters
    ----------
    holds
        The scenario's; they come first.
    seat_of_account
        Territory of each account in the running plan, -1 none, (accounts,).
    """
    free = (holds.hold_of_account < 0) & (seat_of_account >= 0)
    return replace(
        holds,
        hold_of_account=np.where(free, len(holds.names), holds.hold_of_account),
        seat_of_account=np.where(free, seat_of_account, holds.seat_of_account),
        names=(*holds.names, "as in the running plan"),
    )


def _matches(
    hold: HoldParameters, rows: pd.DataFrame, data: PlanningData, places: Places
) -> tuple[Bools, list[Finding]]:
    if hold.where is not None:
        return select_accounts(hold.where, rows, data.period), []
    return _named_accounts(hold, data, places)


def _named_accounts(
    hold: HoldParameters, data: PlanningData, places: Places
) -> tuple[Bools, list[Finding]]:
    ids = data.accounts["account_id"]
    wanted = index_ids(hold.account_ids or ())
    lost = [name for key, name in wanted.items() if key not in places]
    matched = np.zeros(len(ids), dtype=np.bool_)
    matched[[place for key in wanted for place in places.get(key, ())]] = True
    return matched, _unknown_accounts(hold, lost, ids.astype(str)) if lost else []


def _places(data: PlanningData) -> Places:
    """Return where each account stands, by what its id is compared by."""
    places: Places = {}
    for place, account in enumerate(data.accounts["account_id"].astype(str).tolist()):
        places.setdefault(shorten(account), []).append(place)
    return places


def _unknown_accounts(hold: HoldParameters, lost: list[str], ids: pd.Series) -> list[Finding]:
    return [
        Finding(
            severity="warning",
            code="holds.unknown_account",
            message=f"Hold '{hold.words()}' names account {name}, which is not planned.",
            advice=nearest_name(name, list(ids)) or "Correct the id, or take it out of the hold.",
            table="accounts",
            value=name,
            subject=hold.words(),
        )
        for name in lost[:EXAMPLES_SHOWN]
    ]


def _targets(
    hold: HoldParameters, matched: Bools, owner: Ints, data: PlanningData, seats: Seats
) -> tuple[Ints, list[Finding]]:
    if hold.to == "owner":
        return owner, _void_findings(hold, matched & (owner < 0), data)
    seat = _seat_of(hold, data, seats)
    findings = [] if seat >= 0 else [_seatless_finding(hold)]
    return np.full(len(owner), seat, dtype=np.int64), findings


def _seat_of(hold: HoldParameters, data: PlanningData, seats: Seats) -> int:
    if hold.to in seats.seat_of_rep:
        return seats.seat_of_rep[hold.to]
    if hold.to in seats.territory_ids:
        return seats.territory_ids.index(hold.to)
    known = sorted({rep.rep_id for rep in data.reps} | set(seats.territory_ids))
    if hold.to in known:
        return -1
    hint = nearest_name(hold.to, known)
    raise ScenarioError(
        f"Hold '{hold.words()}' leads to {hold.to}, who is neither owner nor a known rep"
        + (f". {hint}" if hint else ".")
    )


def _seatless_finding(hold: HoldParameters) -> Finding:
    return Finding(
        severity="error",
        code="holds.rep_without_seat",
        message=f"Hold '{hold.words()}' leads to rep {hold.to}, who has no seat in the plan.",
        advice="Hold to a rep with coverage direct or pool who is there in the plan period.",
        table="reps",
        value=hold.to,
        subject=hold.words(),
    )


def _void_findings(hold: HoldParameters, void: Bools, data: PlanningData) -> list[Finding]:
    where = np.flatnonzero(void)
    if len(where) == 0:
        return []
    examples = data.accounts.iloc[where[:EXAMPLES_SHOWN]]
    owners = examples["owner_given"].fillna("no owner")
    pairs = zip(examples["account_id"], owners, strict=True)
    named = join_names((f"{account} ({owner})" for account, owner in pairs), len(where))
    return [
        Finding(
            severity="warning",
            code="holds.owner_without_seat",
            message=f"Hold '{hold.words()}' is void for {count_of('account', len(where))} whose "
            f"owner has no seat in the plan period: {named}.",
            advice="They are free to move; name a rep in the hold to keep them.",
            table="accounts",
            column="owner_id",
            subject=hold.words(),
            count=len(where),
        )
    ]
