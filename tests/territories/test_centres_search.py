"""Centres chosen among sites and points: brute force, bounds, limits and repeatability."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.territories import AlignmentProblem, align
from planner.territories.alignment import Start
from planner.territories.centres.cycles import make_state
from planner.territories.centres.model import make_choice
from planner.territories.sites.recombination import make_pair, part_again
from planner.territories.sites.state import fill_slots


def find_best(cost, amounts, territories, lower, upper, connected=None):
    """Return the least cost over all choices of sites and units, by trying them all."""
    best = np.inf
    units, sites = cost.shape
    for chosen in combinations(range(sites), territories):
        for way in product(range(territories), repeat=units):
            owner = np.array(way)
            loads = np.bincount(owner, amounts, territories)
            sizes = np.bincount(owner, minlength=territories)
            if (sizes == 0).any() or (loads < lower - 1e-9).any() or (loads > upper + 1e-9).any():
                continue
            if connected is not None and not connected(owner):
                continue
            best = min(best, float(cost[np.arange(units), np.array(chosen)[owner]].sum()))
    return best


def are_connected(owner, edges):
    """Say by flooding whether every territory hangs together."""
    for slot in np.unique(owner):
        members = set(np.flatnonzero(owner == slot).tolist())
        seen, queue = set(), [min(members)]
        while queue:
            unit = queue.pop()
            if unit in seen:
                continue
            seen.add(unit)
            for a, b in edges:
                if unit in (a, b):
                    other = b if unit == a else a
                    if other in members:
                        queue.append(other)
        if seen != members:
            return False
    return True


@pytest.mark.parametrize("seed", range(6))
def test_small_choices_of_sites_match_brute_force(seed):
    """The bound never exceeds the optimum, and an answer called optimal costs just that."""
    rng = np.random.default_rng(seed)
    cost = rng.uniform(1, 20, (7, 4)).round(2)
    amounts = rng.integers(1, 6, 7).astype(float)
    upper = np.ceil(amounts.sum() / 2 * 1.3)
    lower = np.floor(amounts.sum() / 2 * 0.7)
    best = find_best(cost, amounts, 2, lower, upper)
    problem = AlignmentProblem.from_sites(
        cost, 2, {"calls": amounts}, lower={"calls": lower}, upper={"calls": upper}
    )
    result = align(problem, seed=seed, effort=0.5)
    assert result.bound is not None
    assert result.bound <= best + 1e-6
    assert result.cost is not None
    assert result.cost >= best - 1e-6
    if result.status == "optimal":
        assert result.cost == pytest.approx(best)
    assert result.cost <= 1.05 * best


@pytest.mark.parametrize("seed", range(3))
def test_small_connected_choices_match_brute_force(seed):
    """On a grid drawn in text, contiguity is kept and the bound stays below the optimum."""
    # 0-1-2
    # |   |
    # 3-4-5
    edges = [(0, 1), (1, 2), (0, 3), (2, 5), (3, 4), (4, 5)]
    rng = np.random.default_rng(seed)
    points = np.array([[0, 1], [1, 1], [2, 1], [0, 0], [1, 0], [2, 0]]) + rng.normal(0, 0.2, (6, 2))
    cost = np.linalg.norm(points[:, None] - points[None], axis=2)
    amounts = rng.integers(1, 5, 6).astype(float)
    upper = amounts.sum() / 2 + 2
    best = find_best(cost, amounts, 2, 0.0, upper, lambda owner: are_connected(owner, edges))
    problem = AlignmentProblem.from_sites(
        cost, 2, {"calls": amounts}, upper={"calls": upper}, neighbours=np.array(edges)
    )
    result = align(problem, seed=0, effort=0.5)
    assert result.bound <= best + 1e-6
    assert result.alignment is not None
    assert are_connected(result.alignment.territory_of, edges)
    assert result.cost >= best - 1e-6


def test_points_keep_their_limits_and_the_same_seed_gives_the_same_plan():
    """A median problem of sixty points repeats, keeps its limits and reports its own cost."""
    rng = np.random.default_rng(5)
    points, calls = rng.uniform(0, 10, (60, 2)), rng.integers(1, 9, 60).astype(float)
    upper = calls.sum() / 5 * 1.1
    problem = AlignmentProblem.from_points(points, 5, {"calls": calls}, upper={"calls": upper})
    one, other = (align(problem, seed=3, effort=0.3) for _ in range(2))
    owner, centres = one.alignment.territory_of, one.alignment.centres
    assert (owner == other.alignment.territory_of).all()
    assert one.cost == other.cost
    assert np.bincount(owner, calls, 5).max() <= upper
    assert len(set(centres.tolist())) == 5
    away = np.linalg.norm(points - points[centres[owner]], axis=1)
    assert one.cost == pytest.approx(away.sum())
    assert one.bound <= one.cost


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    units=st.integers(6, 30),
    territories=st.integers(2, 4),
    distance=st.sampled_from(["euclidean", "squared", "haversine"]),
)
def test_any_points_keep_two_measures_within_their_limits(seed, units, territories, distance):
    """Whatever the points, an answer that is given keeps the upper limits of two measures."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(-40, 40, (units, 2))
    calls, sales = rng.uniform(0.5, 2, units), rng.lognormal(0, 0.5, units)
    # A unit beyond the limit may stand alone: here none is.
    most = max(sales.sum() / territories * 1.8, sales.max())
    upper = {"calls": calls.sum() / territories * 1.6, "sales": most}
    problem = AlignmentProblem.from_points(
        points, territories, {"calls": calls, "sales": sales}, upper=upper, distance=distance
    )
    result = align(problem, seed=0, effort=0.1)
    if result.alignment is None:
        return
    owner = result.alignment.territory_of
    for name, amounts in (("calls", calls), ("sales", sales)):
        assert np.bincount(owner, amounts, territories).max() <= upper[name] * (1 + 1e-6)
    assert result.bound is None or result.bound <= result.cost


def test_limits_by_site_follow_the_chosen_site():
    """A small site takes little even where it is the cheapest."""
    cost = np.array([[0.0, 5, 9], [1, 5, 9], [1, 5, 9], [9, 1, 1.5]])
    problem = AlignmentProblem.from_sites(
        cost, 2, {"calls": np.ones(4)}, upper={"calls": np.array([1.0, 3.0, 3.0])}
    )
    result = align(problem, seed=0)
    # Site 0 with three units would cost 4; it takes one, so 0 + 5 + 5 + 1 is best.
    assert result.cost == pytest.approx(11.0)


def test_open_headcount_is_placed_beside_homes_that_stand():
    """The open territory goes to the cluster without a home, the home stays."""
    points = np.array([[0.0, 0], [0, 1], [1, 0], [10, 10], [10, 11], [11, 10]])
    homes = np.array([[0.0, 0.0], [np.nan, np.nan]])
    problem = AlignmentProblem.from_homes(
        points, homes, {"calls": np.ones(6)}, upper={"calls": 3.0}
    )
    result = align(problem, seed=0)
    assert result.alignment.territory_of.tolist() == [0, 0, 0, 1, 1, 1]
    assert result.alignment.centre_points[1].tolist() == [10.0, 10.0]
    assert result.alignment.centre_points[0].tolist() == [0.0, 0.0]


def test_means_are_the_centres_of_balanced_clusters():
    """Two clear groups are found, and the cost is the sum of squares about their means."""
    rng = np.random.default_rng(1)
    points = np.concatenate([rng.normal(0, 1, (20, 2)), rng.normal(8, 1, (20, 2))])
    problem = AlignmentProblem.from_points(
        points,
        2,
        {"points": np.ones(40)},
        lower={"points": 20},
        upper={"points": 20},
        distance="squared",
        centres="mean",
    )
    result = align(problem, seed=0)
    groups = [points[:20], points[20:]]
    squares = sum(((group - group.mean(axis=0)) ** 2).sum() for group in groups)
    assert result.cost == pytest.approx(squares)
    assert result.bound <= squares + 1e-9


def test_more_centres_than_sites_is_refused():
    """Three centres cannot be chosen among two sites."""
    with pytest.raises(ValueError, match="3 centres"):
        AlignmentProblem.from_sites(np.ones((5, 2)), 3, {"calls": np.ones(5)})


def test_a_start_is_kept_where_nothing_better_is_found():
    """A good earlier answer survives the smallest effort, also where some of it is unknown."""
    rng = np.random.default_rng(2)
    points, calls = rng.uniform(0, 10, (80, 2)), rng.integers(1, 9, 80).astype(float)
    upper = calls.sum() / 6 * 1.1
    problem = AlignmentProblem.from_points(points, 6, {"calls": calls}, upper={"calls": upper})
    good = align(problem, seed=0)
    kept = align(
        problem, seed=1, effort=0.01, start=Start(territory_of=good.alignment.territory_of)
    )
    assert kept.cost <= good.cost * (1 + 1e-9)
    partly = good.alignment.territory_of.copy()
    partly[:5] = -1
    assert align(problem, seed=1, effort=0.01, start=Start(territory_of=partly)).cost is not None


@pytest.mark.parametrize("lost", [0, 8])
def test_a_start_is_used_where_centres_are_means(lost):
    """Means are sought from an earlier answer: the least effort ends as well, and with its names."""
    rng = np.random.default_rng(3)
    points = np.concatenate([rng.normal(9 * town, 1.5, (15, 2)) for town in range(4)])
    problem = AlignmentProblem.from_points(
        points,
        4,
        {"points": np.ones(60)},
        upper={"points": 18},
        distance="squared",
        centres="mean",
    )
    good = align(problem, seed=0)
    # Other names than any start of its own would give.
    given = (good.alignment.territory_of + 2) % 4
    given[:lost] = -1
    again = align(problem, seed=5, effort=0.001, start=Start(territory_of=given))
    assert again.cost <= good.cost * (1 + 1e-9)
    assert again.alignment.territory_of[lost:].tolist() == given[lost:].tolist()


@pytest.mark.parametrize("seed", range(4))
def test_two_territories_are_parted_again_as_brute_force_does(seed):
    """Every split of two territories of a small map, tried by hand, has the same least cost."""
    rng = np.random.default_rng(seed)
    edges = np.array([(i, i + 1) for i in range(8) if i % 3 != 2] + [(i, i + 3) for i in range(6)])
    points = np.array([[i % 3, i // 3] for i in range(9)]) + rng.normal(0, 0.2, (9, 2))
    calls = rng.integers(1, 5, 9).astype(float)
    upper = calls.sum() / 2 + 2
    problem = AlignmentProblem.from_points(
        points, 2, {"calls": calls}, upper={"calls": upper}, neighbours=edges
    )
    choice = make_choice(problem)
    slot_of = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1])
    state = make_state(choice, slot_of, np.array([0, 4]))
    fill_slots(choice.costs, choice.rules, state, np.arange(9), np.ones(2, np.bool_))
    for free in (np.arange(9), np.array([1, 2, 3, 4, 5])):
        settled = np.setdiff1d(np.arange(9), free)
        pair = make_pair(choice.costs, choice.rules, state, 0, 1, free)
        found = part_again(choice.rules, choice.graph, state, pair, 1e6)
        away = np.linalg.norm(points[:, None] - points[None], axis=2)
        best = np.inf
        for way in product(range(2), repeat=9):
            owner = np.array(way)
            loads = np.bincount(owner, calls, 2)
            if (owner[settled] != slot_of[settled]).any() or len(set(way)) < 2:
                continue
            if loads.max() > upper or not are_connected(owner, edges.tolist()):
                continue
            groups = [np.flatnonzero(owner == slot) for slot in range(2)]
            best = min(best, sum(away[np.ix_(g, g)].sum(axis=0).min() for g in groups))
        assert found[3] + 1e6 * found[4] == pytest.approx(best)


def test_equal_points_around_means_stay_near_them() -> None:
    """Three far towns of unlike sizes, four territories of ten: nobody crosses between towns in vain."""
    rng = np.random.default_rng(0)
    towns = np.repeat([[0.0, 0.0], [100.0, 0.0], [0.0, 100.0]], [10, 10, 20], axis=0)
    points = towns + rng.normal(0, 1, towns.shape)
    problem = AlignmentProblem.from_points(
        points,
        4,
        {"points": np.ones(40)},
        lower={"points": 10},
        upper={"points": 10},
        distance="squared",
        centres="mean",
    )
    result = align(problem, effort=0.1)
    assert result.alignment is not None
    owner = result.alignment.territory_of
    assert np.bincount(owner).tolist() == [10, 10, 10, 10]
    assert result.cost < 40 * 4.0
    assert len(set(owner[:10].tolist())) == 1
    assert len(set(owner[10:20].tolist())) == 1
