"""The engine as its users meet it: what comes back from align."""

from __future__ import annotations

import signal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.territories import AlignmentProblem, align
from planner.territories.alignment import AlignmentResult, Start, evaluate
from tests.territories.small_problems import find_best, make_company, make_tiny


@pytest.mark.parametrize("seed", range(40))
def test_bound_never_exceeds_optimum(seed: int) -> None:
    """On problems small enough to enumerate, the bound, cost and status are all true."""
    problem = make_tiny(seed)
    best = find_best(problem)
    result = align(problem)
    assert result.bound is None or result.bound <= best + 1e-9
    if np.isinf(best):
        assert result.status == "infeasible"
        assert result.alignment is None
    else:
        assert result.cost == pytest.approx(best, rel=1e-4)
        assert result.status == "optimal" or result.gap < 1e-4


@given(st.integers(0, 10_000), st.sampled_from([0.1, 0.4]))
@settings(max_examples=8, deadline=None)
def test_result_keeps_rules_or_says_so(seed: int, tolerance: float) -> None:
    """An alignment that is handed out keeps every plain rule; otherwise there is none."""
    problem = make_company(seed, units=24, territories=3, tolerance=tolerance)
    result = align(problem, effort=0.1)
    if result.alignment is None:
        assert result.status in ("infeasible", "unknown")
        assert result.cost is None
    else:
        found = evaluate(problem, result.alignment.territory_of)
        assert not found.violations
        assert result.cost == pytest.approx(found.cost)
        assert result.bound <= result.cost


def test_company_is_solved_close_to_its_bound() -> None:
    """A thousand accounts and ten reps with two measures within 5% come close to the bound."""
    result = align(make_company(1, units=600, territories=6, tolerance=0.05), effort=0.1)
    assert result.status in ("feasible", "optimal")
    assert result.gap < 0.01


def test_same_seed_gives_same_answer() -> None:
    """Counted effort gives the same alignment, cost and bound again."""
    problem = make_company(5, units=120, territories=4)
    one, other = (align(problem, seed=3, effort=0.1) for _ in range(2))
    assert one.alignment is not None
    assert other.alignment is not None
    assert np.array_equal(one.alignment.territory_of, other.alignment.territory_of)
    assert (one.cost, one.bound) == (other.cost, other.bound)


def test_unlimited_problem_is_optimal_at_the_cheapest() -> None:
    """Without limits each unit goes where it is cheapest, and that is proven."""
    cost = np.array([[1.0, 2.0], [5.0, 3.0], [4.0, 4.5]])
    result = align(AlignmentProblem.from_arrays(cost))
    assert result.status == "optimal"
    assert result.cost == 8.0
    assert result.alignment is not None
    assert result.alignment.territory_of.tolist() == [0, 1, 0]


def test_impossible_limits_are_infeasible() -> None:
    """Lower limits that ask for more than there is are proven impossible."""
    problem = AlignmentProblem.from_arrays(
        np.ones((4, 2)), {"load": np.ones(4)}, lower={"load": 3.0}
    )
    result = align(problem)
    assert result.status == "infeasible"
    assert result.alignment is None
    assert result.gap is None


def test_unit_that_nobody_may_serve_is_named() -> None:
    """A unit without any eligible territory makes the problem infeasible, by its name."""
    eligible = np.array([[True, True], [False, False]])
    problem = AlignmentProblem.from_arrays(
        np.ones((2, 2)), eligible=eligible, unit_names=["Acme", "Nobody's"]
    )
    result = align(problem)
    assert result.status == "infeasible"
    assert "Nobody's" in result.findings[0].message


def test_large_unit_is_given_room_and_named() -> None:
    """A unit larger than the limit stands alone, and the finding names it."""
    load = np.array([10.0, 1.0, 1.0, 1.0])
    cost = np.array([[0.0, 5.0], [0.0, 5.0], [0.0, 5.0], [0.0, 5.0]])
    problem = AlignmentProblem.from_arrays(cost, {"load": load}, upper={"load": 4.0})
    result = align(problem)
    assert result.status == "optimal"
    assert result.alignment is not None
    assert result.alignment.territory_of.tolist() == [1, 0, 0, 0]
    assert "unit 0" in result.findings[0].message


def test_families_stay_together_and_are_undone() -> None:
    """Members of a family share a territory, and the answer has a row for each of them."""
    cost = np.array([[0.0, 3.0], [9.0, 0.0], [0.0, 1.0]])
    result = align(AlignmentProblem.from_arrays(cost, families=[7, 7, -1]))
    assert result.alignment is not None
    assert result.alignment.territory_of.tolist() == [1, 1, 0]
    assert result.cost == 3.0


def test_start_from_prices_and_progress() -> None:
    """A second solve may begin from the first one's prices, and tells how it goes."""
    problem = make_company(2, units=200, territories=5)
    first = align(problem, effort=0.1)
    seen = []
    again = align(problem, effort=0.1, start=Start(prices=first.prices), progress=seen.append)
    assert again.gap is not None
    assert again.gap < 0.05
    assert {step.stage for step in seen} >= {"prices", "repair"}


def test_start_from_an_alignment_is_kept_where_it_is_best() -> None:
    """A start that nothing betters comes back, its limits mended only where they broke."""
    problem = make_company(2, units=200, territories=5)
    first = align(problem)
    again = align(problem, start=Start(prices=first.prices, territory_of=first_rows(first)))
    assert first.cost is not None
    assert again.cost is not None
    assert again.cost <= first.cost + 1e-9 * abs(first.cost)


def test_start_outlives_a_territory_that_is_gone() -> None:
    """Prices are taken by name and units of a territory that is no more are placed afresh."""
    problem = make_company(4, units=200, territories=5, tolerance=0.2)
    first = align(problem, effort=0.2)
    travel = problem.terms[0]
    amounts = {measure.name: measure.amounts for measure in problem.measures}
    fewer = AlignmentProblem.from_homes(
        travel.points,
        travel.homes[1:],
        amounts,
        weights=travel.weights,
        tolerance=0.2,
        territory_names=list(problem.territory_ids)[1:],
    )
    start = Start(prices=first.prices, territory_of=first_rows(first) - 1)
    again, afresh = align(fewer, start=start), align(fewer)
    assert again.cost is not None
    assert afresh.bound is not None
    assert afresh.bound <= again.cost
    assert again.bound == pytest.approx(afresh.bound, rel=2e-3)


def first_rows(result: AlignmentResult) -> np.ndarray:
    assert result.alignment is not None
    return result.alignment.territory_of


@pytest.mark.parametrize("given", [np.zeros(3, int), np.full(200, 5), np.full(200, -2)])
def test_start_that_does_not_fit_is_refused(given: np.ndarray) -> None:
    """A start has a known territory, or none, for each row."""
    problem = make_company(2, units=200, territories=5)
    with pytest.raises(ValueError, match="start"):
        align(problem, start=Start(territory_of=given))


def test_progress_tells_the_worst_balance() -> None:
    """Progress says how far the worst limit is out, 0 once an alignment keeps them all."""
    seen = []
    align(make_company(2, units=200, territories=5), effort=0.1, progress=seen.append)
    told = [step.worst_balance for step in seen if step.cost is not None]
    assert told
    assert set(told) == {0.0}


def test_interruption_keeps_the_best() -> None:
    """Ctrl-C after an alignment was found returns it."""

    def interrupt(step: object) -> None:
        if step.stage == "repair":
            raise KeyboardInterrupt

    result = align(make_company(3, units=200, territories=5, tolerance=0.3), progress=interrupt)
    assert result.interrupted
    assert result.alignment is not None


@pytest.mark.parametrize("change", [{"effort": 0.0}, {"time_limit": -1.0}])
def test_effort_and_time_must_be_positive(change: dict[str, float]) -> None:
    """Neither the effort nor the time limit may be 0 or less."""
    with pytest.raises(ValueError, match="more than 0"):
        align(make_company(0, units=10, territories=2), **change)


def catches_interruptions() -> bool:
    """Whether a handler of Python's stands for Ctrl-C, as the kernel sees it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (line,) = (line for line in lines if line.startswith("SigCgt:"))
    return bool(int(line.split()[1], 16) >> (signal.SIGINT - 1) & 1)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's view of signals")
def test_the_engine_leaves_ctrl_c_to_python() -> None:
    """CP-SAT takes over the signal unless told not to, and leaves the process without a handler."""
    before = catches_interruptions()
    align(make_company(3, units=40, territories=4, tolerance=0.03), effort=0.2)
    assert catches_interruptions() == before
