"""A small choice of centres solved outright, under every rule: the proof that it is best.

One model holds who serves each unit, where each territory's centre is, and from which site each
unit is served; the last follows from the other two. A territory may be left without a unit where
no lower limit forbids it, as where territories are given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planner.territories.centres.model import Choice
from planner.territories.contiguity.exact import solve_connected_piece
from planner.territories.contiguity.graph import build_row_graph
from planner.territories.given.exact import Piece
from planner.territories.given.model import Zones, make_model
from planner.territories.given.moves import Ground
from planner.territories.limits import Measure
from planner.territories.prices.candidates import list_candidates
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import Run
from planner.territories.sites.costs import cost_columns, count_sites

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Clauses = list[tuple[list[int], list[int]]]
MOST_TRIPLES = 4_000
"""Up to so many units times sites times territories a choice is solved outright."""
WORK, TIME_SHARE = 1.0, 0.3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExactChoice:
    """What the exact model says of a choice.

    Parameters
    ----------
    slot_of, centres
        Territory of each unit and site of each territory, (units,) and (territories,); None where
        none was found.
    bound
        No choice that keeps the rules costs less; infinite where none keeps them.
    finished
        Whether it is proven best, or proven impossible.
    """

    slot_of: Ints | None
    centres: Ints | None
    bound: float
    finished: bool


def is_small(problem: AlignmentProblem, choice: Choice) -> bool:
    """Say whether a choice is small enough to be solved outright.

    Parameters
    ----------
    problem, choice
        The problem, and the same as arrays.
    """
    # The model has no room for a unit larger than the limit of some site.
    fits = all(
        float(m.amounts.max(initial=0.0)) <= float(m.upper.min()) for m in _find_by_site(problem)
    )
    return fits and choice.units * choice.sites * choice.territories <= MOST_TRIPLES


def _find_by_site(problem: AlignmentProblem) -> list[Measure]:
    """Return the measures whose limits are given by site."""
    return [m for m in problem.measures if len(m.lower) != problem.territory_count]


def solve_choice(problem: AlignmentProblem, choice: Choice, run: Run) -> ExactChoice:
    """Solve a small choice of centres under every rule, as far as the effort goes.

    Parameters
    ----------
    problem, choice
        The problem, and the same as arrays.
    run
        On which terms.
    """
    ground, piece, layout = _make_piece(problem, choice)
    if piece is None:
        return ExactChoice(slot_of=None, centres=None, bound=np.inf, finished=True)
    answer = solve_connected_piece(
        ground,
        piece,
        build_row_graph(problem),
        WORK * run.effort,
        run.seed,
        TIME_SHARE * run.remaining,
    )
    if answer.chosen is None:
        bound = np.inf if answer.finished else answer.bound
        return ExactChoice(slot_of=None, centres=None, bound=bound, finished=answer.finished)
    chosen = layout.option[answer.chosen]
    units = choice.units
    return ExactChoice(
        slot_of=chosen[:units],
        centres=chosen[2 * units :],
        bound=answer.bound,
        finished=answer.finished,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Layout:
    """The model's decisions: a territory for each unit, a site for it, a site for each territory.

    Parameters
    ----------
    start
        Options of a decision, (decisions + 1,).
    option
        The territory or site that each stands for, (options,).
    """

    start: Ints
    option: Ints

    def find(self, decision: int, option: int) -> int:
        """Return the place of an option, -1 where the decision does not have it."""
        first, last = int(self.start[decision]), int(self.start[decision + 1])
        at = first + int(np.searchsorted(self.option[first:last], option))
        return at if at < last and self.option[at] == option else -1


def _make_piece(problem: AlignmentProblem, choice: Choice) -> tuple[Ground, Piece | None, _Layout]:
    """Return the model's limits, its decisions (None where one has no option), and their order."""
    units, territories = choice.units, choice.territories
    by_site = _find_by_site(problem)
    plain = replace(
        problem, measures=tuple(_free(m, territories, by_site) for m in problem.measures)
    )
    model = make_model(plain)
    pairs = list_candidates(plain, model.by_pair)
    table = cost_columns(choice.costs, np.arange(choice.sites))
    assert problem.sites is not None
    given = problem.sites.cost
    near = np.ones(table.shape, np.bool_) if given is None else np.isfinite(given)
    sites_of = _list_own_sites(choice)
    counts = [np.diff(pairs.start), near.sum(axis=1), np.array([len(own) for own in sites_of])]
    start = np.append(0, np.cumsum(np.concatenate(counts))).astype(np.int64)
    option = np.concatenate([pairs.territory, np.nonzero(near)[1], *sites_of]).astype(np.int64)
    layout = _Layout(start=start, option=option)
    served, placed = int(start[units]), int(start[2 * units])
    territory = np.zeros(len(option), np.int64)
    territory[:served] = option[:served]
    territory[placed:] = np.repeat(np.arange(territories), counts[2])
    amounts = model.amounts[pairs.unit_of]
    for column, place in enumerate(model.pair_column.tolist()):
        if place >= 0:
            amounts[:, column] += pairs.pair[:, place]
    amounts = np.minimum(amounts, model.zones.cap[territory[:served]])
    loads = np.zeros((len(option), len(model.rows)))
    loads[:served] = amounts
    zones, hard, wide = model.zones, model.hard, model.wide
    for measure in by_site:
        loads, zones = _limit_by_site(measure, loads, zones, layout, units)
        hard, wide = np.append(hard, [True] * 2), np.append(wide, [0] * 2)
    cost = np.zeros(len(option))
    cost[:served] = pairs.cost
    cost[served:placed] = table[near]
    ground = _make_ground(start, territory, cost, zones, wide)
    if (np.diff(start) == 0).any():
        return ground, None, layout
    piece = Piece(
        start=start,
        territory=territory,
        cost=cost,
        amounts=loads,
        rest=np.zeros_like(zones.low),
        hint=np.zeros(0, np.int64),
        hard=hard,
        outer=True,
        clauses=tuple(_serve_from_centres(layout, choice) + _keep_apart(layout, choice)),
    )
    return ground, piece, layout


def _free(measure: Measure, territories: int, by_site: list[Measure]) -> Measure:
    """Return a measure without its limits where those are given by site."""
    if not any(measure is one for one in by_site):
        return measure
    none = np.full(territories, np.inf)
    return replace(measure, lower=-none, upper=none)


def _list_own_sites(choice: Choice) -> list[Ints]:
    """Return where each territory's centre may stand."""
    fixed = choice.rules.fixed
    return [
        np.arange(choice.open_sites) if site < 0 else np.array([site]) for site in fixed.tolist()
    ]


def _make_ground(start: Ints, territory: Ints, cost: Floats, zones: Zones, wide: Ints) -> Ground:
    none, columns = np.zeros_like(zones.low), zones.low.shape[1]
    return Ground(
        start, territory.astype(np.int32), cost, np.zeros((len(cost), 0)),
        np.zeros((len(start) - 1, columns)), np.full(columns, -1), wide, zones.cap, zones.low,
        zones.high, zones.far_low, zones.far_high, zones.inner, zones.outer, none,
        np.zeros(len(cost)),
    )  # fmt: skip


def _limit_by_site(
    measure: Measure, loads: Floats, zones: Zones, layout: _Layout, units: int
) -> tuple[Floats, Zones]:
    """Return amounts and limits with two more columns: the total less what the site may and must."""
    served, placed = int(layout.start[units]), int(layout.start[2 * units])
    unit = np.repeat(np.arange(units), np.diff(layout.start[: units + 1]))
    total = float(measure.amounts.sum())
    most, least = np.minimum(measure.upper, total), np.maximum(measure.lower, 0.0)
    column = np.zeros((len(loads), 2))
    column[:served] = measure.amounts[unit][:, None]
    column[placed:, 0] = -most[layout.option[placed:]]
    column[placed:, 1] = -least[layout.option[placed:]]
    territories = zones.low.shape[0]
    free, zero = np.full((territories, 1), np.inf), np.zeros((territories, 1))
    low, high = np.hstack([-free, zero]), np.hstack([zero, free])
    more = Zones(low, high, low, high, np.hstack([free, free]), np.hstack([zero, zero]),
                 np.hstack([free, free]))  # fmt: skip
    wider = Zones(*(np.hstack([old, new]) for old, new in zip(zones, more, strict=True)))
    return np.hstack([loads, column]), wider


def _serve_from_centres(layout: _Layout, choice: Choice) -> Clauses:
    """Return clauses by which a unit is served from the centre of its territory."""
    units, clauses = choice.units, Clauses()
    for unit in range(units):
        options = range(int(layout.start[unit]), int(layout.start[unit + 1]))
        for at in options:
            place = 2 * units + int(layout.option[at])
            for stand in range(int(layout.start[place]), int(layout.start[place + 1])):
                source = layout.find(units + unit, int(layout.option[stand]))
                clauses.append(([source] if source >= 0 else [], [at, stand]))
        for source in range(int(layout.start[units + unit]), int(layout.start[units + unit + 1])):
            site = int(layout.option[source])
            stands = [layout.find(2 * units + slot, site) for slot in range(choice.territories)]
            clauses.append(([stand for stand in stands if stand >= 0], [source]))
    return clauses


def _keep_apart(layout: _Layout, choice: Choice) -> Clauses:
    """Return clauses by which no two territories have the same centre."""
    base, clauses = 2 * choice.units, Clauses()
    for site in range(count_sites(choice.costs)):
        stands = [layout.find(base + slot, site) for slot in range(choice.territories)]
        known = [stand for stand in stands if stand >= 0]
        clauses += [([], [a, b]) for a in known for b in known if a < b]
    return clauses
