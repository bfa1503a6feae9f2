"""Cycles of annealing over a choice of centres, and the best partition that they meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.territories.centres.model import Choice
from planner.territories.compiled import RandomState
from planner.territories.contiguity.graph import Scratch, count_extra_parts
from planner.territories.progress import Run, worst_excess
from planner.territories.sites.annealing import Field, anneal
from planner.territories.sites.branching import SiteTree
from planner.territories.sites.columns import Columns
from planner.territories.sites.dual import SiteBound
from planner.territories.sites.state import Best, SiteState

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
TRIES_PER_UNIT = 1_000
CHUNK = 50_000


@dataclass(slots=True, kw_only=True, eq=False)
class CentreSearch:
    """A search for centres as it goes on.

    Parameters
    ----------
    choice
        The problem.
    run
        On which terms.
    rng, random
        Where draws come from, in Python and in the loops.
    best
        The best partition that keeps every rule.
    bound
        No choice costs less.
    sites
        What the prices proved last, or None.
    tree
        The choices of sites that are left to be settled, None before they are asked for.
    attempt
        The last partition and its centres, whether or not it keeps the rules.
    met
        Territories that keep their limits, met since the last exchange; None: not kept.
    strictness
        What breaking a limit by a mean territory counts for, in mean territories' costs.
    interrupted
        Whether it was broken off.
    """

    choice: Choice
    run: Run
    rng: np.random.Generator
    random: RandomState
    scratch: Scratch
    best: Best
    bound: float = -np.inf
    sites: SiteBound | None = None
    tree: SiteTree | None = None
    attempt: tuple[Ints, Ints] | None = None
    met: list[Columns] | None = None
    strictness: float = 10.0
    interrupted: bool = False

    @property
    def cost(self) -> float:
        """The best cost, infinite before there is one."""
        return float(self.best.cost[0])

    @property
    def is_done(self) -> bool:
        """Whether the bound proves the best answer, or the time is over."""
        found = np.isfinite(self.cost)
        proven = found and self.cost - self.bound <= 1e-9 * abs(self.cost)
        return bool(proven) or self.run.is_over()

    def tell(self, stage: str) -> None:
        """Tell whoever wants to know what has been reached."""
        if self.run.progress is None:
            return
        found = np.isfinite(self.cost)
        self.run.tell(
            stage,
            cost=self.cost if found else None,
            bound=self.bound if np.isfinite(self.bound) else None,
            worst_balance=0.0 if found else self._find_worst(),
        )

    def _find_worst(self) -> float | None:
        """Return the largest relative excess over any limit of the last attempt."""
        if self.attempt is None:
            return None
        slot_of, centres = self.attempt
        rules = self.choice.rules
        place = centres if rules.by_site else np.arange(centres.size)
        return worst_excess(rules.amounts, rules.lower[:, place], rules.upper[:, place], slot_of)

    def offer(self, slot_of: Ints, centres: Ints, cost: float) -> None:
        """Keep a partition that is known to keep every rule, if it costs less than the best."""
        if cost < self.cost:
            self.best.slot_of[:] = slot_of
            self.best.centre[:] = centres
            self.best.cost[0] = cost


def anneal_from(
    search: CentreSearch,
    slot_of: Ints,
    centres: Ints,
    hot: float,
    cold: float,
    share: float,
    time_share: float = 1.0,
) -> None:
    """Anneal once from a partition, in chunks, so that a limit of time is kept.

    Parameters
    ----------
    search
        Its best is changed in place.
    slot_of, centres
        The start, (units,) and (territories,).
    hot, cold
        First and last temperature, in mean costs of a unit.
    share
        How much of a whole cycle to spend.
    time_share
        How much of the time that is left it may take at most.
    """
    choice, run = search.choice, search.run
    if choice.connected and count_extra_parts(choice.graph, slot_of) > 0:
        return
    state = make_state(choice, slot_of, centres)
    search.attempt = (state.slot_of, state.centre)
    whole = Field(search.best, np.arange(choice.units), np.ones(choice.territories, np.bool_))
    anneal_field(search, state, whole, 1, (1.0, 1.0), 1.0)
    total = float(state.cost.sum())
    unit, penalty = max(total, 1e-300) / choice.units, max(total, 1e-300) / choice.territories
    tries = max(1, int(share * TRIES_PER_UNIT * choice.units))
    begun, room = run.seconds, time_share * run.remaining
    done, part = 0, 0.0
    while done < tries and part < 1.0 and not run.is_over():
        part = max(done / tries, (run.seconds - begun) / room if np.isfinite(room) else 0.0)
        after = min(1.0, part + CHUNK / tries)
        heat = hot * (cold / hot) ** np.array([part, after]) * unit
        chunk = min(CHUNK, tries - done)
        penalty = anneal_field(search, state, whole, chunk, (heat[0], heat[1]), penalty)
        done += CHUNK
        search.tell("centres")


def make_state(choice: Choice, slot_of: Ints, centres: Ints) -> SiteState:
    """Return a state whose sums are still to be filled in.

    Parameters
    ----------
    choice
        The problem.
    slot_of, centres
        The partition, (units,) and (territories,).
    """
    units, territories = choice.units, choice.territories
    largest = int(np.bincount(slot_of, minlength=territories).max())
    room = min(units, 2 * largest + 8 * units // territories + 16)
    used_by = np.full(choice.sites, -1, np.int64)
    used_by[centres] = np.arange(territories)
    return SiteState(
        slot_of.astype(np.int64),
        np.zeros((territories, room), np.int32),
        np.zeros(territories, np.int64),
        np.zeros(units, np.int64),
        centres.astype(np.int64).copy(),
        np.zeros(territories),
        np.zeros(units),
        np.zeros((choice.rules.scale.size, territories)),
        used_by,
    )


def anneal_field(
    search: CentreSearch,
    state: SiteState,
    field: Field,
    tries: int,
    heat: tuple[float, float],
    penalty: float,
) -> float:
    """Anneal a number of tries between two temperatures; return the penalty at the end.

    Parameters
    ----------
    search
        The problem.
    state
        Changed in place.
    field
        What may change; its best is changed in place.
    tries
        Number of moves tried.
    heat
        First and last temperature, in cost.
    penalty
        Cost of a violation of one mean territory.
    """
    choice = search.choice
    return anneal(
        choice.costs, choice.rules, choice.near, choice.graph, search.scratch,
        state, field, search.random, tries, heat[0], heat[1], penalty,
    )  # fmt: skip
