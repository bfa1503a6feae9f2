"""Refusals: what a planner reads where there is no plan, and that its advice is worth taking."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.errors import PlannerError
from planner.findings import Finding
from planner.pipeline.preparation import Company, build_company, estimate_potential, read_tables
from planner.pipeline.refusal import company_scales, proves_infeasible, refuse
from planner.pipeline.refusal_words import Phrases
from planner.scenario.model import Scenario
from planner.scenario.reading import read_scenario
from planner.territories.alignment import Alignment, AlignmentResult, evaluate
from planner.territories.diagnosis.conflicts import find_conflict, find_obstacles
from planner.territories.diagnosis.terms import CONTIGUITY, ELIGIBILITY, Obstacle, RuleGroup

Prepare = Callable[..., tuple[Scenario, Company]]
SETTING = re.compile(r"(alignment[\w.]+) = ([\d.]+) \(instead of ([\d.]+)\)")


@pytest.fixture(scope="module")
def prepare_with(demo_tables: Path) -> Prepare:
    """A function that prepares the small demo company under some settings."""
    scenario = read_scenario(demo_tables / "baseline.toml")
    data = read_tables(scenario, demo_tables)
    potential = estimate_potential(scenario, data)

    def prepare(*settings: str) -> tuple[Scenario, Company]:
        chosen = read_scenario(demo_tables / "baseline.toml", settings)
        return chosen, build_company(chosen, data, potential)

    return prepare


def give_up(
    company: Company, status: str, territory_of: np.ndarray | None = None
) -> AlignmentResult:
    """Return what an engine reports that found nothing but an attempt."""
    attempt = None if territory_of is None else Alignment(territory_of=territory_of)
    broken = (
        () if territory_of is None else evaluate(company.problem.problem, territory_of).violations
    )
    return AlignmentResult(
        status=status,  # type: ignore[arg-type]  # one of the two without an alignment
        cost=None,
        bound=None,
        gap=None,
        seconds=0.0,
        alignment=None,
        attempt=attempt,
        violations=broken,
    )


def attempt_eligibly(company: Company) -> np.ndarray:
    """Return the first territory that may serve each unit, the one it is held to first."""
    problem = company.problem.problem
    first = problem.allowed.argmax(axis=1)[problem.class_of_unit]
    return np.where(problem.held >= 0, problem.held, first)


def told_by(refusal: PlannerError) -> list[Finding]:
    """Return what is said of the alignment, without what is said of the tables."""
    return [one for one in refusal.findings if one.code.startswith("alignment.")]


def test_nothing_is_proven_of_a_feasible_scenario(prepare_with: Prepare) -> None:
    """The demo's own baseline is not refused by adding up."""
    assert proves_infeasible(*prepare_with()) is None


def test_too_few_accounts_each_is_refused_before_any_search(prepare_with: Prepare) -> None:
    """The key, the number of accounts and what is allowed stand in the message; the exit code is 3."""
    scenario, company = prepare_with("alignment.max_accounts=3")
    refusal = proves_infeasible(scenario, company)
    assert refusal is not None
    assert refusal.exit_code == 3
    accounts, seats = len(company.data.accounts), len(company.seats.territory_ids)
    assert "alignment.max_accounts = 3" in str(refusal)
    assert f"{accounts:,} accounts" in str(refusal)
    assert f"{3 * seats:,} accounts at most" in str(refusal)


def test_the_advised_budget_is_the_least_that_will_do(prepare_with: Prepare) -> None:
    """Setting what the message says lifts the conflict; a little less does not."""
    scenario, company = prepare_with("alignment.disruption.max_account_share=0.0")
    message = str(refuse(scenario, company, give_up(company, "infeasible")))
    advised = {key: float(value) for key, value, _ in SETTING.findall(message)}
    share = advised["alignment.disruption.max_account_share"]
    for value, conflicts in ((share, False), (share - 0.003, True)):
        _, eased = prepare_with(f"alignment.disruption.max_account_share={value}")
        assert (
            find_conflict(eased.problem.problem, company_scales(eased)) is not None
        ) == conflicts


def test_holds_that_overfill_a_rep_are_told_by_name_and_in_currency(prepare_with: Prepare) -> None:
    """The rep, the hold and the amount in currency units are told, not minor units."""
    _, plain = prepare_with()
    seats = plain.seats
    place = int(np.flatnonzero(~seats.pool)[-1])
    ids = plain.data.accounts["account_id"].astype(str)
    reach = plain.problem.problem.allowed[plain.eligibility.class_of_unit, place]
    mine = ids[reach[plain.units.unit_of_account]].tolist()
    listed = ", ".join(f'"{one}"' for one in mine)
    hold = f'alignment.holds=[{{ name = "All to one", account_ids = [{listed}], to = "{seats.rep_ids[place]}" }}]'
    scenario, company = prepare_with(hold)
    refusal = refuse(scenario, company, give_up(company, "infeasible"))
    assert "“All to one”" in str(refusal)
    assert seats.territory_ids[place] in str(refusal)
    found = next(
        f
        for f in refusal.findings
        if f.code == "alignment.infeasible.holds" and "potential" in f.message
    )
    held = company.today.held == place
    amount = company.units.measures["potential"][held].sum() / company.data.currency.scale
    assert f"{amount:,.0f} {company.data.currency.code} of potential" in found.message


def test_an_attempt_is_told_with_the_settings_under_which_it_stands(prepare_with: Prepare) -> None:
    """What the best attempt breaks is told, and with every advised setting it breaks nothing."""
    scenario, company = prepare_with()
    attempt = attempt_eligibly(company)
    refusal = refuse(scenario, company, give_up(company, "unknown", attempt))
    assert {f.code for f in told_by(refusal)} == {"alignment.unknown.broken_limit"}
    advised = [f"{key}={value}" for key, value, _ in SETTING.findall(str(refusal))]
    advised += [f"{key}=1.0" for key in re.findall(r"(alignment[\w.]+) left out", str(refusal))]
    _, eased = prepare_with(*advised)
    assert not evaluate(eased.problem.problem, attempt).violations


def test_a_comparison_across_eligibility_is_advised_to_compare_like_with_like(
    prepare_with: Prepare,
) -> None:
    """Targets over all, where some accounts are for a few reps alone: the advice is the peer group."""
    scenario, company = prepare_with('alignment.measures.potential.within="all"')
    refusal = proves_infeasible(scenario, company)
    assert refusal is not None
    advice = " ".join(
        f.advice for f in refusal.findings if f.code == "alignment.infeasible.eligibility"
    )
    assert 'alignment.measures.potential.within = "eligibility"' in advice


def test_out_of_time_stays_out_of_time_unless_it_is_proven(prepare_with: Prepare) -> None:
    """Exit code 4 where nothing is proven, 3 where adding up proves it after all."""
    scenario, company = prepare_with()
    attempt = attempt_eligibly(company)
    assert refuse(scenario, company, give_up(company, "unknown", attempt)).exit_code == 4
    scenario, company = prepare_with("alignment.max_accounts=3")
    assert refuse(scenario, company, give_up(company, "unknown", attempt)).exit_code == 3


def test_findings_of_many_alike_are_summed_up(prepare_with: Prepare) -> None:
    """However many territories are concerned, each kind of obstacle is told a few times."""
    scenario, company = prepare_with("alignment.disruption.max_rep_revenue_share=0.0")
    obstacles = find_obstacles(company.problem.problem, company_scales(company))
    refusal = refuse(scenario, company, give_up(company, "infeasible"))
    told = [f for f in told_by(refusal) if f.code != "alignment.infeasible.rules"]
    assert sum(f.count for f in told) == len(obstacles)
    assert len(told) < len(obstacles) or len(obstacles) <= 6


def test_a_rep_cut_off_from_enough_is_told_in_one_sentence(prepare_with: Prepare) -> None:
    """Rep, amount and limit are said, and that only what hangs together counts."""
    scenario, company = prepare_with()
    found = Obstacle(
        groups=(RuleGroup(kind="measure", name="potential"), CONTIGUITY, ELIGIBILITY),
        counted="potential",
        side="lower",
        territories=np.array([0]),
        units=np.array([0, 1]),
        amount=1.0e8,
        limit=2.0e8,
        joined=True,
    )
    said = Phrases(scenario, company).finding(found)
    assert said.subject == company.seats.territory_ids[0]
    assert "with every account that they may serve in one connected piece" in said.message
    assert "must have" in said.message
    assert "add the neighbours that cut-off units are served from" in said.advice.lower()


def test_a_share_of_nothing_is_promised_no_settings(demo_tables: Path) -> None:
    """No tolerance lets a seat of capacity 0 hold accounts, so that none is named."""
    scenario = read_scenario(demo_tables / "baseline.toml")
    data = read_tables(scenario, demo_tables)
    potential = estimate_potential(scenario, data)
    whole = build_company(scenario, data, potential)
    first = whole.seats.rep_ids[int(attempt_eligibly(whole)[0])]
    reps = tuple(replace(rep, capacity=0.0 if rep.rep_id == first else 1.0) for rep in data.reps)
    company = build_company(scenario, replace(data, reps=reps), potential)
    result = give_up(company, "unknown", attempt_eligibly(company))
    refusal = refuse(scenario, company, result)
    assert "breaks" in str(refusal)
    advice = " ".join(finding.advice for finding in told_by(refusal))
    assert "would stand" not in f"{refusal} {advice}"
