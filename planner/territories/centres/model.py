"""A choice of centres as the compiled loops take it, and the problem that is left once chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planner.territories.chosen import Sites
from planner.territories.contiguity.graph import Graph, build_graph
from planner.territories.costs import MatrixTerm
from planner.territories.problem import AlignmentProblem
from planner.territories.sites.costs import (
    TABLE,
    SiteCosts,
    count_sites,
    count_units,
    from_members,
    from_positions,
    from_table,
)
from planner.territories.sites.dual import SiteLists
from planner.territories.sites.state import Near, SiteRules

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
NEAR = 24
LANDMARKS = 8
LISTED_CELLS = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """Where centres may stand and what their territories must keep to.

    Parameters
    ----------
    costs, rules
        Of units at sites; sites that stand already follow the ones that may be chosen.
    near
        Units close to each unit.
    graph
        The neighbours; empty where territories need not be connected.
    site_unit
        A unit close to each site, (sites,).
    open_sites
        How many sites may be chosen.
    members
        Where each unit's points begin, None where each unit is one, (units + 1,).
    """

    costs: SiteCosts
    rules: SiteRules
    near: Near
    graph: Graph
    site_unit: Ints
    open_sites: int
    members: Ints | None = None

    @property
    def units(self) -> int:
        """How many units there are."""
        return count_units(self.costs)

    @property
    def sites(self) -> int:
        """How many sites there are, those that stand already included."""
        return count_sites(self.costs)

    @property
    def territories(self) -> int:
        """How many territories there are."""
        return int(self.rules.fixed.size)

    @property
    def connected(self) -> bool:
        """Whether territories must be connected."""
        return self.graph.first.size > 1

    @property
    def is_exact(self) -> bool:
        """Whether the costs are the units' own, not those of their members' middles."""
        return self.costs.metric == TABLE or self.members is None


def make_choice(problem: AlignmentProblem) -> Choice:
    """Return a problem's sites, costs and limits as arrays.

    Parameters
    ----------
    problem
        Of kind ``sites`` or ``points``.
    """
    sites = problem.sites
    assert sites is not None
    costs, fixed = _make_costs(sites)
    open_sites = count_sites(costs) - int((fixed >= 0).sum())
    own, site_unit = _find_own(costs, open_sites)
    inside = sites.sites is None and bool((own == np.arange(own.size)).all())
    rules = _make_rules(problem, costs, fixed, own, centre_inside=inside)
    graph = build_graph(problem.neighbours, problem.unit_count)
    return Choice(
        costs=costs,
        rules=rules,
        near=_find_near(costs, own, graph),
        graph=graph,
        site_unit=site_unit,
        open_sites=open_sites,
        members=sites.indptr,
    )


def _make_costs(sites: Sites) -> tuple[SiteCosts, Ints]:
    """Return the costs, and the site that each territory is bound to (-1 where open)."""
    fixed = np.full(sites.count, -1, np.int64)
    if sites.cost is not None:
        return from_table(sites.cost), fixed
    assert sites.points is not None
    spots = sites.spots
    if sites.fixed is not None:
        stands = np.isfinite(sites.fixed).all(axis=1)
        fixed[stands] = len(spots) + np.arange(int(stands.sum()))
        spots = np.vstack([spots, sites.fixed[stands]])
    if sites.indptr is not None:
        costs = from_members(sites.points, sites.heavy, sites.distance, spots, sites.indptr)
        return costs, fixed
    if sites.sites is None and sites.fixed is None:
        return from_positions(sites.points, sites.weights, sites.distance), fixed
    return from_positions(sites.points, sites.weights, sites.distance, spots), fixed


def _find_own(costs: SiteCosts, open_sites: int) -> tuple[Ints, Ints]:
    """Return each unit's cheapest open site, and a unit close to each site."""
    if costs.table.size:
        own = np.argmin(costs.table[:, :open_sites], axis=1).astype(np.int64)
        diagonal = np.arange(min(costs.table.shape))
        same = costs.table[diagonal, diagonal] <= costs.table[diagonal, own[diagonal]]
        same &= diagonal < open_sites
        own[diagonal[same]] = diagonal[same]
        return own, np.argmin(costs.table, axis=0).astype(np.int64)
    if costs.points is costs.sites:
        return np.arange(len(costs.points)), np.arange(len(costs.points))
    from scipy.spatial import cKDTree

    own = cKDTree(costs.sites[:open_sites]).query(costs.points)[1]
    unit = cKDTree(costs.points).query(costs.sites)[1]
    return np.asarray(own, np.int64), np.asarray(unit, np.int64)


def _make_rules(
    problem: AlignmentProblem, costs: SiteCosts, fixed: Ints, own: Ints, *, centre_inside: bool
) -> SiteRules:
    territories, units = problem.territory_count, problem.unit_count
    sites = count_sites(costs)
    by_site = any(len(m.lower) != territories for m in problem.measures)
    width = sites if by_site else territories
    hard = [m for m in problem.measures if m.is_hard]
    amounts = [m.amounts for m in hard]
    lower = [_spread(m.lower, width) for m in hard]
    upper = [_spread(m.upper, width) for m in hard]
    if np.isfinite(problem.max_accounts).any():
        amounts.append(problem.unit_accounts)
        lower.append(np.full(width, -np.inf))
        upper.append(_spread(problem.max_accounts, width))
    high = np.array(upper).reshape(-1, width)
    load = np.array(amounts).reshape(-1, units)
    # A unit larger than the limit may stand alone: it counts for the limit and no more.
    load = np.minimum(load, high.max(axis=1, keepdims=True))
    scale = np.maximum(load.sum(axis=1) / territories, 1e-300)
    free = np.zeros(units, np.bool_)
    return SiteRules(
        np.ascontiguousarray(load),
        np.array(lower).reshape(-1, width),
        high,
        int(by_site),
        scale,
        fixed,
        own,
        free,
        int(centre_inside),
    )


def _spread(limit: Floats, width: int) -> Floats:
    """Return a limit for every place; one that is not given by site holds at every site."""
    return limit if len(limit) == width else np.full(width, float(limit[0]))


def _find_near(costs: SiteCosts, own: Ints, graph: Graph) -> Near:
    """Return, for each unit, the units whose territories it may move to."""
    if graph.first.size > 1:
        return Near(graph.first, graph.other)
    from scipy.spatial import cKDTree

    places = costs.points
    if not places.size:
        places = _place_by_landmarks(costs.table)
    units = len(places)
    count = min(NEAR, units - 1)
    if count == 0:
        return Near(np.zeros(units + 1, np.int64), np.zeros(0, np.int64))
    near = np.asarray(cKDTree(places).query(places, count + 1)[1], np.int64)
    # A point's own row may come later where several points coincide.
    order = np.argsort(near != np.arange(units)[:, None], axis=1, kind="stable")
    near = np.take_along_axis(near, order, axis=1)[:, 1:]
    return Near(np.arange(units + 1) * count, np.ascontiguousarray(near.ravel()))


def _place_by_landmarks(table: Floats) -> Floats:
    """Return coordinates of units by what they cost at sites that stand far apart."""
    known = np.where(np.isfinite(table), table, 0.0)
    capped = np.where(np.isfinite(table), table, 2.0 * known.max(initial=1.0))
    chosen = [int(np.argmax(capped.sum(axis=0)))]
    near = np.abs(capped - capped[:, chosen[0]][:, None]).sum(axis=0)
    while len(chosen) < min(LANDMARKS, table.shape[1]):
        chosen.append(int(np.argmax(near)))
        near = np.minimum(near, np.abs(capped - capped[:, chosen[-1]][:, None]).sum(axis=0))
    return np.ascontiguousarray(capped[:, chosen])


def list_sites(choice: Choice) -> SiteLists:
    """Return what the bound needs: each unit's cheapest sites, and the tightest measure.

    Parameters
    ----------
    choice
        The problem.
    """
    units, sites = choice.units, choice.sites
    site, cost, ceiling = _sort_sites(choice)
    lower, upper = np.full(sites, -np.inf), np.full(sites, np.inf)
    rules, amounts = choice.rules, np.zeros(units)
    if rules.scale.size:
        tight = int(np.argmax(rules.scale / rules.upper.max(axis=1)))
        amounts = rules.amounts[tight]
        if rules.by_site:
            lower, upper = rules.lower[tight], rules.upper[tight]
        else:
            lower = np.full(sites, rules.lower[tight].min())
            upper = np.full(sites, rules.upper[tight].max())
    forced = np.zeros(sites, np.bool_)
    forced[rules.fixed[rules.fixed >= 0]] = True
    return SiteLists(site, cost, ceiling, amounts, lower, upper, forced, choice.territories)


def _sort_sites(choice: Choice) -> tuple[npt.NDArray[np.int32], Floats, Floats]:
    """Return each unit's sites by ascending cost, as many as are needed, with the ceiling."""
    units, sites = choice.units, choice.sites
    costs = choice.costs
    if costs.table.size:
        site = np.argsort(costs.table, axis=1, kind="stable").astype(np.int32)
        cost = np.take_along_axis(costs.table, site, axis=1)
        return site, cost, np.where(np.isfinite(cost).all(axis=1), np.inf, cost.max(axis=1))
    from scipy.spatial import cKDTree

    count = min(sites, max(64, 8 * sites // choice.territories), LISTED_CELLS // units + 8)
    near = np.asarray(cKDTree(costs.sites).query(costs.points, count)[1], np.int32)
    near = near.reshape(units, count)
    cost = np.empty(near.shape)
    for unit_rows in np.array_split(np.arange(units), max(1, units // 1000)):
        cost[unit_rows] = _price_rows(costs, unit_rows, near[unit_rows].astype(np.int64))
    ceiling = cost[:, -1] if count < sites else np.full(units, np.inf)
    return near, cost, ceiling


def _price_rows(costs: SiteCosts, units: Ints, near: Ints) -> Floats:
    """Return the costs of some units at sites listed for each, (units, listed)."""
    from planner.territories.sites.costs import price_pairs

    flat = price_pairs(costs, np.repeat(units, near.shape[1]), near.ravel())
    return flat.reshape(near.shape)


def settle(problem: AlignmentProblem, choice: Choice, centres: Ints) -> AlignmentProblem:
    """Return the problem that is left once centres are chosen: its territories are given.

    Parameters
    ----------
    problem
        Of kind ``sites`` or ``points``.
    choice
        The same as arrays.
    centres
        Site of each territory, (territories,).
    """
    sites = problem.sites
    assert sites is not None
    measures = problem.measures
    if choice.rules.by_site:
        measures = tuple(
            replace(m, lower=m.lower[centres], upper=m.upper[centres])
            if len(m.lower) == choice.sites != problem.territory_count
            else m
            for m in measures
        )
    settled = replace(problem, kind="territories", sites=None, measures=measures)
    if sites.points is not None:
        term = sites.make_term(locate(sites, centres))
        return replace(settled, terms=(*problem.terms, term))
    assert sites.cost is not None
    block = sites.cost[:, centres]
    finite = np.isfinite(block)
    term_table = MatrixTerm(name="cost", amounts=np.where(finite, block, 0.0))
    if finite.all():
        return replace(settled, terms=(*problem.terms, term_table))
    units = np.arange(choice.units)
    may = finite & problem.allowed[problem.class_of_unit]
    return replace(settled, terms=(*problem.terms, term_table), allowed=may, class_of_unit=units)


def locate(sites: Sites, centres: Ints) -> Floats:
    """Return where chosen sites are, (territories, 2).

    Parameters
    ----------
    sites
        With points.
    centres
        Site of each territory; those that stand already follow the ones that may be chosen.
    """
    spots = sites.spots
    if sites.fixed is not None:
        spots = np.vstack([spots, sites.fixed[np.isfinite(sites.fixed).all(axis=1)]])
    return np.asarray(spots[centres], float)


def has_other_rules(problem: AlignmentProblem) -> bool:
    """Say whether a problem has rules or costs that a choice of centres leaves aside.

    Parameters
    ----------
    problem
        Of kind ``sites`` or ``points``.
    """
    return bool(
        problem.terms
        or problem.budgets
        or problem.loss_limits
        or problem.listed is not None
        or problem.member_neighbours is not None
        or not problem.allowed.all()
        or (problem.held >= 0).any()
        or any(m.soft is not None or m.by_pair is not None for m in problem.measures)
    )
