"""An exact model of a choice of centres, small once prices have ruled most pairs out.

Pairs that would cost more than the best answer known are left out (variable fixing by reduced
costs); contiguity is added as separators between the pieces of a territory, as they are met
(Oehrlein and Haunert 2017; Validi, Buchanan and Lykhovyd 2022).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.territories.centres.model import Choice
from planner.territories.contiguity.graph import Graph, label_parts
from planner.territories.sites.dual import SiteBound

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
MOST_PAIRS = 8_000
MOST_ROUNDS = 60
NODES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExactAnswer:
    """What the exact model found.

    Parameters
    ----------
    slot_of, centres
        A partition that keeps every rule and its centres, or None.
    cost
        Its cost, infinite where there is none.
    bound
        No choice costs less than this or than the cutoff, whichever is less.
    """

    slot_of: Ints | None
    centres: Ints | None
    cost: float
    bound: float


def keep_pairs(choice: Choice, sites: SiteBound, cutoff: float) -> Bools:
    """Return the pairs of unit and site that an answer below the cutoff may use.

    Parameters
    ----------
    choice
        The problem.
    sites
        A bound with its prices.
    cutoff
        Cost of the best answer known.

    Returns
    -------
    Bools
        (units, sites)
    """
    rules, table = choice.rules, choice.costs.table
    ranked = np.sort(sites.values)
    last = float(ranked[choice.territories - 1])
    extra = np.maximum(sites.values - last, 0.0)
    tight = _tight_amounts(choice)
    reduced = table - sites.prices[:, None] - sites.unit_price[None, :] * tight[:, None]
    least = sites.bound + extra[None, :] + np.maximum(reduced, 0.0)
    kept = least <= cutoff + 1e-9 * abs(cutoff)
    kept[:, rules.fixed[rules.fixed >= 0]] |= True
    return np.asarray(kept)


def _tight_amounts(choice: Choice) -> Floats:
    """Return the measure that the bound was made with, (units,)."""
    rules = choice.rules
    if not rules.scale.size:
        return np.zeros(choice.units)
    return np.asarray(rules.amounts[int(np.argmax(rules.scale / rules.upper.max(axis=1)))])


def can_model(choice: Choice) -> bool:
    """Say whether the model covers a problem: limits alike for all territories, or by site.

    Parameters
    ----------
    choice
        The problem.
    """
    rules = choice.rules
    if choice.costs.table.size == 0 or (rules.fixed >= 0).any():
        return False
    alike = (rules.lower == rules.lower[:, :1]).all() and (rules.upper == rules.upper[:, :1]).all()
    return bool(rules.by_site or alike)


def solve_exactly(
    choice: Choice,
    sites: SiteBound,
    cutoff: float,
    *,
    seconds: float | None,
    effort: float = 1.0,
) -> ExactAnswer:
    """Solve the model of the pairs that are left, cutting disconnected answers off.

    Parameters
    ----------
    choice
        The problem, as :func:`can_model` allows.
    sites
        A bound with its prices.
    cutoff
        Cost of the best answer known, infinite when there is none.
    seconds
        Time that may be spent; None: a number of nodes instead.
    effort
        Multiplies that number.
    """
    import time

    kept = keep_pairs(choice, sites, cutoff)
    if kept.sum() > MOST_PAIRS or not kept.any(axis=1).all():
        proven = cutoff if not kept.any(axis=1).all() else -np.inf
        return ExactAnswer(slot_of=None, centres=None, cost=np.inf, bound=proven)
    model = _PairModel(choice, kept)
    began, bound = time.monotonic(), -np.inf
    for _ in range(MOST_ROUNDS):
        left = None if seconds is None else seconds - (time.monotonic() - began)
        if left is not None and left <= 0.05:
            break
        chosen, found, finished = model.solve(left, int(NODES * effort))
        bound = max(bound, found)
        if chosen is None:
            return ExactAnswer(slot_of=None, centres=None, cost=np.inf, bound=bound)
        if model.cut_pieces(chosen) == 0:
            centres, slot_of = np.unique(chosen, return_inverse=True)
            cost = float(choice.costs.table[np.arange(choice.units), chosen].sum())
            if len(centres) < choice.territories:
                break
            return ExactAnswer(slot_of=slot_of, centres=centres, cost=cost, bound=bound)
        if not finished:
            break
    return ExactAnswer(slot_of=None, centres=None, cost=np.inf, bound=bound)


class _PairModel:
    """The pairs that are left, as a mixed-integer model."""

    def __init__(self, choice: Choice, kept: Bools) -> None:
        from ortools.math_opt.python import mathopt

        self.choice, self.kept = choice, kept
        self.model = mathopt.Model()
        self.site_ids = np.flatnonzero(kept.any(axis=0)).tolist()
        self.use = {j: self.model.add_binary_variable() for j in self.site_ids}
        units, sites = np.nonzero(kept)
        self.pair = {
            (i, j): self.model.add_binary_variable()
            for i, j in zip(units.tolist(), sites.tolist(), strict=True)
        }
        self._serve_all()
        self._limit_sites()
        if choice.connected:
            self._need_neighbours()
        table = choice.costs.table
        self.model.minimize(
            mathopt.LinearSum(float(table[i, j]) * x for (i, j), x in self.pair.items())
        )

    def _serve_all(self) -> None:
        """Give every unit to one used site, and use as many as are wanted."""
        from ortools.math_opt.python import mathopt

        for i in range(self.choice.units):
            row = [self.pair[i, j] for j in np.flatnonzero(self.kept[i]).tolist()]
            self.model.add_linear_constraint(mathopt.LinearSum(row) == 1.0)
        for (_, j), x in self.pair.items():
            self.model.add_linear_constraint(x <= self.use[j])
        total = mathopt.LinearSum(self.use.values())
        self.model.add_linear_constraint(total == float(self.choice.territories))

    def _limit_sites(self) -> None:
        """Keep each used site's amounts within its limits, and give it at least one unit."""
        from ortools.math_opt.python import mathopt

        rules = self.choice.rules
        for j in self.site_ids:
            units = np.flatnonzero(self.kept[:, j]).tolist()
            served = mathopt.LinearSum(self.pair[i, j] for i in units)
            self.model.add_linear_constraint(served >= self.use[j])
            place = j if rules.by_site else 0
            for m in range(rules.scale.size):
                load = mathopt.LinearSum(
                    float(rules.amounts[m, i]) * self.pair[i, j] for i in units
                )
                if np.isfinite(rules.upper[m, place]):
                    self.model.add_linear_constraint(
                        load <= float(rules.upper[m, place]) * self.use[j]
                    )
                if np.isfinite(rules.lower[m, place]):
                    self.model.add_linear_constraint(
                        load >= float(rules.lower[m, place]) * self.use[j]
                    )

    def _need_neighbours(self) -> None:
        """Give no unit to a site without one of its neighbours, unless it is all there is."""
        first, other = self.choice.graph
        for (i, j), x in self.pair.items():
            around = other[first[i] : first[i + 1]].tolist()
            self._cut(x, j, around, root=int(self.choice.site_unit[j]), unit=i)

    def _cut(self, x: object, j: int, separator: list[int], root: int, unit: int) -> None:
        """Let a unit be with a site only together with its centre's unit through a separator."""
        from ortools.math_opt.python import mathopt

        if unit == root or root in separator or (root, j) not in self.pair:
            return
        through = mathopt.LinearSum(self.pair[c, j] for c in separator if (c, j) in self.pair)
        # Where the centre's own unit is elsewhere, its territory is cut in other ways.
        self.model.add_linear_constraint(x + self.pair[root, j] <= through + 1.0)

    def solve(self, seconds: float | None, nodes: int) -> tuple[Ints | None, float, bool]:
        """Solve once; return the site of each unit (None if none), the bound, and if finished."""
        from ortools.math_opt.python import mathopt

        limits = mathopt.SolveParameters(
            enable_output=False,
            relative_gap_tolerance=1e-10,
            absolute_gap_tolerance=1e-10,
        )
        # A second thread would break repeatability.
        limits.highs.string_options["parallel"] = "off"
        if seconds is None:
            limits.node_limit = nodes
        else:
            limits.time_limit = dt.timedelta(seconds=seconds)
        answer = mathopt.solve(self.model, mathopt.SolverType.HIGHS, params=limits)
        reason = answer.termination.reason
        bound = float(answer.termination.objective_bounds.dual_bound)
        if reason == mathopt.TerminationReason.INFEASIBLE:
            return None, np.inf, True
        finished = reason == mathopt.TerminationReason.OPTIMAL
        if not answer.has_primal_feasible_solution():
            return None, bound, finished
        values = answer.variable_values()
        chosen = np.zeros(self.choice.units, np.int64)
        for (i, j), x in self.pair.items():
            if values[x] > 0.5:
                chosen[i] = j
        return chosen, bound, finished

    def cut_pieces(self, chosen: Ints) -> int:
        """Cut off the pieces of each territory but the main one; return how many there were."""
        graph = self.choice.graph
        if not self.choice.connected:
            return 0
        part = label_parts(graph, chosen)
        count = 0
        for j in np.unique(chosen).tolist():
            pieces = np.unique(part[chosen == j])
            if pieces.size > 1:
                main = self._find_main(part, pieces, j)
                for piece in pieces[pieces != main].tolist():
                    self._part_pieces(part, piece, int(main), j)
                    count += 1
        return count

    def _find_main(self, part: Ints, pieces: Ints, j: int) -> int:
        """Return the piece with the centre's unit, else the largest."""
        root = int(part[self.choice.site_unit[j]])
        if root in pieces:
            return root
        return int(pieces[np.argmax(np.bincount(part)[pieces])])

    def _part_pieces(self, part: Ints, piece: int, main: int, site: int) -> None:
        """Forbid a piece without what separates it from the main one, at every site."""
        from ortools.math_opt.python import mathopt

        separator = find_separator(self.choice.graph, part, piece, main)
        anchor = int(np.flatnonzero(part == main)[0])
        inside = np.flatnonzero(part == piece).tolist()
        for j in self.site_ids:
            root = int(self.choice.site_unit[j])
            far = root if part[root] == main else anchor if j == site else -1
            if far < 0 or (far, j) not in self.pair:
                continue
            through = mathopt.LinearSum(self.pair[c, j] for c in separator if (c, j) in self.pair)
            for i in inside:
                if (i, j) in self.pair:
                    self.model.add_linear_constraint(
                        self.pair[i, j] + self.pair[far, j] <= through + 1.0
                    )


def find_separator(graph: Graph, part: Ints, piece: int, main: int) -> list[int]:
    """Return a minimal set of units that parts a piece from the main one.

    Parameters
    ----------
    graph
        The neighbours.
    part
        Connected piece of each unit, (units,).
    piece, main
        Two pieces of one territory, that do not touch.

    Returns
    -------
    list
        Units next to the piece from which the main one is reached without passing others.
    """
    around = set(neighbours_of(graph, np.flatnonzero(part == piece)).tolist())
    around -= set(np.flatnonzero(part == piece).tolist())
    reached = set(np.flatnonzero(part == main).tolist())
    queue, border = list(reached), set()
    while queue:
        unit = queue.pop()
        for other in graph.other[graph.first[unit] : graph.first[unit + 1]].tolist():
            if other in around:
                border.add(other)
            elif other not in reached:
                reached.add(other)
                queue.append(other)
    return sorted(border)


def neighbours_of(graph: Graph, units: Ints) -> Ints:
    """Return all neighbours of some units, ascending, each once.

    Parameters
    ----------
    graph
        The neighbours.
    units
        Which units.
    """
    rows = [graph.other[graph.first[unit] : graph.first[unit + 1]] for unit in units.tolist()]
    return np.unique(np.concatenate(rows)) if rows else np.zeros(0, np.int64)
