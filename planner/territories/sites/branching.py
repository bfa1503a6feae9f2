"""A choice of sites proven best: a tree that forces a site or leaves it out, branch by branch.

Once all sites of a branch are settled, its bound is close to what its units cost in whole, few
pairs are left that could cost less than the best answer known (variable fixing by reduced costs,
as in Validi, Buchanan and Lykhovyd 2022), and CP-SAT settles them with contiguity and all
measures within milliseconds. Branching on the pairs themselves would have to do that over again
for every choice of sites.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planner.territories.centres.model import Choice
from planner.territories.contiguity.exact import solve_connected_piece
from planner.territories.contiguity.graph import RowGraph
from planner.territories.given.exact import Answer, Piece
from planner.territories.given.moves import Ground
from planner.territories.progress import Run
from planner.territories.sites.branch_prices import Climb, Open, climb_branch
from planner.territories.sites.dual import SiteLists

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
STEPS, LAST_STEPS = 40, 200
MOST_PAIRS, MOST_CELLS = 8_000, 300_000
CELL_WORK = 4e-9
LEAF_WORK = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Branch:
    """Some sites that must be chosen, and others that may be.

    Parameters
    ----------
    open_sites
        Sites that may or must be chosen, ascending.
    forced
        Which of them must be, (open sites,).
    prices
        Of the branch it came from, (units,).
    bound
        No choice of this branch costs less.
    patience
        How many times the least effort its exact model may take.
    """

    open_sites: Ints
    forced: Bools
    prices: Floats
    bound: float
    patience: int = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Served:
    """Units given to chosen sites.

    Parameters
    ----------
    sites
        Which are chosen, ascending.
    slot_of
        Which of them serves each unit, (units,).
    cost
        The sum over all units.
    """

    sites: Ints
    slot_of: Ints
    cost: float


class SiteTree:
    """All choices of sites that may cost less than the best answer known.

    Parameters
    ----------
    choice
        The problem, with all costs in a table.
    lists
        Its tightest measure and its limits at every site.
    cutoff
        What is looked for costs less; finite.
    """

    def __init__(self, choice: Choice, lists: SiteLists, cutoff: float) -> None:
        self.choice, self.lists, self.cutoff = choice, lists, cutoff
        self.cost = np.ascontiguousarray(choice.costs.table.T)
        self.found: Served | None = None
        self.numbered = 0
        self.unsettled = np.inf
        self.waiting: list[tuple[float, int, Branch]] = []
        everywhere = np.arange(choice.sites)
        prices = np.partition(self.cost, min(len(self.cost) - 1, 2 * lists.choose), axis=0)
        start = prices[min(len(self.cost) - 1, 2 * lists.choose)]
        forced = lists.forced.copy()
        self._add(Branch(open_sites=everywhere, forced=forced, prices=start, bound=-np.inf))

    @property
    def bound(self) -> float:
        """No choice costs less than this."""
        least = self.waiting[0][0] if self.waiting else np.inf
        return min(self.cutoff, self.unsettled, least)

    @property
    def is_done(self) -> bool:
        """Whether every branch is settled, or left aside as too large."""
        return not self.waiting

    def explore(self, run: Run, work: float, until: float) -> None:
        """Settle branches, those of the least bound first, within an effort and a time.

        Parameters
        ----------
        run
            Seed and clock.
        work
            Deterministic seconds after which no other branch is begun.
        until
            When to stop, in seconds of the run.
        """
        branch: Branch | None = None
        while work > 0 and run.seconds < until and (branch is not None or self.waiting):
            if branch is None:
                branch = heapq.heappop(self.waiting)[2]
            if branch.bound >= self.cutoff:
                branch = None
                continue
            work -= STEPS * self.choice.units * len(branch.open_sites) * CELL_WORK
            if branch.forced.sum() == self.lists.choose:
                work -= self._settle(branch, run, until)
                branch = None
            else:
                branch = self._divide(branch)
        if branch is not None:
            self._add(branch)

    def _add(self, branch: Branch) -> None:
        self.numbered += 1
        heapq.heappush(self.waiting, (branch.bound, self.numbered, branch))

    def _climb(self, branch: Branch, steps: int) -> Climb:
        lists, sites = self.lists, branch.open_sites
        left = Open(
            self.cost[sites], lists.amounts, lists.lower[sites], lists.upper[sites],
            branch.forced, lists.choose,
        )  # fmt: skip
        return climb_branch(left, branch.prices, self.cutoff, steps)

    def _divide(self, branch: Branch) -> Branch | None:
        """Return the branch with one more site forced, the one without it put aside."""
        if len(branch.open_sites) < self.lists.choose:
            return None
        climb = self._climb(branch, STEPS)
        bound = max(branch.bound, climb.bound)
        if bound >= self.cutoff:
            return None
        kept, forced = self._narrow(branch, climb)
        if kept.sum() < self.lists.choose:
            return None
        if kept.sum() == self.lists.choose or forced.sum() == self.lists.choose:
            forced = kept if kept.sum() == self.lists.choose else forced
            return _take_sites(branch, kept, forced, climb.prices, bound)
        pick = int(np.argmax(np.where(kept & ~forced, climb.weight, -np.inf)))
        this = np.arange(len(kept)) == pick
        self._add(_take_sites(branch, kept & ~this, forced, climb.prices, bound))
        return _take_sites(branch, kept, forced | this, climb.prices, bound)

    def _narrow(self, branch: Branch, climb: Climb) -> tuple[Bools, Bools]:
        """Return which sites do not cost too much, and without which it would."""
        values, forced = climb.values, branch.forced.copy()
        count = self.lists.choose - int(forced.sum())
        ranked = np.sort(values[~forced])
        last = ranked[count - 1]
        kept = forced | (climb.bound + values - last < self.cutoff)
        following = ranked[count] if len(ranked) > count else np.inf
        within = ~forced & (values <= last)
        if within.sum() == count:
            forced |= within & (climb.bound - values + following >= self.cutoff)
        return kept, forced

    def _settle(self, branch: Branch, run: Run, until: float) -> float:
        """Give the units to a branch's sites at the least cost; return the effort spent."""
        forced = branch.forced
        branch = replace(branch, open_sites=branch.open_sites[forced], forced=forced[forced])
        climb = self._climb(branch, LAST_STEPS)
        if climb.bound >= self.cutoff:
            return 0.0
        kept = self._keep_pairs(branch, climb)
        if not kept.any(axis=1).all():
            return 0.0
        answer = Answer(chosen=None, finished=False, bound=-np.inf, work=0.0)
        if kept.sum() <= MOST_PAIRS:
            answer = serve(
                self.choice, branch.open_sites, kept, self.cutoff, run.seed,
                LEAF_WORK * branch.patience,
                max(until - run.seconds, 0.01),
            )  # fmt: skip
        self._take(branch, kept, answer, max(climb.bound, branch.bound))
        return answer.work

    def _keep_pairs(self, branch: Branch, climb: Climb) -> Bools:
        """Return the pairs of unit and site that an answer below the cutoff may use."""
        block = self.cost[branch.open_sites].T
        reduced = block - climb.prices[:, None] - climb.margins * self.lists.amounts[:, None]
        return np.asarray(climb.bound + np.maximum(reduced, 0.0) < self.cutoff)

    def _take(self, branch: Branch, kept: Bools, answer: Answer, bound: float) -> None:
        """Keep an answer that costs less than the cutoff, or what is known of the branch."""
        if answer.chosen is None:
            if not answer.finished:
                self._leave(branch, kept, max(bound, answer.bound))
            return
        sites = branch.open_sites
        slot_of = np.nonzero(kept)[1][answer.chosen]
        cost = float(self.cost[sites[slot_of], np.arange(len(slot_of))].sum())
        if self._keeps_limits(sites, slot_of):
            if cost < self.cutoff:
                self.cutoff, self.found = cost, Served(sites=sites, slot_of=slot_of, cost=cost)
            if answer.finished:
                return
            self._leave(branch, kept, max(bound, answer.bound))
        else:
            self.unsettled = min(self.unsettled, max(bound, answer.bound))

    def _leave(self, branch: Branch, kept: Bools, bound: float) -> None:
        """Put a branch aside for more effort later, where its model is not too large for any."""
        if kept.sum() > MOST_PAIRS:
            self.unsettled = min(self.unsettled, bound)
        else:
            self._add(replace(branch, bound=bound, patience=2 * branch.patience))

    def _keeps_limits(self, sites: Ints, slot_of: Ints) -> bool:
        """Say whether an answer keeps every limit: the model rounds so that it may just not."""
        low, high = limit_sites(self.choice, sites)
        loads = np.zeros_like(low)
        np.add.at(loads.T, slot_of, self.choice.rules.amounts.T)
        slack = 1e-9 * self.choice.rules.scale[:, None]
        return bool((loads >= low - slack).all() and (loads <= high + slack).all())


def _take_sites(branch: Branch, kept: Bools, forced: Bools, prices: Floats, bound: float) -> Branch:
    """Return a branch with some of another's open sites."""
    return Branch(
        open_sites=branch.open_sites[kept], forced=forced[kept], prices=prices, bound=bound
    )


def can_branch(choice: Choice) -> bool:
    """Say whether a tree covers a problem: a table of costs, limits alike for all or by site.

    Parameters
    ----------
    choice
        The problem.
    """
    rules = choice.rules
    if not 0 < choice.costs.table.size <= MOST_CELLS:
        return False
    alike = (rules.lower == rules.lower[:, :1]).all() and (rules.upper == rules.upper[:, :1]).all()
    return bool(rules.by_site or alike)


def limit_sites(choice: Choice, sites: Ints) -> tuple[Floats, Floats]:
    """Return the limits of all measures at some sites, twice (measures, sites)."""
    place = sites if choice.rules.by_site else np.zeros(len(sites), np.int64)
    return choice.rules.lower[:, place], choice.rules.upper[:, place]


def serve(
    choice: Choice, sites: Ints, kept: Bools, cutoff: float, seed: int, work: float, seconds: float
) -> Answer:
    """Give units to chosen sites at the least cost, every measure and contiguity included.

    Parameters
    ----------
    choice
        The problem.
    sites
        Which are chosen.
    kept
        Pairs that count, (units, chosen sites).
    cutoff
        Nothing dearer is looked for.
    seed, work, seconds
        As in :func:`planner.territories.given.exact.solve_piece`.
    """
    unit, slot = np.nonzero(kept)
    low, high = (limit.T.copy() for limit in limit_sites(choice, sites))
    columns = low.shape[1]
    piece = Piece(
        start=np.append(0, np.cumsum(kept.sum(axis=1))),
        territory=slot,
        cost=choice.costs.table[unit, sites[slot]],
        amounts=choice.rules.amounts[:, unit].T,
        rest=np.zeros_like(low),
        hint=np.zeros(0, np.int64),
        hard=np.ones(columns, np.bool_),
        outer=True,
        cutoff=cutoff,
    )
    none, wide = np.zeros_like(low), np.zeros(columns, np.int64)
    ground = Ground(
        piece.start, slot.astype(np.int32), piece.cost, np.zeros((len(unit), 0)),
        choice.rules.amounts.T, np.full(columns, -1), wide, none, low, high, low, high,
        none, none, none, np.zeros(len(unit)),
    )  # fmt: skip
    rows = RowGraph(choice.graph, np.arange(choice.units))
    return solve_connected_piece(ground, piece, rows, work, seed, seconds)
