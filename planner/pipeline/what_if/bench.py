"""A plan made ready to be asked: its company, and every total that moves start from."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.outputs.plan import Plan
from planner.pipeline.calibrating import settle_by_past
from planner.pipeline.company_of_plan import rebuild_company
from planner.pipeline.preparation import Company
from planner.pipeline.reasons import seat_names
from planner.scenario.model import Scenario
from planner.territories.alignment import Evaluation, evaluate

if TYPE_CHECKING:
    from planner.pipeline.quota_setting import BookSources
    from planner.quotas.parameters import QuotaParameters
    from planner.quotas.settlement import Payroll

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuotaBench:
    """What quotas are set from again after a move.

    Parameters
    ----------
    parameters
        The scenario's ``[quota]``, its basis settled.
    sources
        What books are added up from.
    payroll
        Who carries quota, and for how much of the plan.
    owed
        Each rep's quota in the plan, minor units.
    """

    parameters: QuotaParameters
    sources: BookSources
    payroll: Payroll
    owed: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bench:
    """A plan, and everything about it that does not change with a move.

    Parameters
    ----------
    scenario
        As the plan was made under.
    territory_of
        Proposed territory of each unit, -1 none, (units,).
    evaluation
        What the plain rules say of the plan.
    names
        How each territory is spoken of, (territories,).
    account_at
        Position of each account by its id.
    territory_at
        Position of each territory by its id.
    owners
        Whose each account is today, empty where nobody's that is known, (accounts,).
    at_risk
        Trailing revenue that each territory takes over from another owner, minor units,
        (territories,).
    row_of_unit
        Row of each unit in the problem, -1 where nobody may serve it, (units,).
    quotas
        None where the plan sets none.
    """

    plan: Plan
    company: Company
    scenario: Scenario
    territory_of: Ints
    evaluation: Evaluation
    names: tuple[str, ...]
    account_at: dict[str, int]
    territory_at: dict[str, int]
    owners: tuple[str, ...]
    at_risk: Ints
    row_of_unit: Ints
    quotas: QuotaBench | None

    def account_id(self, at: int) -> str:
        """Return an account's id."""
        return str(self.plan.data.accounts["account_id"].array[at])

    def account_name(self, at: int) -> str:
        """Return an account's name, its id where it has none."""
        name = self.plan.data.accounts["name"].array[at]
        return name if isinstance(name, str) and name else self.account_id(at)


def prepare_bench(
    plan: Plan, company: Company | None = None, account_at: dict[str, int] | None = None
) -> Bench:
    """Make a plan ready to be asked what moves would do.

    Parameters
    ----------
    plan
        As read from its folder.
    company, account_at
        As rebuilt from the plan, and each account's position, where that was done before.
    """
    from planner.outputs.moves import previous_reps, revenue_at_risk

    company = company or rebuild_company(plan)
    scenario = Scenario.model_validate(plan.provenance.scenario)
    scenario, _ = settle_by_past(scenario, company.data, company.potential.method)
    kept = company.problem.kept
    territory_of = find_unit_territories(plan)
    row_of_unit = np.full(company.problem.unit_count, -1, dtype=np.int64)
    row_of_unit[kept] = np.arange(len(kept))
    if account_at is None:
        account_at = _positions(plan.data.accounts["account_id"].astype(str).tolist())
    return Bench(
        plan=plan,
        company=company,
        scenario=scenario,
        territory_of=territory_of,
        evaluation=evaluate(company.problem.problem, territory_of[kept]),
        names=tuple(seat_names(company)),
        account_at=account_at,
        territory_at=_positions(plan.territory_ids),
        # One text for each owner, not one for each account.
        owners=tuple(sys.intern(owner) for owner in previous_reps(plan)),
        at_risk=revenue_at_risk(plan),
        row_of_unit=row_of_unit,
        quotas=_prepare_quotas(plan, company, scenario),
    )


def find_unit_territories(plan: Plan) -> Ints:
    """Return the proposed territory of each control unit, -1 none, (units,).

    Parameters
    ----------
    plan
        Plans of earlier versions know it only where a unit has accounts.
    """
    if len(plan.territory_of_unit) == len(plan.units.unit_ids):
        return plan.territory_of_unit
    territory_of = np.full(len(plan.units.unit_ids), -1, dtype=np.int64)
    territory_of[plan.units.unit_of_account] = plan.territory_of_account
    return territory_of


def _positions(names: list[str] | tuple[str, ...]) -> dict[str, int]:
    return {name: at for at, name in enumerate(names)}


def _prepare_quotas(plan: Plan, company: Company, scenario: Scenario) -> QuotaBench | None:
    if scenario.quota is None or plan.quotas is None:
        return None
    from planner.pipeline.quota_setting import gather_sources, settle_basis, sum_books
    from planner.quotas.settlement import Payroll, measure_payroll

    data = company.data
    parameters, _ = settle_basis(data, scenario.quota)
    sources = gather_sources(company, parameters)
    payroll = Payroll(
        reps=data.reps,
        period=data.period,
        currency=data.currency,
        rates=data.rates,
        season=company.potential.season,
    )
    books = sum_books(company, plan.territory_of_account, sources)
    return QuotaBench(
        parameters=parameters,
        sources=sources,
        payroll=measure_payroll(payroll, books, parameters),
        owed=plan.quotas.by_person("rep"),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Basket:
    """Moves as the rules take them: whole units, each to one territory.

    Parameters
    ----------
    units
        Positions of the units that change territory, ascending, (moves,).
    to
        Where each goes, (moves,).
    accounts
        Positions of every account that changes territory, ascending.
    together
        Those among them that nobody named: they are kept with one that somebody did.
    refused
        Accounts that cannot be moved like this, with the reason.
    """

    units: Ints
    to: Ints
    accounts: Ints
    together: Ints
    refused: tuple[tuple[str, str], ...]


def fill_basket(bench: Bench, moves: Mapping[str, str]) -> Basket:
    """Turn wishes by account into moves of whole units.

    Parameters
    ----------
    bench
        The plan.
    moves
        Territory by account id; an account that is there already changes nothing.
    """
    refused: list[tuple[str, str]] = []
    wanted: dict[int, tuple[str, int]] = {}
    for account, territory in moves.items():
        at, to = bench.account_at.get(account, -1), bench.territory_at.get(territory, -1)
        unit = int(bench.company.units.unit_of_account[at]) if at >= 0 else -1
        reason = _find_obstacle(bench, at, to, unit, wanted)
        if reason:
            refused.append((account, reason))
        else:
            wanted.setdefault(unit, (account, to))
    ordered = sorted(wanted)
    units = np.array(ordered, dtype=np.int64)
    goals = np.array([wanted[unit][1] for unit in ordered], dtype=np.int64)
    changed = bench.territory_of[units] != goals
    return _gather(bench, units[changed], goals[changed], moves, tuple(refused))


def _find_obstacle(
    bench: Bench, at: int, to: int, unit: int, wanted: Mapping[int, tuple[str, int]]
) -> str:
    if at < 0:
        return "The plan has no such account."
    if to < 0:
        return "The plan has no such territory."
    if bench.row_of_unit[unit] < 0:
        rules = bench.company.eligibility.rules[bench.company.eligibility.class_of_unit[unit]]
        return f"No rep may serve it: {'; '.join(rules) or 'no rep is left'}."
    if wanted.get(unit, ("", to))[1] != to:
        first, other = wanted[unit]
        return f"It belongs together with {first}, which goes to {bench.names[other]}."
    return ""


def _gather(
    bench: Bench,
    units: Ints,
    to: Ints,
    moves: Mapping[str, str],
    refused: tuple[tuple[str, str], ...],
) -> Basket:
    indptr, members = bench.company.units.member_indptr, bench.company.units.members
    parts = [members[indptr[unit] : indptr[unit + 1]] for unit in units.tolist()]
    accounts = np.sort(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)
    named = {bench.account_at[account] for account in moves if account in bench.account_at}
    together = np.array([at for at in accounts.tolist() if at not in named], dtype=np.int64)
    return Basket(units=units, to=to, accounts=accounts, together=together, refused=refused)
