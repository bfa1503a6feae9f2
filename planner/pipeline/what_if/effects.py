"""What a basket of moves changes: balance, rules, travel, revenue, cost and quotas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.pipeline.what_if.bench import Basket, Bench, fill_basket
from planner.pipeline.what_if.breaks import Break, find_breaks
from planner.pipeline.what_if.resettlement import QuotaEffect, move_quotas
from planner.territories.limits import Measure
from planner.territories.rules import Check, Moves, change_rules

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One measure of one territory before and after, money in units of the plan currency.

    Parameters
    ----------
    kind
        ``money``, ``hours`` or ``number``.
    tolerance
        Allowed fraction of the target, None where the measure is only shown.
    hard
        Whether being outside breaks a rule.
    within
        Whether it is inside its limits afterwards.
    """

    measure: str
    territory_id: str
    kind: str
    before: float
    after: float
    target: float
    lower: float
    upper: float
    tolerance: float | None
    hard: bool
    within: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """What else one territory has before and after; money in units of the plan currency.

    Parameters
    ----------
    accounts, accounts_after
        How many accounts.
    driving, driving_after
        Hours a year on the road; None where travel is not counted.
    at_risk, at_risk_after
        Trailing revenue that it takes over from another owner.
    """

    territory_id: str
    name: str
    accounts: int
    accounts_after: int
    driving: float | None
    driving_after: float | None
    at_risk: float
    at_risk_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveEffect:
    """What a basket of moves would do, before it is made.

    Parameters
    ----------
    accounts
        Every account that changes territory: id, name, from, to, and whether it only comes along.
    refused
        Accounts that cannot be moved like this, with the reason.
    balances, burdens
        Of each territory that gives or takes.
    breaks
        Rules that would newly break, or break worse.
    mended
        Rules that are broken now and would hold.
    costs
        Units of the plan currency a year by term: before and after.
    quotas
        None where the plan sets none.
    currency
        The plan currency.
    """

    accounts: tuple[dict[str, Any], ...]
    refused: tuple[tuple[str, str], ...]
    balances: tuple[Balance, ...]
    burdens: tuple[Burden, ...]
    breaks: tuple[Break, ...]
    mended: tuple[Break, ...]
    costs: dict[str, tuple[float, float]]
    quotas: QuotaEffect | None
    currency: str

    @property
    def cost_change(self) -> float:
        """Return what the plan's cost rises by, units of the plan currency a year."""
        return sum(after - before for before, after in self.costs.values())


def weigh_moves(bench: Bench, moves: Mapping[str, str]) -> MoveEffect:
    """Say what moves would do to a plan, without making them.

    Parameters
    ----------
    bench
        The plan.
    moves
        Territory by account id.
    """
    basket = fill_basket(bench, moves)
    rows = bench.row_of_unit[basket.units]
    turned = Moves(units=rows, to=basket.to)
    problem, kept = bench.company.problem.problem, bench.company.problem.kept
    of_row = bench.territory_of[kept]
    before = bench.evaluation.checks
    after = change_rules(problem, of_row, before, turned) if len(rows) else before
    breaks, mended = find_breaks(bench, before, after)
    where = _territories(bench, basket)
    return MoveEffect(
        accounts=_list_accounts(bench, basket),
        refused=basket.refused,
        balances=tuple(_balances(bench, where, of_row[rows], turned)),
        burdens=_burdens(bench, basket, where),
        breaks=breaks,
        mended=mended,
        costs=_costs(bench, of_row[rows], turned, after),
        quotas=move_quotas(bench, territories_after(bench, basket)),
        currency=bench.plan.data.currency.code,
    )


def territories_after(bench: Bench, basket: Basket) -> Ints:
    """Return the territory of each account with the moves made, (accounts,)."""
    after = bench.territory_of.copy()
    after[basket.units] = basket.to
    proposed = bench.plan.territory_of_account.copy()
    units = bench.company.units.unit_of_account[basket.accounts]
    proposed[basket.accounts] = after[units]
    return proposed


def _territories(bench: Bench, basket: Basket) -> list[int]:
    touched = np.union1d(bench.territory_of[basket.units], basket.to)
    return [int(territory) for territory in touched if territory >= 0]


def _list_accounts(bench: Bench, basket: Basket) -> tuple[dict[str, Any], ...]:
    names, before = bench.plan.territory_ids, bench.plan.territory_of_account
    after = territories_after(bench, basket)
    together = set(basket.together.tolist())
    return tuple(
        {
            "account_id": bench.account_id(at),
            "name": bench.account_name(at),
            "from": names[before[at]] if before[at] >= 0 else None,
            "to": names[after[at]],
            "comes_along": at in together,
        }
        for at in basket.accounts.tolist()
    )


def _balances(bench: Bench, where: list[int], before: Ints, moves: Moves) -> list[Balance]:
    found = []
    for measure in bench.company.problem.problem.measures:
        totals = bench.evaluation.totals[measure.name]
        after = totals + _shift(measure, before, moves, len(totals))
        found += [_balance(bench, measure.name, totals, after, at) for at in where]
    return found


def _shift(measure: Measure, before: Ints, moves: Moves, count: int) -> Floats:
    had = before >= 0
    out = measure.pairs(moves.units[had], before[had])
    lost = np.bincount(before[had], weights=out, minlength=count)
    gained = np.bincount(moves.to, weights=measure.pairs(moves.units, moves.to), minlength=count)
    return np.asarray(gained - lost, dtype=float)


def _balance(bench: Bench, name: str, totals: Floats, after: Floats, at: int) -> Balance:
    summary = bench.plan.alignment.measures[name]
    scale = bench.plan.data.currency.scale if summary.kind == "money" else 1
    lower, upper = float(summary.lower[at]), float(summary.upper[at])
    room = 1e-9 * max(abs(upper), 1.0) if np.isfinite(upper) else 0.0
    return Balance(
        measure=name,
        territory_id=bench.plan.territory_ids[at],
        kind=summary.kind,
        before=float(totals[at]) / scale,
        after=float(after[at]) / scale,
        target=float(summary.target[at]) / scale,
        lower=lower / scale,
        upper=upper / scale,
        tolerance=summary.tolerance,
        hard=summary.hard,
        within=lower - room <= float(after[at]) <= upper + room,
    )


def _burdens(bench: Bench, basket: Basket, where: list[int]) -> tuple[Burden, ...]:
    plan, count = bench.plan, len(bench.names)
    before, after = (
        plan.territory_of_account[basket.accounts],
        territories_after(bench, basket)[basket.accounts],
    )
    accounts = _by_territory(plan.territory_of_account, None, count)
    moved = _by_territory(after, None, count) - _by_territory(before, None, count)
    shifted = _risk(bench, basket.accounts, after) - _risk(bench, basket.accounts, before)
    road, scale = _road_change(bench, basket), plan.data.currency.scale
    return tuple(
        Burden(
            territory_id=plan.territory_ids[at],
            name=bench.names[at],
            accounts=int(accounts[at]),
            accounts_after=int(accounts[at] + moved[at]),
            driving=_hours(plan.travel[at]),
            driving_after=_hours(plan.travel[at] + road[at]),
            at_risk=float(bench.at_risk[at]) / scale,
            at_risk_after=float(bench.at_risk[at] + shifted[at]) / scale,
        )
        for at in where
    )


def _by_territory(where: Ints, weights: Floats | Ints | None, count: int) -> Floats:
    placed = where >= 0
    heavy = None if weights is None else weights[placed]
    return np.bincount(where[placed], weights=heavy, minlength=count).astype(float)


def _risk(bench: Bench, accounts: Ints, territory: Ints) -> Floats:
    """Return the trailing revenue that territories take over from another owner."""
    reps = bench.plan.seats.rep_ids
    changes = np.array(
        [
            bool(bench.owners[at]) and to >= 0 and bench.owners[at] != reps[to]
            for at, to in zip(accounts.tolist(), territory.tolist(), strict=True)
        ],
        dtype=np.bool_,
    )
    trailing = bench.plan.potential.trailing[accounts]
    return _by_territory(np.where(changes, territory, -1), trailing, len(bench.names))


def _road_change(bench: Bench, basket: Basket) -> Floats:
    from planner.units.travel import travel_of_pairs

    units, seats, count = bench.company.units, bench.company.seats, len(bench.names)
    before = bench.territory_of[basket.units]
    had = before >= 0
    lost = travel_of_pairs(units, seats, basket.units[had], before[had])
    gained = travel_of_pairs(units, seats, basket.units, basket.to)
    return _by_territory(basket.to, gained, count) - _by_territory(before[had], lost, count)


def _hours(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _costs(
    bench: Bench, before: Ints, moves: Moves, checks: tuple[Check, ...]
) -> dict[str, tuple[float, float]]:
    problem, had = bench.company.problem.problem, before >= 0
    change = {
        term.name: float(
            term.pairs(moves.units, moves.to).sum()
            - term.pairs(moves.units[had], before[had]).sum()
        )
        for term in problem.terms
    }
    for check, was in zip(checks, bench.evaluation.checks, strict=True):
        if check.cost is not None and was.cost is not None:
            change[check.name] = change.get(check.name, 0.0) + check.cost - was.cost
    costs: dict[str, tuple[float, float]] = {}
    for name, amount in bench.evaluation.cost_by_term.items():
        # The road between accounts is travel as the road from home is.
        key = "travel" if name == "tours" else name
        old, new = costs.get(key, (0.0, 0.0))
        costs[key] = (old + amount, new + amount + change.get(name, 0.0))
    return costs
