"""Quotas and their assessment in the pipeline: the basis, what is compared, fairness and pay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planner.outcomes.result import PlanAssessment
from planner.pipeline.assessment import assess_company, name_regions
from planner.pipeline.past_periods import rebuild_past
from planner.pipeline.preparation import Company, build_company, estimate_potential, read_tables
from planner.pipeline.quota_backtest import judge_ramp
from planner.pipeline.quota_setting import (
    build_company_books,
    run_rate,
    set_company_quotas,
    settle_basis,
    trailing_by_type,
)
from planner.pipeline.simulation import simulate_company
from planner.quotas.backtest import QuotaScore, list_blends, name_blend
from planner.quotas.parameters import QuotaParameters
from planner.quotas.result import QuotaSheet
from planner.scenario.model import Scenario
from planner.scenario.reading import read_scenario

Read = Callable[..., Scenario]
FAST = ("potential.method=last_year", "outcomes.draws=400")


@pytest.fixture(scope="module")
def read(demo_tables: Path) -> Read:
    """Read the demo's scenario with some settings."""

    def call(*settings: str) -> Scenario:
        return read_scenario(demo_tables / "baseline.toml", (*FAST, *settings))

    return call


@pytest.fixture(scope="module")
def company(demo_tables: Path, read: Read) -> Company:
    """The small demo company before the engine."""
    scenario = read()
    data = read_tables(scenario, demo_tables)
    return build_company(scenario, data, estimate_potential(scenario, data))


def owners(company: Company) -> np.ndarray:
    """Return today's owners as the alignment."""
    return company.today.current[company.units.unit_of_account]


def parameters(scenario: Scenario) -> QuotaParameters:
    """Return a scenario's quota parameters."""
    assert scenario.quota is not None
    return scenario.quota


def assess(scenario: Scenario, company: Company) -> tuple[QuotaSheet, PlanAssessment]:
    """Set quotas on today's alignment, simulate and assess."""
    sheet = set_company_quotas(company, owners(company), parameters(scenario))
    simulation = simulate_company(scenario, company, company.today.current, sheet)
    return sheet, assess_company(scenario, company, owners(company), sheet, simulation)


@pytest.fixture(scope="module")
def assessed(read: Read, company: Company) -> tuple[QuotaSheet, PlanAssessment]:
    """The demo company under its own scenario, assessed."""
    return assess(read(), company)


def without(company: Company, **changes: object) -> Company:
    """Return the company with other tables."""
    return replace(company, data=replace(company.data, **changes))  # type: ignore[arg-type]  # tables by name


def test_a_basis_of_backtest_is_chosen_named_and_used(read: Read, company: Company) -> None:
    """The quotas are those of the weights that the finding names."""
    sheet = set_company_quotas(company, owners(company), parameters(read("quota.basis=backtest")))
    (found,) = [one for one in sheet.findings if one.code == "quota.basis_chosen"]
    weights = dict(part.split("=") for part in str(found.value).split(","))
    assert sum(map(float, weights.values())) == pytest.approx(1.0)
    assert all(name in found.message for name in weights)
    table = "{" + ", ".join(f"{name} = {weight}" for name, weight in weights.items()) + "}"
    same = set_company_quotas(company, owners(company), parameters(read(f"quota.basis={table}")))
    assert sheet.by_person() == same.by_person()


def test_submitted_quotas_have_the_weight_that_past_ones_deserved(
    read: Read, company: Company
) -> None:
    """With submissions in the scenario, a basis of backtest is the mixture that the past tells."""
    from planner.pipeline.past_periods import LONG_PAST, PERIODS, rebuild_past
    from planner.quotas.submissions import weigh_submissions

    given = parameters(read("quota.basis=backtest"))
    submitting = given.model_copy(update={"submitted": {company.data.reps[-1].rep_id: 900_000}})
    settled, (found,) = settle_basis(company.data, submitting)
    past, _ = rebuild_past(company.data, given.ramp, LONG_PAST)
    weighed = weigh_submissions(past, PERIODS)
    assert weighed is not None
    assert settled.basis == weighed.blend
    assert found.code == "quota.basis_chosen"
    assert ("submitted" in found.message) == (weighed.share > 0)
    assert "submitted" not in settle_basis(company.data, given)[0].basis


def test_without_past_quotas_the_basis_is_halves_and_says_so(read: Read, company: Company) -> None:
    """Nothing is chosen on a past that is not known, and nothing is guessed silently."""
    bare = without(company, quotas=None)
    settled, (found,) = settle_basis(bare.data, parameters(read("quota.basis=backtest")))
    assert settled.basis == {"history": 0.5, "potential": 0.5}
    assert (found.severity, found.code) == ("warning", "quota.basis_not_chosen")


def test_given_weights_stay_as_they_are(read: Read, company: Company) -> None:
    """Only the word backtest is replaced."""
    given = parameters(read())
    assert settle_basis(company.data, given) == (given, ())


def test_quotas_set_on_ramp_are_not_compared(read: Read, company: Company) -> None:
    """The quota of somebody hired within the ramp is reduced, so his accounts have no run rate."""
    ramped = parameters(read("quota.ramp=[0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]"))
    everybody = build_company_books(
        company, owners(company), ramped.model_copy(update={"ramp": ()})
    )
    steady = build_company_books(company, owners(company), ramped)
    late = pd.Timestamp("2026-03-01").date()
    new = {rep.rep_id for rep in company.data.reps if max(rep.hire_date or late, late) > late}
    places = [place for place, rep in enumerate(steady.rep_ids) if rep in new]
    assert everybody.comparable[places].any()
    assert not steady.comparable[places].any()
    assert steady.comparable.any()


def test_history_by_type_adds_up_to_trailing_revenue(company: Company) -> None:
    """Every row of the demo's history has a type: the three make the year's revenue."""
    by_type = trailing_by_type(company.data)
    assert set(by_type) == {"history_new", "history_expansion", "history_renewal"}
    assert (sum(by_type.values()) == company.potential.trailing).all()
    assert all(values.any() for values in by_type.values())


def test_history_without_types_has_no_measures_by_type(company: Company) -> None:
    """Where nobody says what was sold, nothing is made up."""
    assert company.data.history is not None
    plain = company.data.history.drop(columns=["type"])
    assert trailing_by_type(without(company, history=plain).data) == {}
    assert trailing_by_type(without(company, history=None).data) == {}


def test_a_component_of_renewals_rests_on_renewals(read: Read, company: Company) -> None:
    """Who has no renewals owes none of them, and who has all owes most."""
    components = "{new = {share = 0.4}, renewal = {share = 0.6, basis = {history = 1}}}"
    sheet = set_company_quotas(
        company, owners(company), parameters(read(f"quota.components={components}"))
    )
    renewals = trailing_by_type(company.data)["history_renewal"]
    books = np.bincount(
        owners(company)[owners(company) >= 0],
        weights=renewals[owners(company) >= 0],
        minlength=len(company.seats.rep_ids),
    )
    basis = {
        one.rep_id: one.basis_history for one in sheet.derivations if one.component == "renewal"
    }
    expected = dict(zip(company.seats.rep_ids, books.tolist(), strict=True))
    assert {rep: basis[rep] for rep in expected if rep in basis} == {
        rep: int(amount) for rep, amount in expected.items() if rep in basis
    }
    assert sum(basis.values()) > 0


def test_a_basis_may_name_a_column_of_accounts(read: Read, company: Company) -> None:
    """A number that only the accounts table has is a measure of the books."""
    table = parameters(read("quota.basis={visits_per_year = 1}"))
    books = build_company_books(company, owners(company), table)
    visits = company.data.accounts["visits_per_year"].fillna(0).to_numpy(np.float64)
    assert books.measures["visits_per_year"].sum() == visits[owners(company) >= 0].sum()
    sheet = set_company_quotas(company, owners(company), table)
    assert sheet.totals["rep"] > sheet.goal


def test_an_override_says_what_else_moved(read: Read, company: Company) -> None:
    """What one quota set by hand takes is what the others get, by name."""
    rep = min(rep for rep in company.seats.rep_ids if rep)
    sheet = set_company_quotas(
        company, owners(company), parameters(read(f"quota.overrides.{rep}=500_000"))
    )
    (found,) = [one for one in sheet.findings if one.code == "quota.overrides_moved"]
    assert f"{rep} " in found.message
    assert "by hand" in found.message
    assert "others moved by" in found.message
    plain = set_company_quotas(company, owners(company), parameters(read()))
    assert not [one for one in plain.findings if one.code == "quota.overrides_moved"]
    assert sheet.totals == plain.totals


def test_the_assessment_looks_at_plan_year_and_past(
    assessed: tuple[QuotaSheet, PlanAssessment],
) -> None:
    """Past quotas and history give tests on held-out and past attainment beside the simulated."""
    tests = assessed[1].fairness
    assert {test.evidence for test in tests} == {"expected", "held_out", "past", "plan"}
    held = {test.name: test.light for test in tests if test.evidence == "held_out"}
    circular = [test for test in tests if test.circular and test.name.startswith("attainment_")]
    assert {test.evidence for test in circular} == {"expected"}
    assert all(test.light == held[test.name] for test in circular)
    assert all(test.threshold and test.sentence for test in tests)


def test_without_a_past_circular_tests_cannot_tell(read: Read, company: Company) -> None:
    """A plan judged by its own potential alone gets grey lights."""
    bare = without(company, quotas=None)
    tests = assess(read(), bare)[1].fairness
    assert {test.evidence for test in tests} == {"expected", "plan"}
    assert all(
        test.light == "grey" for test in tests if test.circular and test.name != "share_at_quota"
    )


def test_bridge_and_bottom_up_are_of_the_sheet(
    assessed: tuple[QuotaSheet, PlanAssessment],
) -> None:
    """Each bridge ends at the quota that was set, and the company's line is the reps' total."""
    sheet, found = assessed
    owed = sheet.by_person("rep")
    assert {row.rep_id: row.quota for row in found.bridge} == owed
    assert any(row.last_year > 0 for row in found.bridge)
    assert found.bottom_up[0].level == "company"
    assert found.bottom_up[0].set_quota == sheet.totals["rep"]


def test_pay_is_costed_where_it_is_known(
    read: Read, company: Company, assessed: tuple[QuotaSheet, PlanAssessment]
) -> None:
    """The demo's on-target earnings give a cost; without any there is one note and no cost."""
    pay = assessed[1].compensation
    assert 0 < pay.p10 <= pay.p50 <= pay.p90
    assert pay.cost_of_sales is not None
    unpaid = tuple(replace(rep, ote=None) for rep in company.data.reps)
    nothing = assess(read(), without(company, reps=unpaid))[1].compensation
    assert nothing.expected == 0
    assert [(one.severity, one.code) for one in nothing.findings] == [("info", "reps.no_pay")]


def test_the_same_company_is_assessed_the_same(
    read: Read, company: Company, assessed: tuple[QuotaSheet, PlanAssessment]
) -> None:
    """Nothing in an assessment depends on the run."""
    assert assess(read(), company)[1] == assessed[1]


def test_regions_are_where_most_accounts_are(company: Company) -> None:
    """A seat belongs to the commonest region of its accounts; ties go to the first by letter."""
    seats = len(company.seats.rep_ids)
    seat_of = np.arange(len(company.data.accounts)) % seats
    sides = np.where(seat_of < seats // 2, "West", "East")
    accounts = company.data.accounts.assign(region=sides)
    accounts.loc[accounts.index[0], "region"] = "East"
    named = name_regions(without(company, accounts=accounts), seat_of)
    for seat, rep in enumerate(company.seats.rep_ids):
        if rep:
            assert named[rep] == ("West" if seat < seats // 2 else "East")


def test_without_regions_teams_are_compared(company: Company) -> None:
    """Accounts that are all in one place leave the managers' teams."""
    places = dict.fromkeys(("region", "country", "state"), "X")
    alike = without(company, accounts=company.data.accounts.assign(**places))
    named = name_regions(alike, owners(company))
    assert named == {rep.rep_id: rep.manager_id or "" for rep in company.data.reps}


def test_orders_of_accounts_outside_the_plan_do_not_count(company: Company) -> None:
    """History of an account that takes no part changes nobody's past book."""
    assert company.data.history is not None
    first = company.data.history.iloc[[0]].assign(account_id="elsewhere", amount=10**12)
    more = pd.concat([company.data.history, first], ignore_index=True)
    before, _ = rebuild_past(company.data, (), 2)
    after, _ = rebuild_past(without(company, history=more).data, (), 2)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one.history, other.history)
        np.testing.assert_array_equal(one.potential, other.potential)


def test_quotas_of_people_outside_the_plan_tell_nothing(read: Read, company: Company) -> None:
    """Past quotas of reps who are not in the reps table give no period, and no fault."""
    assert company.data.quotas is not None
    strange = without(company, quotas=company.data.quotas.assign(rep_id="nobody"))
    periods, (missing,) = rebuild_past(strange.data, (), 4)
    assert periods == ()
    assert missing.code == "backtest.no_quotas"
    tests = assess(read(), strange)[1].fairness
    assert "held_out" not in {test.evidence for test in tests}


@pytest.mark.parametrize(
    ("basis", "light"), [("{history = 0.5, potential = 0.5}", "green"), ("{equal = 1.0}", "red")]
)
def test_the_planted_unfair_plan_is_flagged_and_the_fair_one_passes(
    read: Read, company: Company, basis: str, light: str
) -> None:
    """The same quota for unlike books shows on what happened since, and in the plan itself."""
    scenario = read(f"quota.basis={basis}")
    sheet = set_company_quotas(company, owners(company), parameters(scenario))
    simulation = simulate_company(scenario, company, company.today.current, sheet)
    found = assess_company(scenario, company, owners(company), sheet, simulation).fairness
    lights = {(test.evidence, test.name): test.light for test in found}
    assert lights["held_out", "attainment_potential"] == light
    assert lights["held_out", "attainment_history"] == light
    assert lights["plan", "quota_to_potential_gini"] == light


def test_a_basis_may_rest_on_the_run_rate(read: Read, company: Company) -> None:
    """The last three months of a customer count; who never bought runs at what is expected."""
    history, as_of = company.data.history, pd.Timestamp(company.data.period.as_of)
    assert history is not None
    rates = run_rate(company.data, company.potential.expected)
    ids = company.data.accounts["account_id"]
    began = ids.isin(history["account_id"]).to_numpy()
    recent = history[history["date"] > as_of - pd.DateOffset(months=3)]
    assert rates[began].sum() == pytest.approx(recent["amount"].sum(), rel=1e-3)
    waiting = np.maximum(company.potential.expected[~began], 0) / 4
    assert rates[~began] == pytest.approx(waiting, abs=1)
    assert run_rate(without(company, history=None).data, company.potential.expected).sum() > 0
    books = build_company_books(
        company, owners(company), parameters(read("quota.basis={run_rate = 1}"))
    )
    held = owners(company) >= 0
    assert books.measures["run_rate"].sum() == pytest.approx(rates[held].sum())
    plain = build_company_books(company, owners(company), parameters(read()))
    assert "run_rate" not in plain.measures


def test_a_ramp_that_asked_too_little_is_named() -> None:
    """Quotas without the ramp left attainment less far apart by more than a twentieth."""

    def score(dispersion: float) -> dict[str, QuotaScore]:
        one = QuotaScore(
            dispersion=dispersion,
            share_at_quota=0.5,
            rank_correlation={},
            attainment=np.empty(0),
        )
        return {name_blend(blend): one for blend in list_blends()}

    (found,) = judge_ramp(score(0.20), score(0.18))
    assert "0.18 instead of 0.20" in found.message
    assert "cohorts" in found.advice
    (measured,) = judge_ramp(score(0.20), score(0.18), stated=False)
    assert "cohorts" not in measured.advice
    assert judge_ramp(score(0.20), score(0.195)) == ()
