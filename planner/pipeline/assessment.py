"""The assessment's place in the pipeline: is the plan fair, what does it pay, what changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.pipeline.past_periods import PERIODS, collect_past, quota_holders, rebuild_past
from planner.pipeline.preparation import Company
from planner.pipeline.quota_setting import (
    BookSources,
    gather_sources,
    name_holders,
    settle_basis,
    sum_books,
)

if TYPE_CHECKING:
    from planner.outcomes.assessment import PastRecord
    from planner.outcomes.attainment import Simulation
    from planner.outcomes.result import CompensationCost, PlanAssessment
    from planner.quotas.parameters import QuotaParameters
    from planner.quotas.past_attainment import PastPeriod
    from planner.quotas.result import QuotaSheet
    from planner.scenario.model import Scenario

Ints = npt.NDArray[np.int64]
# From coarse to fine; the first that tells enough seats apart is compared.
REGIONS = ("region", "country", "state")
FEWEST_SEATS = 2


def assess_company(
    scenario: Scenario,
    company: Company,
    territory_of_account: Ints,
    quotas: QuotaSheet,
    simulation: Simulation,
    running: PlanAssessment | None = None,
    paid: Simulation | None = None,
) -> PlanAssessment:
    """Assess a plan: pay, fairness, the bridge from last year, and bottom-up.

    Parameters
    ----------
    scenario, company
        The plan's settings, with a ``[quota]``, and what they apply to.
    territory_of_account
        Position of each account's new seat, -1 none, (accounts,).
    quotas, simulation
        What everybody owes, and the simulated year.
    running
        Of the running plan, where one is changed: its basis is the same, and so is what that
        basis came to on past periods.
    paid
        The simulated year with those who have left in it.
    """
    from planner.outcomes.assessment import assess_plan

    assert scenario.quota is not None
    data = company.data
    settled, _ = settle_basis(data, scenario.quota)
    sources = gather_sources(company, settled)
    assessment = assess_plan(
        simulation,
        quotas,
        sum_books(company, territory_of_account, sources),
        data.reps,
        data.period,
        settled,
        scenario.compensation,
        data.currency,
        data.rates,
        scenario.seed,
        regions=name_regions(company, territory_of_account),
        past=_record_past(scenario, company, settled, sources, running),
        paid=paid,
    )
    pay = _without_pay(scenario, company, assessment.compensation)
    return replace(assessment, compensation=pay)


def name_regions(company: Company, territory_of_account: Ints) -> dict[str, str]:
    """Name the region of each seat's holder: where most of its accounts are.

    Parameters
    ----------
    company
        The company.
    territory_of_account
        Position of each account's seat, -1 none, (accounts,).

    Returns
    -------
    dict
        The region, else the country, else the state by holder, whichever is the first to tell
        two groups of seats apart; the manager's team where none does.
    """
    holders = name_holders(company)
    for column in REGIONS:
        if column not in company.data.accounts:
            continue
        values = company.data.accounts[column]
        names = values.astype(object).where(values.notna(), "").astype(str).tolist()
        where = _most_common(names, territory_of_account, len(holders))
        groups = Counter(name for name in where if name)
        if sum(count >= FEWEST_SEATS for count in groups.values()) > 1:
            return dict(zip(holders, where, strict=True))
    return {rep.rep_id: rep.manager_id or "" for rep in company.data.reps}


def _most_common(names: list[str], seat_of: Ints, seats: int) -> list[str]:
    """Return the commonest name of each seat's accounts, the first of those alike by letter."""
    counts: list[Counter[str]] = [Counter() for _ in range(seats)]
    for name, seat in zip(names, seat_of.tolist(), strict=True):
        if seat >= 0 and name:
            counts[seat][name] += 1
    return [min(count, key=lambda name: (-count[name], name), default="") for count in counts]


def _record_past(
    scenario: Scenario,
    company: Company,
    parameters: QuotaParameters,
    sources: BookSources,
    running: PlanAssessment | None,
) -> PastRecord | None:
    """Return what is known of past quotas, None without quotas or history."""
    from planner.outcomes.assessment import PastRecord

    data = company.data
    if data.quotas is None or data.history is None or not len(data.quotas):
        return None
    quotas = collect_past(data)
    tests = () if running is None else running.fairness
    return PastRecord(
        quotas=quotas,
        books=sum_books(company, company.today.seat_of_account, sources),
        periods=() if tests else _replay(scenario, company, parameters),
        reps=quota_holders(data, quotas),
        tests=tests,
    )


def _replay(
    scenario: Scenario, company: Company, parameters: QuotaParameters
) -> tuple[PastPeriod, ...]:
    """Return past periods, with the potential that the plan's own method would have had then."""
    from planner.potential.held_out import hold_out
    from planner.quotas.past_basis import names_potential, replayed_basis

    data = company.data
    method = company.potential.method
    # What was booked last year is what recent orders say, with no fitting.
    forecast = names_potential(replayed_basis(parameters, data.currency))
    plain = not forecast or method == "last_year"
    past = None if plain else hold_out(data, scenario.potential, scenario.seed, method)
    return rebuild_past(
        data, parameters.ramp, PERIODS, past.forecast_on if past is not None else None
    )[0]


def _without_pay(scenario: Scenario, company: Company, pay: CompensationCost) -> CompensationCost:
    """Say once, and as a note, that pay is not known where nobody asked for its cost."""
    asked = scenario.compensation.plans or any(rep.ote for rep in company.data.reps)
    return pay if asked else replace(pay, findings=(NO_PAY,))


NO_PAY = Finding(
    severity="info",
    code="reps.no_pay",
    message="Nobody's pay is known, so its cost is not worked out.",
    advice="Give ote in the reps table, or base and variable in compensation.plans.",
    table="reps",
    column="ote",
)
