"""Whole territories: knapsacks, their listing, the model that joins them, homes that stand beside."""

from __future__ import annotations

from concurrent.futures import Future
from itertools import chain, combinations, permutations, product

import numpy as np
import pytest

from planner.territories import AlignmentProblem, align
from planner.territories.centres import solving
from planner.territories.centres.combining import (
    choose_columns,
    join_columns,
    make_cover,
    reduce_costs,
    take_columns,
)
from planner.territories.centres.model import list_sites, make_choice
from planner.territories.sites.columns import (
    ColumnPool,
    Columns,
    enumerate_columns,
    list_territories,
)
from planner.territories.sites.dual import climb_prices, price_sites
from planner.territories.sites.knapsacks import fill_site


def list_subsets(count):
    """Return all subsets of some numbers but the empty one, as lists."""
    return [
        list(some) for some in chain(*(combinations(range(count), n) for n in range(1, count + 1)))
    ]


def make_points(seed, units=9, territories=3):
    """Return points with calls and a limit, and the problem of choosing centres among them."""
    rng = np.random.default_rng(seed)
    points, calls = rng.uniform(0, 10, (units, 2)), rng.integers(1, 9, units).astype(float)
    upper = float(np.ceil(calls.sum() / territories * 1.25))
    problem = AlignmentProblem.from_points(
        points, territories, {"calls": calls}, upper={"calls": upper}
    )
    return points, calls, upper, problem


@pytest.mark.parametrize("seed", range(8))
def test_a_site_serves_the_best_whole_units(seed):
    """The search for whole units finds what trying all subsets finds; without steps shares do."""
    rng = np.random.default_rng(seed)
    worth, load = -rng.uniform(0, 5, 9), rng.integers(0, 8, 9).astype(float)
    upper = float(load.sum()) / 2
    shares = np.zeros(9)
    value = fill_site(shares, worth, load, upper, 10_000)
    best = min(worth[some].sum() for some in list_subsets(9) if load[some].sum() <= upper + 1e-9)
    assert value == pytest.approx(best)
    assert (shares @ worth, shares @ load <= upper + 1e-9) == (pytest.approx(best), True)
    assert fill_site(shares, worth, load, upper, 0) <= best + 1e-9
    assert fill_site(shares, worth, load, upper, 1) <= best + 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_all_territories_that_cost_little_are_listed(seed):
    """Each set of units within the limit is listed once where it costs little above its worth."""
    points, calls, upper, problem = make_points(seed)
    choice = make_choice(problem)
    lists, prices = list_sites(choice), np.full(9, 3.0)
    found = enumerate_columns(choice.costs, choice.rules, lists, prices, -4.0, 3.0, 600)
    listed = {
        tuple(found.unit[a:b].tolist()): cost
        for a, b, cost in zip(found.first, found.first[1:], found.cost, strict=False)
    }
    away = np.linalg.norm(points[:, None] - points[None], axis=2)
    wanted = {}
    for some in list_subsets(9):
        cost = away[np.ix_(some, some)].sum(axis=0).min()
        centre = some[int(np.argmin(away[np.ix_(some, some)].sum(axis=0)))]
        near = away[some, centre].max() < 6.0
        if near and calls[some].sum() <= upper and cost - 3.0 * len(some) + 4.0 <= 3.0:
            wanted[tuple(some)] = cost
    assert len(listed) == found.cost.size
    assert listed == pytest.approx(wanted)


@pytest.mark.parametrize("seed", range(4))
def test_the_model_joins_the_best_territories(seed):
    """Chosen of all territories there are, they make the plan that brute force finds."""
    points, calls, upper, problem = make_points(seed, units=8)
    choice = make_choice(problem)
    everything = enumerate_columns(
        choice.costs, choice.rules, list_sites(choice), np.full(8, 100.0), 0.0, 900.0, 4_000
    )
    chosen, finished = choose_columns(make_cover(choice, everything, np.arange(8), 3), None, 1.0)
    assert finished
    away = np.linalg.norm(points[:, None] - points[None], axis=2)
    best = np.inf
    for way in product(range(3), repeat=8):
        groups = [np.flatnonzero(np.array(way) == slot) for slot in range(3)]
        if all(g.size > 0 and calls[g].sum() <= upper for g in groups):
            best = min(best, sum(away[np.ix_(g, g)].sum(axis=0).min() for g in groups))
    taken = take_columns(everything, chosen)
    assert taken.cost.sum() == pytest.approx(best)
    assert np.sort(taken.unit).tolist() == list(range(8))
    # The climb of the prices over whole units ends below that, and above the one over shares.
    lists, none = list_sites(choice), np.zeros((0, 0))
    start = np.full(8, 2.0)
    bounds = [
        climb_prices(lists, none, start, best, 200, lambda *_: True, nodes=nodes).bound
        for nodes in (0, 1_000)
    ]
    assert max(bounds) <= best + 1e-6
    for prices in (start, start * 2):
        shares, whole = (
            price_sites(lists, none, prices, np.zeros(8), nodes) for nodes in (0, 1_000)
        )
        assert shares.bound <= whole.bound + 1e-9 <= best + 1e-6


def test_a_site_that_two_territories_name_is_used_once():
    """Where units share a cheapest site, the model does not centre two territories on it."""
    cost = np.array([[0.0, 9], [0, 9], [1, 3], [1, 9]])
    choice = make_choice(
        AlignmentProblem.from_sites(cost, 2, {"calls": np.ones(4)}, upper={"calls": 3})
    )
    rows = [([0, 1], 0, 0.0), ([2, 3], 0, 2.0), ([0, 1, 3], 0, 1.0), ([2], 1, 3.0)]
    columns = Columns(
        np.cumsum([0, *(len(units) for units, _, _ in rows)]),
        np.array(list(chain(*(units for units, _, _ in rows)))),
        np.array([site for _, site, _ in rows]),
        np.array([paid for _, _, paid in rows]),
    )
    chosen, _ = choose_columns(make_cover(choice, columns, np.arange(4), 2), None, 1.0)
    assert chosen.tolist() == [2, 3]


def test_a_pool_keeps_the_cheapest_of_the_same_units():
    """The same set of units is kept once, with the cheaper site; what is not wanted is forgotten."""
    owner = np.array([1, 0, 1, 0])
    dear = list_territories(owner, np.array([3, 2]), np.array([1.0, 2, 3, 4]))
    cheap = list_territories(owner, np.array([1, 2]), np.array([1.0, 1, 3, 1]))
    pool = ColumnPool()
    for columns in (dear, cheap, dear):
        pool.add(columns)
    every = pool.list_all()
    assert (every.unit.tolist(), every.site.tolist()) == ([1, 3, 0, 2], [1, 2])
    assert every.cost.tolist() == [2.0, 4.0]
    assert reduce_costs(every, np.ones(4), -1.0).tolist() == [1.0, 3.0]
    pool.keep(np.array([False, True]))
    assert pool.list_all().unit.tolist() == [0, 2]
    both = join_columns(every, pool.list_all())
    assert (both.first.tolist(), both.cost.tolist()) == ([0, 2, 4, 6], [2.0, 4.0, 4.0])


class OneThread:
    """An executor that has no thread of its own: it works when it is asked for the result."""

    def __init__(self, threads):
        assert threads == 1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def submit(self, function, *given):
        """Do the work at once."""
        made = Future()
        made.set_result(function(*given))
        return made


def test_the_same_bytes_come_from_one_thread(monkeypatch):
    """Whether search and partner go on beside each other or one by one, the answer is the same."""
    _, _, _, problem = make_points(5, units=60, territories=15)
    beside = align(problem, seed=3, effort=0.1)
    monkeypatch.setattr(solving, "ThreadPoolExecutor", OneThread)
    alone = align(problem, seed=3, effort=0.1)
    assert beside.alignment.territory_of.tolist() == alone.alignment.territory_of.tolist()
    assert (beside.cost, beside.bound) == (alone.cost, alone.bound)


def find_best_mixed(points, calls, homes, lower, upper, held):
    """Return the least cost over all places of the open homes and all assignments."""
    units, territories = len(points), len(homes)
    ways = np.array(list(product(range(territories), repeat=units)))
    right = np.ones(len(ways), bool)
    for slot in range(territories):
        loads = ((ways == slot) * calls).sum(axis=1)
        right &= (loads <= upper[slot] + 1e-9) & (loads >= lower[slot] - 1e-9)
    for unit in np.flatnonzero(held >= 0):
        right &= ways[:, unit] == held[unit]
    ways, best = ways[right], np.inf
    open_slots = np.flatnonzero(np.isnan(homes[:, 0]))
    for chosen in permutations(range(units), len(open_slots)):
        places = homes.copy()
        places[open_slots] = points[list(chosen)]
        cost = np.linalg.norm(points[:, None] - places[None], axis=2)
        best = min(best, cost[np.arange(units), ways].sum(axis=1).min(initial=np.inf))
    return best


def solve_mixed(seed, kind):
    """Return the least cost of a tiny plan of homes given and open, and what the engine finds."""
    rng = np.random.default_rng([seed, 7])
    units, territories = 6, int(rng.integers(2, 4))
    points, calls = rng.uniform(0, 10, (units, 2)), rng.integers(1, 6, units).astype(float)
    homes = rng.uniform(0, 10, (territories, 2))
    homes[rng.permutation(territories)[: rng.integers(1, territories)]] = np.nan
    mean, held = calls.sum() / territories, np.full(units, -1)
    lower, upper = np.zeros(territories), np.full(territories, np.inf)
    given: dict[str, object] = {}
    if kind in ("upper", "both"):
        upper = rng.uniform(1.1, 1.6, territories) * max(mean, calls.max())
        given["upper"] = {"calls": upper}
    if kind == "both":
        lower = np.full(territories, 0.5 * mean)
        given["lower"] = {"calls": lower}
    if kind == "held":
        held[0] = rng.integers(territories)
        given["held"] = held
    best = find_best_mixed(points, calls, homes, lower, upper, held)
    problem = AlignmentProblem.from_homes(points, homes, {"calls": calls}, **given)
    return best, held, align(problem, seed=seed)


@pytest.mark.parametrize("kind", ["free", "upper", "both"])
@pytest.mark.parametrize("seed", range(4))
def test_homes_that_stand_beside_open_ones_match_brute_force(seed, kind):
    """Tiny plans with some homes given and some open: true bounds, and the least cost found."""
    best, _, result = solve_mixed(seed, kind)
    assert result.bound <= best + 1e-6
    assert result.cost == pytest.approx(best)


def test_open_homes_move_to_what_is_held():
    """With a unit held, tiny plans end at the least cost, proven."""
    for seed in range(6):
        best, held, result = solve_mixed(seed, "held")
        assert result.status == "optimal"
        assert result.cost == pytest.approx(best)
        assert result.alignment.territory_of[0] == held[0]
