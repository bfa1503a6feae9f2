"""Score cards, and best reps told from lucky ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no stubs

from planner.inputs.data import PlanningData
from planner.inputs.demo.company import DemoCompany
from planner.potential.attributes import Attributes, read_attributes
from planner.potential.estimation import estimate
from planner.potential.parameters import PotentialParameters
from planner.potential.people.performance import measure_performance
from planner.potential.people.pooling import pool_means, pool_rates, pool_ratios
from planner.potential.people.score_cards import Performance
from planner.potential.rep_effects import Cells, _expected_log, estimate_rep_effects
from planner.potential.result import Potential


@pytest.fixture(scope="module")
def potential(demo: PlanningData) -> Potential:
    return estimate(demo, PotentialParameters(method="last_year", cuts=1), 1)


@pytest.fixture(scope="module")
def performance(demo: PlanningData, potential: Potential) -> Performance:
    return measure_performance(demo, potential)


def test_planted_best_reps_rank_in_the_top(performance: Performance, company: DemoCompany) -> None:
    """The planted best lead the ranking, and the lucky rep on a rich territory does not."""
    planted = company.truth_reps.set_index("rep_id")["planted"]
    place = {rep: n for n, rep in enumerate(performance.ranking)}
    best = [place[rep] for rep in planted.index[planted == "best"]]
    lucky = [place[rep] for rep in planted.index[planted == "lucky"]]
    assert max(best) < len(place) / 5
    assert max(best) < min(lucky)


def test_productivity_follows_the_planted_skill(
    performance: Performance, company: DemoCompany
) -> None:
    """What is measured orders the reps much as they were made."""
    skill = company.truth_reps.set_index("rep_id")["skill"]
    known = [rep for rep in performance.ranking if rep in skill.index]
    found = [performance.card(rep).metric("productivity").value for rep in known]
    assert spearmanr(found, skill[known])[0] > 0.3


def test_cards_have_all_three_levels(performance: Performance, demo: PlanningData) -> None:
    """The company, each team and each rep with figures have a card, each figure its doubt."""
    levels = {card.level for card in performance.cards}
    assert levels == {"company", "team", "rep"}
    for row in performance.as_rows():
        assert row["low"] <= row["value"] <= row["high"], row
        assert row["count"] >= 0
        assert all(np.isfinite(row[name]) for name in ("value", "raw", "low", "high"))
    company = performance.card("company")
    assert {"attainment", "close rate", "sales cycle", "gross retention"} <= {
        m.name for m in company.metrics
    }


def test_figures_are_those_of_the_tables(performance: Performance, demo: PlanningData) -> None:
    """The company's close rate and a rep's leads accepted are what the tables count."""
    deals = demo.opportunities
    won = (deals["stage"] == "Closed Won").sum()
    closed = deals["stage"].isin(["Closed Won", "Closed Lost"]).sum()
    assert performance.card("company").metric("close rate").raw == pytest.approx(won / closed)
    leads = demo.activities[demo.activities["kind"] == "lead"]
    sdr = leads["rep_id"].iloc[0]
    own = leads[leads["rep_id"] == sdr]
    accepted = own.loc[own["accepted"].fillna(False).astype(bool), "count"].sum()
    assert performance.card(sdr).metric("leads accepted").raw == pytest.approx(
        accepted / own["count"].sum()
    )


def test_missing_tables_remove_only_what_needs_them(
    demo: PlanningData, potential: Potential
) -> None:
    """Without opportunities and activities the rest stands, and it is said what they would add."""
    bare = replace(demo, opportunities=None, activities=None, quotas=None)
    performance = measure_performance(bare, potential)
    names = {metric.name for metric in performance.card("company").metrics}
    assert "gross retention" in names
    assert not names & {"close rate", "meetings", "attainment"}
    codes = {finding.code for finding in performance.findings}
    assert {
        "performance.no_opportunities",
        "performance.no_activities",
        "performance.no_quotas",
    } <= codes


def test_no_rep_on_the_history_is_no_effect(demo: PlanningData) -> None:
    """Where no row names a rep, no effect is invented."""
    history = demo.history.assign(rep_id=None)
    attributes = read_attributes(demo.accounts, None, None)
    assert estimate_rep_effects(replace(demo, history=history), attributes) is None


def test_small_samples_are_drawn_to_the_mean() -> None:
    """Of two who won all, the one with fewer tries is thought nearer to the mean."""
    share, spread = pool_ratios(np.array([2.0, 40.0, 10.0]), np.array([2.0, 40.0, 60.0]))
    assert share[2] < share[0] < share[1] <= 1
    assert spread[0] > spread[1]


def test_pooled_means_lie_between_own_and_all() -> None:
    """Means are drawn toward the group's, those with few observations further."""
    count = np.array([2.0, 200.0, 100.0])
    mean = np.array([30.0, 30.0, 10.0])
    pooled, spread = pool_means(mean * count, count, (mean**2 + 400) * count)
    assert mean @ count / count.sum() < pooled[0] < pooled[1] < 30
    assert spread[0] > spread[1] > 0
    rates, doubts = pool_rates(mean * count, count, count * 100)
    assert rates[0] < rates[1]
    assert (doubts > 0).all()


def test_expected_logs_do_not_depend_on_the_number_of_threads() -> None:
    """With two threads for linear algebra the last digit is that of one."""
    rng = np.random.default_rng(3)
    count = 40_000
    cells = Cells(
        account=np.arange(count),
        rep=rng.integers(0, 9, count),
        kind=rng.integers(0, 3, count),
        count=rng.integers(1, 9, count).astype(float),
        mean=rng.normal(7, 2, count),
        scatter=np.ones(count),
        recent=np.ones(count),
        rep_ids=tuple("abcdefghi"),
    )
    numeric = {f"figure_{place}": rng.normal(0, 1, count) for place in range(40)}
    nothing = np.zeros(count, dtype=np.int64)
    attributes = Attributes(
        numeric=numeric, categories={}, labels={}, segment=nothing, segments=("all",)
    )
    found = []
    for threads in (1, 2):
        with threadpool_limits(limits=threads):
            found.append(_expected_log(cells, attributes))
    assert np.array_equal(*found)
