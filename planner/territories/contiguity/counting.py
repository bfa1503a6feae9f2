"""Parts of the graph that no number of territories fits, and territories that reach too little."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.territories.contiguity.graph import Graph, label_parts
from planner.territories.limits import Measure
from planner.territories.names import list_names
from planner.territories.problem import AlignmentProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """A part of the graph whose amount no number of territories can share within their limits.

    Parameters
    ----------
    measure
        Whose limits.
    part
        Which part, -1 where all parts together need more or fewer territories than there are.
    number
        How many territories come nearest; for all parts, how many there are.
    amount, limit
        What each of them has, and may or must have; for all parts, numbers of territories.
    too_much
        Whether the amount is above the limit.
    """

    measure: str
    part: int
    number: int
    amount: float
    limit: float
    too_much: bool


def find_misfits(problem: AlignmentProblem, part: Ints) -> Iterator[Misfit]:
    """Yield what cannot be, for each hard measure whose amounts do not depend on the territory.

    Each territory lies within one part, so a part has a whole number of them.

    Parameters
    ----------
    problem
        With neighbours.
    part
        Connected part of each unit, (units,).
    """
    for measure in problem.measures:
        if measure.is_hard and measure.by_pair is None:
            low, high = float(measure.lower.min()), float(measure.upper.max())
            yield from fit_parts(measure, part, problem.territory_count, low, high)


def fit_parts(
    measure: Measure, part: Ints, territories: int, low: float, high: float
) -> Iterator[Misfit]:
    """Yield the parts that no whole number of territories fits, else whether all together do.

    Parameters
    ----------
    measure, part, territories
        As above.
    low, high
        The least that any territory must have, and the most that any may.
    """
    load = np.bincount(part, measure.amounts).astype(float)
    # A unit beyond the limit may stand alone: it counts for the limit and no more.
    capped = np.bincount(part, np.minimum(measure.amounts, high)).astype(float)
    fewest = np.maximum(1.0, np.ceil(capped / high - ROUNDING)) if high > 0 else np.ones(load.size)
    most = np.full(load.size, np.inf)
    if low > 0:
        most = np.floor(load / low + ROUNDING)
    wrong = np.flatnonzero(fewest > most)
    for place in wrong.tolist():
        yield _judge_part(measure.name, place, (load[place], capped[place]), low, high)
    if wrong.size:
        return
    for number, too_much in ((float(fewest.sum()), True), (float(most.sum()), False)):
        if (number > territories) if too_much else (number < territories):
            yield Misfit(
                measure=measure.name,
                part=-1,
                number=territories,
                amount=number,
                limit=float(territories),
                too_much=too_much,
            )


def _judge_part(
    name: str, place: int, amounts: tuple[float, float], low: float, high: float
) -> Misfit:
    """Return by what a part misses its limits with the number of territories that comes nearest."""
    load, capped = amounts
    about = max(1, int(load / low)) if low > 0 else 1
    ways = [(low - load / n, n, False) for n in (about, about + 1)]
    ways += [(capped / n - high, n, True) for n in (about, about + 1)]
    missed = {n: max(way for way in ways if way[1] == n) for n in (about, about + 1)}
    by, number, too_much = min(missed.values())
    limit = high if too_much else low
    return Misfit(
        measure=name,
        part=place,
        number=number,
        amount=limit + by if too_much else limit - by,
        limit=limit,
        too_much=too_much,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shortfall:
    """A territory whose units do not connect to as much as it must have.

    Parameters
    ----------
    territory, measure
        Whose limit of what.
    amount, limit
        The most that any connected part of its eligible units has, and the least that it must.
    units
        Those of that part, ascending.
    """

    territory: int
    measure: str
    amount: float
    limit: float
    units: Ints


def find_shortfalls(problem: AlignmentProblem, graph: Graph) -> Iterator[Shortfall]:
    """Yield territories that cannot reach a lower limit within one connected part.

    A territory lies within one connected part of the units that it may serve: they are eligible
    and not held to another. Where units are held to it, that is a part which has one of them.

    Parameters
    ----------
    problem
        With neighbours, its territories given.
    graph
        The neighbours.
    """
    known: dict[bytes, Ints] = {}
    for territory in range(problem.territory_count):
        found = fall_short(problem, graph, territory, known)
        if found is not None:
            yield found


def fall_short(
    problem: AlignmentProblem, graph: Graph, territory: int, known: dict[bytes, Ints]
) -> Shortfall | None:
    """Return the first measure of which a territory cannot connect to enough, None for none.

    Parameters
    ----------
    problem, graph
        As above.
    territory
        Which one.
    known
        Connected parts of sets of units, kept for territories that may serve the same.
    """
    wanted = [m for m in problem.measures if m.is_hard and m.lower[territory] > 0]
    if not wanted:
        return None
    inside = _may_have(problem, territory)
    key = np.packbits(inside).tobytes()
    if key not in known:
        known[key] = label_parts(graph, np.where(inside, 0, 1))
    every = (_measure_short(problem, m, territory, inside, known[key]) for m in wanted)
    return next((one for one in every if one is not None), None)


def _may_have(problem: AlignmentProblem, territory: int) -> Bools:
    """Say which units a territory may serve, (units,)."""
    units = np.arange(problem.unit_count)
    mine = problem.held == territory
    eligible = problem.eligible_pairs(units, np.full(len(units), territory))
    return np.asarray(mine | ((problem.held < 0) & eligible))


def _measure_short(
    problem: AlignmentProblem, measure: Measure, territory: int, inside: Bools, part: Ints
) -> Shortfall | None:
    """Return by what a territory falls short of a measure in its best part, None if it does not."""
    units = np.flatnonzero(inside)
    amounts = measure.pairs(units, np.full(len(units), territory))
    load = np.bincount(part[units], amounts, int(part.max()) + 1).astype(float)
    fits = np.zeros(len(load), np.bool_)
    held = np.flatnonzero(problem.held == territory)
    fits[part[held] if held.size else part[units]] = True
    best = int(np.argmax(np.where(fits, load, -1.0)))
    limit = float(measure.lower[territory])
    if fits.any() and load[best] >= limit - 10 * ROUNDING * limit:
        return None
    return Shortfall(
        territory=territory,
        measure=measure.name,
        amount=float(load[best]) if fits.any() else 0.0,
        limit=limit,
        units=np.flatnonzero(inside & (part == best)),
    )


def refuse_shortfall(problem: AlignmentProblem, found: Shortfall) -> Finding:
    """Return the finding on a territory whose units do not connect to enough.

    Parameters
    ----------
    problem, found
        As above.
    """
    name = problem.territory_ids[found.territory]
    shown = [problem.unit_ids[unit] for unit in found.units[:EXAMPLES_SHOWN].tolist()]
    where = f" ({len(found.units):,} units: {list_names(shown)})" if shown else ""
    return Finding(
        severity="error",
        code="alignment.territory_cut_off",
        message=f"{name} must have {found.limit:,.6g} of {found.measure}, and the most that it may "
        f"serve and that hangs together has {found.amount:,.6g}{where}",
        advice="Let it serve units between those parts, add neighbours where they are served from "
        f"each other, or lower its limit of {found.measure}.",
        table="units",
        column=found.measure,
        subject=name,
    )


def refuse_misfit(problem: AlignmentProblem, part: Ints, found: Misfit) -> Finding:
    """Return the finding on a part of the graph that no number of territories fits.

    Parameters
    ----------
    problem, part
        As above.
    found
        What does not fit.
    """
    sizes = np.bincount(part)
    if found.part < 0:
        message = (
            f"The {len(sizes)} parts of the map that do not touch need at "
            f"{'least' if found.too_much else 'most'} {found.amount:,.0f} territories by "
            f"{found.measure}, and there are {found.limit:,.0f}"
        )
        units = np.unique(part, return_index=True)[1]
    else:
        units = np.flatnonzero(part == found.part)
        names = [problem.unit_ids[unit] for unit in units[:EXAMPLES_SHOWN].tolist()]
        message = (
            f"{len(units):,} units that touch no others ({list_names(names)}) come to "
            f"{found.amount:,.6g} of {found.measure} for each of {found.number:,} territories, "
            f"and a territory {'may' if found.too_much else 'must'} have {found.limit:,.6g} at "
            f"{'most' if found.too_much else 'least'}"
        )
    return Finding(
        severity="error",
        code="alignment.parts_out_of_balance",
        message=message,
        advice="Add neighbours where these units are served from elsewhere, or widen the limits "
        f"of {found.measure}.",
        table="units",
        column=found.measure,
        subject=problem.unit_ids[int(units[0])],
    )
