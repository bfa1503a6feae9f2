"""Small exact re-optimisation: a few territories at a time, only the units that are near ties."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.territories.given.exact import Answer, Piece, solve_piece
from planner.territories.given.moves import Ground, apply_places
from planner.territories.given.search import Search
from planner.territories.prices.conjugate import row_cost, row_worth

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
OVERHEAD = 0.03
"""What opening a neighbourhood is counted as, in deterministic seconds."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Neighbourhood:
    """The units of some territories that may change, as a piece for the solver.

    Parameters
    ----------
    units
        Which units may change, (units,).
    places
        The places among all candidates of the piece's candidates, (candidates,).
    piece
        For the solver.
    """

    units: Ints
    places: Ints
    piece: Piece


@dataclass(slots=True, kw_only=True)
class Pace:
    """How large neighbourhoods are: larger while they are solved with ease.

    Parameters
    ----------
    size
        Candidates wanted in a neighbourhood.
    work
        Deterministic seconds for one.
    spent
        Deterministic seconds so far.
    """

    size: float = 90.0
    work: float = 0.1
    spent: float = 0.0

    def learn(self, answer: Answer) -> None:
        """Change the size after an answer."""
        self.spent += answer.work + OVERHEAD
        if not answer.finished:
            self.size = max(self.size * 0.85, 30.0)
        elif answer.work < 0.3 * self.work:
            self.size = min(self.size * 1.1, 1500.0)


def improve_neighbourhoods(
    search: Search,
    rng: np.random.Generator,
    *,
    count: int,
    pace: Pace,
    stop: Callable[[], bool],
    seconds: Callable[[], float],
) -> int:
    """Re-optimise one neighbourhood after another; return how many were improved.

    Parameters
    ----------
    search
        The assignment; changed in place, never for the worse.
    rng
        What to look at.
    count
        How many neighbourhoods at most.
    pace
        How large they are; learns.
    stop
        Asked after each, whether to stop.
    seconds
        Asked before each, how many seconds of the clock are left.
    """
    near = _list_neighbours(search)
    better = 0
    for _ in range(count):
        group = choose_territories(search, near, pace.size, rng)
        found = open_neighbourhood(search, group)
        if found is not None:
            answer = solve_piece(
                search.ground,
                found.piece,
                work=pace.work,
                seed=int(rng.integers(2**31 - 1)),
                seconds=seconds(),
            )
            pace.learn(answer)
            if answer.chosen is not None and adopt(search, found, answer.chosen):
                search.exchange(limit=2, most=6)
                better += 1
        else:
            pace.size = min(pace.size * 1.05, 1500.0)
            pace.spent += OVERHEAD
        if stop():
            break
    return better


def territory_losses(search: Search) -> Floats:
    """Return what each territory costs beyond the bound: regrets, unused priced limits, penalties.

    Parameters
    ----------
    search
        The assignment.
    """
    ground, state = search.ground, search.state
    owner = search.candidates.territory[state.place]
    regrets = np.bincount(
        owner, weights=ground.regret[state.place], minlength=search.model.territory_count
    )
    slack = row_cost(search.model.zones, state.loads, ground.inner) - ground.price * state.loads
    slack += row_worth(search.model.zones, ground.price)
    slack[:, search.model.wide.astype(bool)] = 0.0
    return np.asarray(regrets + slack.sum(axis=1))


def choose_territories(
    search: Search, near: list[Ints], size: float, rng: np.random.Generator
) -> Ints:
    """Return a few territories that share units, the first by what it loses.

    Parameters
    ----------
    search
        The assignment.
    near
        The neighbours of each territory.
    size
        Candidates wanted in the neighbourhood.
    rng
        What to look at.
    """
    losses = territory_losses(search)
    chance = losses + losses.mean() * 0.3 + 1e-12
    group = [int(rng.choice(len(losses), p=chance / chance.sum()))]
    inside = np.zeros(len(losses), dtype=np.bool_)
    inside[group] = True
    while len(group) < 2 or _count_free(search, inside, losses[group].sum()) < size:
        around = np.unique(np.concatenate([near[one] for one in group]))
        around = around[~inside[around]]
        if not len(around) or len(group) >= 40:
            break
        weight = losses[around] + losses.mean() * 0.3 + 1e-12
        joined = int(rng.choice(around, p=weight / weight.sum()))
        group.append(joined)
        inside[joined] = True
    return np.array(sorted(group), dtype=np.int64)


def open_neighbourhood(search: Search, group: Ints) -> Neighbourhood | None:
    """Return the units of some territories that may change to advantage, or None.

    A candidate whose regret alone exceeds what the territories lose now cannot be part of
    anything better: it is left out without loss.

    Parameters
    ----------
    search
        The assignment.
    group
        The territories.
    """
    inside = np.zeros(search.model.territory_count, dtype=np.bool_)
    inside[group] = True
    elastic = bool(search.excess.any())
    loss = np.inf if elastic else float(territory_losses(search)[group].sum()) + _wide_loss(search)
    units, places, counts = _free_candidates(search, inside, loss)
    if not len(units):
        return None
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    ground, state = search.ground, search.state
    now = state.place[units]
    amounts = read_places(ground, np.repeat(units, counts), places)
    rest = state.loads.copy()
    _take_out(ground, rest, search.candidates.territory[now], read_places(ground, units, now))
    piece = Piece(
        start=start,
        territory=search.candidates.territory[places].astype(np.int64),
        cost=search.candidates.cost[places],
        amounts=amounts,
        rest=rest,
        hint=np.flatnonzero(places == np.repeat(now, counts)),
        hard=search.model.hard,
        elastic=elastic,
    )
    return Neighbourhood(units=units, places=places, piece=piece)


def read_places(ground: Ground, units: Ints, places: Ints) -> Floats:
    """Return what chosen candidates add to every column, (candidates, columns).

    Parameters
    ----------
    ground
        What is searched.
    units, places
        Of each candidate, (candidates,).
    """
    amounts = ground.amounts[units].copy()
    for column, place in enumerate(ground.pair_column.tolist()):
        if place >= 0:
            amounts[:, column] += ground.pair[places, place]
    return np.minimum(amounts, ground.cap[ground.territory[places]])


def adopt(search: Search, found: Neighbourhood, chosen: Ints) -> bool:
    """Take over an answer if it is better; return whether it was.

    Parameters
    ----------
    search
        Changed in place.
    found
        The neighbourhood that was solved.
    chosen
        Candidate of each of its units.
    """
    old = search.state.place[found.units].copy()
    new = found.places[chosen]
    before = penalised_cost(search)
    apply_places(search.ground, search.state, found.units, new)
    if penalised_cost(search) < before - 1e-9 * (1.0 + abs(before) * 1e-3):
        search.clock += 1
        search.changed[search.candidates.territory[old]] = search.clock
        search.changed[search.candidates.territory[new]] = search.clock
        return True
    apply_places(search.ground, search.state, found.units, old)
    return False


def penalised_cost(search: Search) -> float:
    """Return the cost with what hard limits cost at their slopes.

    Parameters
    ----------
    search
        The assignment.
    """
    rows = row_cost(search.model.zones, search.state.loads, search.ground.inner)
    rows[1:, search.model.wide.astype(bool)] = 0.0
    return float(search.candidates.cost[search.state.place].sum() + rows.sum())


def _wide_loss(search: Search) -> float:
    wide = np.flatnonzero(search.model.wide)
    if not len(wide):
        return 0.0
    loads, price = search.state.loads[:1], search.ground.price[:1]
    zones = type(search.model.zones)(*(part[:1] for part in search.model.zones))
    slack = (
        row_cost(zones, loads, search.ground.inner[:1]) - price * loads + row_worth(zones, price)
    )
    return float(slack[0, wide].sum())


def _list_neighbours(search: Search) -> list[Ints]:
    count = search.model.territory_count
    both = np.concatenate([search.ones, search.others])
    across = np.concatenate([search.others, search.ones])
    order = np.lexsort((across, both))
    cuts = np.searchsorted(both[order], np.arange(1, count))
    return list(np.split(across[order], cuts))


def _free_candidates(search: Search, inside: Bools, loss: float) -> tuple[Ints, Ints, Ints]:
    """Return the units that have a choice, their candidates' places, and how many each has."""
    candidates = search.candidates
    units = np.flatnonzero(inside[candidates.territory[search.state.place]])
    counts = np.diff(candidates.start)[units]
    ends = np.cumsum(counts)
    places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(
        candidates.start[units] - ends + counts, counts
    )
    row = np.repeat(np.arange(len(units)), counts)
    usable = inside[candidates.territory[places]] & (search.ground.regret[places] <= loss)
    usable |= places == np.repeat(search.state.place[units], counts)
    choice = np.bincount(row[usable], minlength=len(units))
    usable &= choice[row] > 1
    free = choice > 1
    return units[free], places[usable], choice[free]


def _count_free(search: Search, inside: Bools, loss: float) -> int:
    wanted = np.inf if search.excess.any() else loss + _wide_loss(search)
    return len(_free_candidates(search, inside, wanted)[1])


def _take_out(ground: Ground, rest: Floats, owner: npt.NDArray[np.int32], amounts: Floats) -> None:
    for column in range(rest.shape[1]):
        if ground.wide[column]:
            rest[0, column] -= amounts[:, column].sum()
        else:
            np.subtract.at(rest[:, column], owner, amounts[:, column])
