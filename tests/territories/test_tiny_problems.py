"""Tiny problems of every kind with rules drawn at random, against all of their partitions."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import permutations, product

import numpy as np
import pytest

from planner.territories import AlignmentProblem, align
from planner.territories.given.exact import Piece, solve_piece
from planner.territories.given.moves import Ground

CLOSE = 1e-7


@dataclass
class Tiny:
    """Rules of a tiny problem, as they are given and as its partitions are held against them."""

    units: int
    territories: int
    given: dict = field(default_factory=dict)
    near: np.ndarray | None = None

    def draw(self, rng):
        """Draw limits, zones, budgets, accounts and holds."""
        units, count = self.units, self.territories
        amounts = rng.integers(1, 9, units) if rng.random() < 0.4 else rng.lognormal(0, 0.8, units)
        mean, width = amounts.sum() / count, float(rng.choice([0.25, 0.5, 0.8]))
        self.given["measures"] = {"work": amounts.astype(float)}
        kind = rng.integers(4)
        if kind in (0, 1):
            self.given["upper"] = {"work": mean * (1 + width) * (1 + rng.uniform(0, 0.3, count))}
        if kind in (1, 2):
            self.given["lower"] = {"work": mean * (1 - width)}
        if kind == 3:
            zones = {"target": mean, "tolerance": 0.1, "buffer": 0.2, "penalty": (1.0, 5.0)}
            self.given["soft"] = {"work": zones}
        if rng.random() < 0.3:
            self.given["held"] = np.where(
                rng.random(units) < 0.3, rng.integers(0, count, units), -1
            )
        if rng.random() < 0.3:
            self.given["current"] = rng.integers(-1, count, units)
            self.given["budgets"] = {"accounts": {"limit": float(rng.integers(1, units))}}
        if rng.random() < 0.3:
            self.given["max_accounts"] = int(np.ceil(units / count)) + 1

    def relate(self, rng):
        """Draw families, their members held alike."""
        family = self.given["families"] = rng.choice([-1, -1, 0, 1], self.units)
        for one in (0, 1):
            members = np.flatnonzero(family == one)
            if "held" in self.given and members.size:
                self.given["held"][members] = self.given["held"][members[0]]

    def bar(self, rng):
        """Draw who may not serve what; what is held may be where it is."""
        may = rng.random((self.units, self.territories)) < 0.7
        held = np.asarray(self.given.get("held", np.full(self.units, -1)))
        may[held >= 0] = True
        self.given["eligible"] = may | ~may.any(axis=1)[:, None]

    @property
    def groups(self):
        """Which units stay together, (groups, units)."""
        family = np.asarray(self.given.get("families", np.full(self.units, -1)))
        keys = np.where(family < 0, np.arange(self.units), self.units + family)
        return np.unique(keys)[:, None] == keys

    def touch(self, edges):
        """Ask for connected territories."""
        self.near = np.zeros((self.units, self.units), bool)
        self.near[edges[:, 0], edges[:, 1]] = self.near[edges[:, 1], edges[:, 0]] = True
        np.fill_diagonal(self.near, val=True)

    def list_right(self):
        """Return all partitions that keep the rules, and what their soft limits cost."""
        ways = np.array(list(product(range(self.territories), repeat=self.units)))
        right, extra = np.ones(len(ways), bool), np.zeros(len(ways))
        held, current = self.given.get("held"), self.given.get("current")
        if held is not None:
            right &= ((held < 0) | (ways == held)).all(axis=1)
        if current is not None:
            moved = ((current >= 0) & (ways != current)).sum(axis=1)
            right &= moved <= self.given["budgets"]["accounts"]["limit"]
        may = self.given.get("eligible", np.ones((self.units, self.territories), bool))
        right &= may[np.arange(self.units), ways].all(axis=1)
        for group in self.groups:
            right &= (ways[:, group] == ways[:, group][:, :1]).all(axis=1)
        for slot in range(self.territories):
            mine = ways == slot
            right &= mine.sum(axis=1) <= self.given.get("max_accounts", self.units)
            keeps, cost = self.judge(mine, slot)
            right, extra = right & keeps, extra + cost
            if self.near is not None:
                right &= np.array([self.hangs_together(row) for row in mine])
        return ways[right], extra[right]

    def judge(self, mine, slot):
        """Say whether a territory keeps its limits with each set, and what its zones cost."""
        amounts = self.given["measures"]["work"]
        load = mine @ amounts
        lower = np.broadcast_to(self.given.get("lower", {}).get("work", -np.inf), self.territories)
        upper = np.broadcast_to(self.given.get("upper", {}).get("work", np.inf), self.territories)
        whole = self.groups @ amounts
        holds = mine[:, self.groups.argmax(axis=1)]
        large = np.where(holds & (whole > upper[slot]), whole, 0).max(axis=1)
        keeps = (load <= np.maximum(upper[slot], large) + CLOSE) & (load >= lower[slot] - CLOSE)
        if "soft" not in self.given:
            return keeps, 0.0
        zones = self.given["soft"]["work"]
        off = np.abs(load / zones["target"] - 1) - zones["tolerance"]
        inside, beyond = np.clip(off, 0, zones["buffer"]), np.maximum(off - zones["buffer"], 0)
        return keeps, inside * zones["penalty"][0] + beyond * zones["penalty"][1]

    def hangs_together(self, mine):
        """Say whether some units are connected."""
        if not mine.any():
            return True
        reached = np.arange(self.units) == np.flatnonzero(mine)[0]
        for _ in range(self.units):
            reached = self.near[reached].any(axis=0) & mine
        return bool((reached == mine).all())


def check(problem, ways, costs):
    """Hold what the engine says against the least cost of all partitions."""
    result = align(problem)
    if len(ways) == 0:
        assert result.status == "infeasible"
        return
    best = float(costs.min())
    assert result.alignment is not None
    assert result.bound <= best + CLOSE * max(1.0, best)
    assert result.cost == pytest.approx(best, rel=1e-6, abs=1e-9)
    assert (ways == result.alignment.territory_of).all(axis=1).any()
    # Zones are counted in whole numbers by the solver, to about this much.
    assert result.gap is None or result.gap < 1e-5


def draw_edges(rng, units):
    """Return a ring of units with some more neighbours."""
    ring = np.column_stack([np.arange(units), (np.arange(units) + 1) % units])
    return np.vstack([ring[: units - int(rng.integers(2))], rng.integers(0, units, (3, 2))])


def price_centres(cost, ways, territories, fixed=()):
    """Return the least cost of each partition over all distinct places of its open centres."""
    open_sites = [site for site in range(cost.shape[1]) if site not in fixed]
    share = np.stack([(ways == slot) @ cost for slot in range(territories)])
    best = np.full(len(ways), np.inf)
    for chosen in permutations(open_sites, territories - len(fixed)):
        sites = (*fixed, *chosen)
        best = np.minimum(best, sum(share[slot][:, site] for slot, site in enumerate(sites)))
    return best


@pytest.mark.parametrize("kind", ["sites", "points", "homes"])
@pytest.mark.parametrize("seed", range(8))
def test_chosen_centres_match_all_partitions(kind, seed):
    """Centres among sites, among points, and beside homes that stand, families among the rules."""
    rng = np.random.default_rng([seed, 11])
    tiny = Tiny(units=6, territories=int(rng.integers(2, 4)))
    tiny.draw(rng)
    if rng.random() < 0.4:
        edges = draw_edges(rng, tiny.units)
        tiny.touch(edges)
        tiny.given["neighbours"] = edges
    if seed % 2:
        tiny.relate(rng)
    if seed % 3 == 0:
        tiny.bar(rng)
    points, fixed = rng.random((tiny.units, 2)), ()
    cost = np.linalg.norm(points[:, None] - points[None], axis=2)
    if kind == "sites":
        cost = rng.random((tiny.units, 5))
        cost[rng.random(cost.shape) < 0.1] = np.inf
        cost[:, 0] = rng.random(tiny.units)
        problem = AlignmentProblem.from_sites(cost, tiny.territories, **tiny.given)
    elif kind == "points":
        problem = AlignmentProblem.from_points(points, tiny.territories, **tiny.given)
    else:
        homes = rng.random((tiny.territories, 2))
        homes[1:] = np.nan
        cost = np.column_stack([np.linalg.norm(points - homes[0], axis=1), cost])
        problem, fixed = AlignmentProblem.from_homes(points, homes, **tiny.given), (0,)
    ways, extra = tiny.list_right()
    costs = extra + price_centres(np.minimum(cost, 1e9), ways, tiny.territories, fixed)
    check(problem, ways[costs < 1e8], costs[costs < 1e8])


@pytest.mark.parametrize("distance", ["squared", "euclidean"])
@pytest.mark.parametrize("seed", range(5))
def test_means_match_all_partitions(distance, seed):
    """Territories around their means, under all rules, families among them."""
    rng = np.random.default_rng([seed, 12])
    tiny = Tiny(units=6, territories=int(rng.integers(2, 4)))
    tiny.draw(rng)
    points = rng.random((tiny.units, 2))
    if seed % 2:
        tiny.relate(rng)
    if seed % 3 == 0:
        tiny.bar(rng)
    ways, extra = tiny.list_right()
    costs = extra.copy()
    for slot in range(tiny.territories):
        mine = (ways == slot).astype(float)
        mean = mine @ points / np.maximum(mine.sum(axis=1), 1)[:, None]
        far = np.linalg.norm(points[None] - mean[:, None], axis=2)
        costs += (mine * (far**2 if distance == "squared" else far)).sum(axis=1)
    given = {"centres": "mean", "distance": distance, **tiny.given}
    check(AlignmentProblem.from_points(points, tiny.territories, **given), ways, costs)


@pytest.mark.parametrize("seed", range(8))
def test_diameters_match_all_partitions(seed):
    """Connected territories of a graph, under all rules, families among them."""
    rng = np.random.default_rng([seed, 13])
    tiny = Tiny(units=7, territories=int(rng.integers(2, 4)))
    tiny.draw(rng)
    edges = draw_edges(rng, tiny.units)
    tiny.touch(edges)
    if seed % 2:
        tiny.relate(rng)
    if seed % 3 == 0:
        tiny.bar(rng)
    lengths = rng.integers(1, 6, len(edges)).astype(float)
    path = np.where(np.eye(tiny.units, dtype=bool), 0.0, np.inf)
    for (one, other), length in zip(edges, lengths, strict=True):
        path[one, other] = path[other, one] = min(path[one, other], length)
    for unit in range(tiny.units):
        path = np.minimum(path, path[:, [unit]] + path[[unit]])
    ways, extra = tiny.list_right()
    same = ways[:, :, None] == ways[:, None]
    costs = np.where(same, path, 0.0).max(axis=(1, 2)) + extra if len(ways) else extra
    check(AlignmentProblem.from_graph(edges, lengths, tiny.territories, **tiny.given), ways, costs)


def test_a_site_that_may_not_serve_a_unit_never_does():
    """Where the only cheap sites may not serve a unit, it goes to the one that may, or nobody."""
    cost = np.array([[1.0, 2.0, 9.0], [1.0, 2.0, 9.0], [np.inf, np.inf, 5.0]])
    result = align(AlignmentProblem.from_sites(cost, 2))
    assert sorted(result.alignment.centres.tolist()) == [0, 2]
    assert result.cost == pytest.approx(7.0)
    assert align(AlignmentProblem.from_sites(cost[:, :2], 2)).status == "infeasible"


def test_zones_of_whole_amounts_are_not_rounded_to_them():
    """A limit between two whole amounts costs by the fraction that it is broken by."""
    flat, none = np.zeros((1, 1)), np.zeros((1, 1))
    ground = Ground(
        np.array([0, 1]), np.zeros(1, np.int32), np.zeros(1), np.zeros((1, 0)), np.full((1, 1), 3.0),
        np.full(1, -1), np.zeros(1, np.int64), np.full((1, 1), np.inf), flat, np.full((1, 1), 2.4),
        flat, np.full((1, 1), 2.4), np.full((1, 1), 10.0), none, none, np.zeros(1),
    )  # fmt: skip
    piece = Piece(
        start=np.array([0, 1]),
        territory=np.zeros(1, np.int64),
        cost=np.zeros(1),
        amounts=np.full((1, 1), 3.0),
        rest=none,
        hint=np.zeros(0, np.int64),
        hard=np.zeros(1, np.bool_),
        outer=True,
    )
    assert solve_piece(ground, piece, work=1.0, seed=0).bound == pytest.approx(6.0, rel=1e-6)


def test_families_of_far_rows_do_not_join_a_territory():
    """With neighbours a family's rows must hang together with its territory's, not by name alone."""
    tiny = Tiny(units=5, territories=2)
    tiny.given = {"measures": {"work": np.ones(5)}, "families": np.array([0, -1, -1, -1, 0])}
    path = np.array([(0, 1), (1, 2), (2, 3), (3, 4)])
    tiny.touch(path)
    cost = np.array([(0.0, 1), (1, 0), (1, 0), (1, 0.5), (0, 1)])
    ways, extra = tiny.list_right()
    problem = AlignmentProblem.from_arrays(cost, neighbours=path, **tiny.given)
    check(problem, ways, extra + cost[np.arange(5), ways].sum(axis=1))


def test_a_family_in_parts_that_do_not_touch_is_refused_by_name():
    """No connected territory can hold a family that lies on two islands."""
    problem = AlignmentProblem.from_points(
        np.array([[0.0, 0], [1, 0], [5, 0], [6, 0]]),
        territories=2,
        neighbours=[(0, 1), (2, 3)],
        families=[0, -1, 0, -1],
        unit_names=["north", "a", "south", "b"],
    )
    result = align(problem)
    assert result.status == "infeasible"
    assert any("The family of north" in finding.message for finding in result.findings)


@pytest.mark.parametrize("seed", range(3))
def test_means_find_which_territory_has_which_limits(seed):
    """Where limits tell territories apart, the answer is no dearer than a partition they fit."""
    rng = np.random.default_rng([seed, 15])
    points, count = rng.random((40, 2)), 5
    homes = rng.random((count, 2))
    planted = np.linalg.norm(points[:, None] - homes[None], axis=2).argmin(axis=1)
    amounts = rng.lognormal(0, 0.7, 40)
    totals = np.bincount(planted, amounts, count)
    problem = AlignmentProblem.from_points(
        points,
        count,
        measures={"work": amounts},
        lower={"work": totals * 0.95},
        upper={"work": totals * 1.05},
        held=np.where(rng.random(40) < 0.1, planted, -1),
        centres="mean",
        distance="squared",
    )
    share = (planted == np.arange(count)[:, None]).astype(float)
    means = share @ points / np.maximum(share.sum(axis=1), 1)[:, None]
    result = align(problem)
    assert result.cost <= np.square(points - means[planted]).sum() * 1.02
