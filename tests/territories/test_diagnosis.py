"""Diagnosis: what is found impossible is impossible, and what is said to help does, just."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from planner.territories.diagnosis.attempt import reliefs_of_attempt
from planner.territories.diagnosis.conflicts import find_conflict, find_obstacles
from planner.territories.diagnosis.terms import (
    CONTIGUITY,
    ELIGIBILITY,
    HOLDS,
    Conflict,
    Relief,
    RuleGroup,
    Scales,
    group_of,
    hard_rows,
)
from planner.territories.limits import Budget, LossLimit, Measure
from planner.territories.problem import AlignmentProblem
from planner.territories.rules import check_rules

STRUCTURE = {"holds", "eligibility"}
ENDLESS = 1e4


def is_feasible(problem: AlignmentProblem) -> bool:
    """Return whether any alignment keeps every plain rule, by trying them all."""
    everyone = product(range(problem.territory_count), repeat=problem.unit_count)
    return any(
        not any(check.violations for check in check_rules(problem, np.array(chosen)))
        for chosen in everyone
    )


def limit_measure(name: str, amounts: np.ndarray, territories: int, tolerance: float) -> Measure:
    target = np.full(territories, amounts.sum() / territories)
    return Measure(
        name=name, amounts=amounts, lower=target * (1 - tolerance), upper=target * (1 + tolerance)
    )


@st.composite
def problems(draw: st.DrawFn) -> AlignmentProblem:
    """Draw a tiny problem with every kind of rule, feasible or not."""
    units, territories = draw(st.integers(3, 5)), draw(st.integers(2, 3))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    names = ["market", "potential"][: draw(st.integers(1, 2))]
    tolerance = draw(st.sampled_from([0.05, 0.2, 0.6]))
    current = rng.integers(-1, territories, units)
    owned = np.flatnonzero(current >= 0)
    stay = sparse.csr_array(
        (rng.integers(1, 9, len(owned)).astype(float), (owned, current[owned])),
        shape=(units, territories),
    )
    allowed = rng.random((2, territories)) < draw(st.sampled_from([0.6, 1.0]))
    allowed[np.arange(2), rng.integers(0, territories, 2)] = True
    classes = rng.integers(0, 2, units)
    held = np.where(rng.random(units) < draw(st.sampled_from([0.0, 0.4])), current, -1)
    held[(held >= 0) & ~allowed[classes, held]] = -1
    share = draw(st.sampled_from([None, 0.0, 0.3]))
    return AlignmentProblem.build(
        unit_ids=[f"u{n}" for n in range(units)],
        territory_ids=[f"t{n}" for n in range(territories)],
        measures=[
            limit_measure(name, rng.integers(1, 10, units).astype(float), territories, tolerance)
            for name in names
        ],
        class_of_unit=classes,
        allowed=allowed,
        held=held,
        current=current,
        budgets=()
        if share is None
        else [Budget(name="revenue", stay=stay, limit=share * stay.sum())],
        loss_limits=[
            LossLimit(name="revenue", stay=stay, limit=0.5 * np.asarray(stay.sum(axis=0)).ravel())
        ][: draw(st.integers(0, 1))],
        max_accounts=draw(st.sampled_from([np.inf, 2.0, 3.0])),
        unit_accounts=rng.integers(1, 3, units).astype(float),
    )


def relax_problem(problem: AlignmentProblem, reliefs: Sequence[Relief]) -> AlignmentProblem:
    """Return the problem with limits moved by reliefs of measures, accounts, budgets and losses."""
    by = {relief.group: relief.by for relief in reliefs}
    step = {group_of(rows): Scales().step(problem, rows) for rows in hard_rows(problem)}
    moved = {group: by.get(group, 0.0) * whole for group, whole in step.items()}
    return replace(
        problem,
        measures=tuple(widen(measure, moved) for measure in problem.measures),
        budgets=tuple(
            replace(b, limit=b.limit + float(moved[RuleGroup(kind="budget", name=b.name)][0]))
            for b in problem.budgets
        ),
        loss_limits=tuple(
            replace(loss, limit=loss.limit + moved[RuleGroup(kind="loss", name=loss.name)])
            for loss in problem.loss_limits
        ),
        max_accounts=problem.max_accounts + moved.get(RuleGroup(kind="accounts"), 0.0),
    )


def widen(measure: Measure, moved: dict[RuleGroup, np.ndarray]) -> Measure:
    by = moved.get(RuleGroup(kind="measure", name=measure.name))
    if by is None:
        return measure
    return replace(measure, lower=np.maximum(measure.lower - by, -np.inf), upper=measure.upper + by)


def without(problem: AlignmentProblem, groups: set[RuleGroup]) -> AlignmentProblem:
    """Return the problem with some groups of rules left out."""
    if HOLDS in groups:
        problem = replace(problem, held=np.full(problem.unit_count, -1))
    if ELIGIBILITY in groups:
        problem = replace(problem, allowed=np.ones_like(problem.allowed))
    limits = [Relief(group=g, by=ENDLESS) for g in groups if g.kind not in STRUCTURE]
    return relax_problem(problem, limits)


def all_groups(problem: AlignmentProblem) -> set[RuleGroup]:
    groups = {RuleGroup(kind="measure", name=measure.name) for measure in problem.measures}
    groups |= {RuleGroup(kind="budget", name=budget.name) for budget in problem.budgets}
    groups |= {RuleGroup(kind="loss", name=loss.name) for loss in problem.loss_limits}
    return groups | {RuleGroup(kind="accounts"), HOLDS, ELIGIBILITY}


@settings(max_examples=30, deadline=None)
@given(problems())
def test_obstacles_and_conflicts_are_found_only_where_nothing_is_feasible(
    problem: AlignmentProblem,
) -> None:
    """Adding up never refuses a feasible problem; a conflict is found exactly where none is."""
    feasible = is_feasible(problem)
    assert not (feasible and find_obstacles(problem))
    assert (find_conflict(problem) is None) == feasible


@settings(max_examples=15, deadline=None)
@given(problems())
def test_the_rules_in_conflict_cannot_stand_and_each_is_needed(problem: AlignmentProblem) -> None:
    """The named rules alone are infeasible; leave out any one of them and they are not."""
    conflict = find_conflict(problem)
    if conflict is None:
        return
    others = all_groups(problem) - set(conflict.groups)
    assert not is_feasible(without(problem, others))
    for group in conflict.groups:
        assert is_feasible(without(problem, others | {group}))


@settings(max_examples=15, deadline=None)
@given(problems())
def test_each_relief_is_enough_and_the_least(problem: AlignmentProblem) -> None:
    """With a relief the problem is feasible, and with a little less it is not."""
    conflict = find_conflict(problem)
    if conflict is None:
        return
    for relief in limits_of(conflict):
        more = Relief(group=relief.group, by=relief.by + 1e-5)
        less = Relief(group=relief.group, by=relief.by - 1e-4)
        assert is_feasible(relax_problem(problem, [more]))
        assert not is_feasible(relax_problem(problem, [less]))


def limits_of(conflict: Conflict) -> list[Relief]:
    return [relief for relief in conflict.reliefs if relief.group.kind not in STRUCTURE]


@settings(max_examples=15, deadline=None)
@given(problems())
def test_several_reliefs_together_are_enough(problem: AlignmentProblem) -> None:
    """Where no single rule's relief suffices, the joint one does."""
    conflict = find_conflict(problem)
    if conflict is None or not conflict.joint:
        return
    if any(relief.group.kind in STRUCTURE for relief in conflict.joint):
        return
    eased = [Relief(group=relief.group, by=relief.by + 1e-5) for relief in conflict.joint]
    assert is_feasible(relax_problem(problem, eased))


@settings(max_examples=15, deadline=None)
@given(problems(), st.integers(0, 1_000))
def test_an_attempt_stands_with_the_reliefs_it_needs(problem: AlignmentProblem, seed: int) -> None:
    """Limits moved as far as an alignment needs let that alignment keep them all."""
    drawn = np.random.default_rng(seed).integers(0, problem.territory_count, problem.unit_count)
    reliefs = reliefs_of_attempt(problem, drawn)
    checks = check_rules(relax_problem(problem, reliefs), drawn)
    broken = {check.rule for check in checks if check.violations}
    assert broken <= {"holds", "eligibility"}


def test_least_tolerance_of_three_equal_units_for_two() -> None:
    """Three units of one amount split two and one: a third off the target either way."""
    problem = AlignmentProblem.from_arrays(np.zeros((3, 2)), {"w": np.ones(3)}, tolerance=0.1)
    conflict = find_conflict(problem)
    assert conflict is not None
    (relief,) = conflict.reliefs
    assert relief.group.name == "w"
    assert relief.by == pytest.approx(1 / 3 - 0.1, abs=1e-5)


def test_an_unreachable_territory_is_named_with_what_it_can_have() -> None:
    """A territory that may serve one small unit cannot reach its lower limit."""
    cost = sparse.csr_array(np.array([[1.0, 0, 1], [1, 0, 1], [1, 0, 1], [1, 1, 1]]))
    problem = AlignmentProblem.from_arrays(
        cost, {"w": np.array([5.0, 5, 4, 1])}, tolerance=0.2, territory_names=["a", "b", "c"]
    )
    found = find_obstacles(problem)
    assert [(f.side, f.territories.tolist(), f.amount, f.limit) for f in found] == [
        ("upper", [0, 2], 14.0, pytest.approx(12.0)),
        ("lower", [1], 1.0, pytest.approx(4.0)),
    ]
    assert {f.groups for f in found} == {(RuleGroup(kind="measure", name="w"), ELIGIBILITY)}


def test_holds_are_blamed_only_where_they_are_needed() -> None:
    """More accounts than all may have is told without the holds; a full rep with them."""
    held = np.array([0, 0, 0, -1, -1, -1])
    arguments = {"cost": np.zeros((6, 2)), "measures": {}, "held": held}
    everyone = find_obstacles(AlignmentProblem.from_arrays(**arguments, max_accounts=2))
    assert everyone[0].groups == (RuleGroup(kind="accounts"),)
    assert everyone[0].reliefs[0].by == pytest.approx(1.0)
    tight = find_obstacles(AlignmentProblem.from_arrays(**arguments, max_accounts=[2, 4]))
    assert [f.groups for f in tight] == [(RuleGroup(kind="accounts"), HOLDS)]


def test_more_islands_than_territories_are_an_obstacle() -> None:
    """Three parts that do not touch cannot be two connected territories."""
    problem = AlignmentProblem.from_arrays(np.zeros((4, 2)), {}, neighbours=np.array([[0, 1]]))
    found = find_obstacles(problem)
    assert [(f.amount, f.limit) for f in found] == [(3.0, 2.0)]


def test_units_held_apart_are_an_obstacle() -> None:
    """Both ends of a chain held to one and the middle to another cannot hang together."""
    problem = AlignmentProblem.from_arrays(
        np.zeros((3, 2)),
        {},
        neighbours=np.array([[0, 1], [1, 2]]),
        held=np.array([0, 1, 0]),
        territory_names=["a", "b"],
    )
    assert [f.territories.tolist() for f in find_obstacles(problem)] == [[0]]


def test_a_conflict_of_bunches_is_proven_on_the_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Units taken in bunches still give a proof, and a relief close to that of single units."""
    rng = np.random.default_rng(3)
    amounts, current = rng.integers(1, 50, 60).astype(float), rng.integers(0, 4, 60)
    stay = sparse.csr_array((amounts, (np.arange(60), current)), shape=(60, 4))
    target = np.full(4, amounts.sum() / 4)
    problem = AlignmentProblem.build(
        unit_ids=[f"u{n}" for n in range(60)],
        territory_ids=list("abcd"),
        measures=[Measure(name="w", amounts=amounts, lower=target * 0.99, upper=target * 1.01)],
        current=current,
        budgets=[Budget(name="revenue", stay=stay, limit=0.001 * amounts.sum())],
    )
    monkeypatch.setattr("planner.territories.diagnosis.conflicts.MOST_WHOLE", 0)
    single = find_conflict(problem)
    monkeypatch.setattr("planner.territories.diagnosis.conflicts.MOST_PAIRS", 80)
    bunched = find_conflict(problem)
    assert single is not None
    assert bunched is not None
    assert bunched.proven
    assert set(bunched.groups) == set(single.groups)
    for one, other in zip(single.reliefs, bunched.reliefs, strict=True):
        assert one.by - 1e-6 <= other.by <= one.by * 1.5 + 0.02


@pytest.mark.parametrize("island", [1.0, 2.0])
def test_an_island_that_fits_no_whole_number_of_territories_is_named(island):
    """What cut-off units come to is said, and the least wider tolerance just lets them be."""
    amounts = np.array([1.0, 1.0, 1.0, 1.0, island])
    problem = AlignmentProblem.build(
        unit_ids=["a", "b", "c", "d", "island"],
        territory_ids=["x", "y"],
        measures=[
            Measure(name="calls", amounts=amounts, lower=np.full(2, 2.4), upper=np.full(2, 3.6))
        ],
        neighbours=np.array([(0, 1), (1, 2), (2, 3)]),
    )
    found = [o for o in find_obstacles(problem) if CONTIGUITY in o.groups]
    assert found
    for obstacle in found:
        (relief,) = obstacle.reliefs
        for by, possible in ((relief.by * 1.001, True), (relief.by * 0.99, False)):
            wider = relax_problem(problem, [Relief(group=relief.group, by=by)])
            assert is_feasible(wider) is possible
    assert is_feasible(problem) is False


@pytest.mark.parametrize(
    ("held", "eligible", "groups", "amount"),
    [
        # The middle one of five is not eligible: two on the left, two on the right.
        (None, [True, True, False, True, True], {CONTIGUITY, ELIGIBILITY}, 2.0),
        # The second is held to the other territory: one on the left, three on the right.
        ([-1, 1, -1, -1, -1], [True] * 5, {CONTIGUITY, HOLDS}, 3.0),
        ([-1, -1, -1, 1, -1], [True, False, True, True, True], {CONTIGUITY, ELIGIBILITY}, 3.0),
    ],
)
def test_a_territory_cut_off_from_enough_is_blamed_on_what_cuts_it_off(
    held, eligible, groups, amount
):
    """Eligibility or holds are named where lifting them would connect it to enough, others not."""
    problem = AlignmentProblem.from_arrays(
        np.ones((5, 2)),
        {"calls": np.ones(5)},
        lower={"calls": np.array([3.5, 0.0])},
        neighbours=np.array([(0, 1), (1, 2), (2, 3), (3, 4)]),
        held=held,
        eligible=np.column_stack([eligible, [True] * 5]),
    )
    first = next(o for o in find_obstacles(problem) if CONTIGUITY in o.groups)
    assert {group for group in first.groups if group.kind != "measure"} == groups
    assert first.territories.tolist() == [0]
    assert first.amount == pytest.approx(amount)
    assert first.limit == pytest.approx(3.5)
