"""What a hire, a vacancy and a mass move do to the simulated year of the demo company."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from planner.inputs.reps import Rep
from planner.outcomes.attainment import Simulation
from planner.outputs.folder import load_plan
from planner.outputs.plan import Plan
from planner.pipeline.preparation import Company
from planner.pipeline.simulation import simulate_company
from planner.pipeline.what_if.bench import Bench, prepare_bench

DRAWS = 1500


@pytest.fixture(scope="module")
def plan(demo_plan: Path) -> Plan:
    """The demo company's plan."""
    return load_plan(demo_plan)


@pytest.fixture(scope="module")
def bench(plan: Plan) -> Bench:
    """The plan ready to be asked, with fewer draws."""
    found = prepare_bench(plan)
    fewer = found.scenario.outcomes.model_copy(update={"draws": DRAWS})
    return replace(found, scenario=found.scenario.model_copy(update={"outcomes": fewer}))


def simulate(bench: Bench, *, hours: float | None = None, **changed: object) -> Simulation:
    """Simulate the plan's alignment on a company that differs in some parts."""
    company: Company = replace(bench.company, **changed)  # type: ignore[arg-type]
    scenario = bench.scenario
    if hours is not None:
        short = scenario.workload.model_copy(update={"hours_per_year": hours})
        scenario = scenario.model_copy(update={"workload": short})
    assert bench.plan.quotas is not None
    return simulate_company(scenario, company, bench.territory_of, bench.plan.quotas)


def chance(found: Simulation, goal: float) -> float:
    """Return how likely a simulated year reaches a goal."""
    return float(np.mean(found.company >= goal))


@pytest.fixture(scope="module")
def before(bench: Bench) -> Simulation:
    """The year as planned."""
    return simulate(bench)


@pytest.fixture(scope="module")
def goal(before: Simulation) -> float:
    """The middle of what the year brings: half of the draws reach it."""
    return float(np.median(before.company))


def test_the_folder_alone_gives_the_plans_own_year(plan: Plan) -> None:
    """A plan read back is simulated to the same figures, to the last unit."""
    found = prepare_bench(plan)
    assert plan.quotas is not None
    assert plan.outcomes is not None
    again = simulate_company(found.scenario, found.company, found.territory_of, plan.quotas)
    assert again.outcomes.outcomes == plan.outcomes.outcomes
    assert again.outcomes.company_quantiles == plan.outcomes.company_quantiles


def test_a_vacancy_lowers_the_chance_of_the_goal(
    bench: Bench, before: Simulation, goal: float
) -> None:
    """Every seat whose holder leaves in spring makes the goal less likely."""
    spring = bench.company.data.period.start + timedelta(days=60)
    holders = bench.company.seats.rep_ids
    for seat in [s for s, rep in enumerate(holders) if not rep.startswith("TBH")][:3]:
        reps: tuple[Rep, ...] = tuple(
            replace(rep, leave_date=spring) if rep.rep_id == holders[seat] else rep
            for rep in bench.company.data.reps
        )
        left = simulate(bench, data=replace(bench.company.data, reps=reps))
        assert chance(left, goal) < chance(before, goal)


def test_a_mass_move_lowers_the_chance_of_the_goal(
    bench: Bench, before: Simulation, goal: float
) -> None:
    """The same seats serve the same accounts: only how many changed owner differs."""
    today = bench.company.today
    proposed = bench.territory_of[bench.company.units.unit_of_account]
    elsewhere = (proposed + 1) % len(bench.company.seats.territory_ids)
    everybody = np.ones(len(proposed), dtype=bool)
    all_move = simulate(bench, today=replace(today, continues=everybody, seat_of_account=elsewhere))
    none_move = simulate(bench, today=replace(today, continues=everybody, seat_of_account=proposed))
    assert chance(all_move, goal) < chance(before, goal) < chance(none_move, goal)


def test_a_rep_added_where_capacity_binds_raises_the_chance_of_the_goal(bench: Bench) -> None:
    """With too few hours accounts stay unserved; a second rep in each seat serves them."""
    seats = bench.company.seats
    short = simulate(bench, hours=250.0)
    middle = float(np.median(short.company))
    doubled = replace(seats, capacity=seats.capacity * 2)
    more = simulate(bench, hours=250.0, seats=doubled)
    assert chance(more, middle) > chance(short, middle) + 0.05
