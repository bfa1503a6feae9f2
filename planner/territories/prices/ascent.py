"""The way up the dual: temperatures that fall, samples first, and near candidates only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.territories.given.model import Model
from planner.territories.prices.dual import find_ease, typical_cost
from planner.territories.prices.newton import climb
from planner.territories.prices.sources import Look, Source

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SAMPLE = 4_000
"""A sample has at least so many units, and at least as many for each territory as a level says."""
REACH = 10.0
"""Candidates within so many temperatures of a unit's least share it."""
RADIUS = 4.0
"""Temperatures by which the price of a typical unit's amount may change in one round."""


@dataclass(frozen=True, slots=True)
class Level:
    """One temperature of the ascent.

    Parameters
    ----------
    temperature
        As a share of the typical difference in cost.
    rounds
        How often to climb, with candidates chosen afresh.
    steps
        How many steps a climb has at most.
    sampled
        How many units of each territory do; 0 where all are looked at.
    tolerance
        Gain in temperatures a unit below which a climb ends.
    faint
        Shares up to here are left out of the curvature.
    """

    temperature: float
    rounds: int
    steps: int
    sampled: int = 0
    tolerance: float = 1e-5
    faint: float = 3e-3


COLDEST = 0.004
"""The last temperature, as a share of the typical difference in cost."""
HOT = 1e-2
"""What is faint at high temperatures, where a unit has a little of very many territories."""
LEVELS = (
    Level(0.5, 2, 8, sampled=12, tolerance=1e-2, faint=HOT),
    Level(0.25, 3, 8, sampled=12, tolerance=5e-3, faint=HOT),
    Level(0.12, 3, 8, sampled=25, tolerance=2e-3, faint=HOT),
    Level(0.06, 3, 8, sampled=60, tolerance=1e-3, faint=HOT),
    Level(0.03, 3, 8, sampled=120, tolerance=5e-4),
    Level(0.015, 3, 10, sampled=240, tolerance=2e-4),
    Level(0.0075, 3, 12, sampled=480, tolerance=1e-4),
    Level(COLDEST, 4, 20),
)
WARM_LEVELS = (
    Level(0.15, 3, 8, sampled=25, tolerance=1e-3, faint=HOT),
    Level(0.05, 3, 8, sampled=50, tolerance=1e-3, faint=HOT),
    Level(0.015, 2, 10, sampled=200, tolerance=1e-4),
    Level(COLDEST, 2, 20),
)
"""From prices of a similar problem: sampled levels find out at little cost how far they are off."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Portion:
    """Units that a climb looks at, and how often each counts.

    Parameters
    ----------
    source
        All pairs of these units.
    weight
        (units,)
    size
        What a change of every price by a typical unit's cost changes a pair's price by, (units,).
    ease
        How many temperatures each unit has, (units,).
    """

    source: Source
    weight: Floats
    size: Floats
    ease: Floats


def ascend(
    source: Source,
    prices: Floats,
    levels: tuple[Level, ...],
    rng: np.random.Generator,
    report: Callable[[Look], bool],
    over: Callable[[], bool],
) -> Floats:
    """Climb the dual through falling temperatures.

    Parameters
    ----------
    source
        All pairs.
    prices
        Where to begin, (territories, columns).
    levels
        The temperatures.
    rng
        For the sample.
    report
        Called with every look at all units, whose value is a bound; true stops the ascent.
    over
        Asked before every climb, whether there is time for no more.

    Returns
    -------
    Floats
        The prices of the best value, (territories, columns).
    """
    whole = take_all(source)
    portions = {
        size: take_sample(whole, size, rng) for size in sorted({one.sampled for one in levels})
    }
    best_value, best = -np.inf, prices
    smallest = portions[min(size for size in portions if size)]
    scale = typical_cost(smallest.source.look(np.zeros_like(prices), np.inf).near)
    for level in levels:
        part = portions[level.sampled]
        radius = RADIUS * level.temperature * scale
        for _ in range(0 if over() else level.rounds):
            look = part.source.look(
                prices, REACH * radius / RADIUS * part.ease + radius * part.size
            )
            if part is whole:
                best_value, best = max((best_value, best), (look.value, prices), key=_value)
                if report(look) or not source.model.rows:
                    return best
            before = prices
            prices = climb_round(part, look, level, scale)
            if np.abs((prices - before) * source.model.scale).max() < radius / 2:
                break
    look = source.look(prices, 0.0)
    report(look)
    return max((best_value, best), (look.value, prices), key=_value)[1]


def _value(found: tuple[float, Floats]) -> float:
    return found[0]


def climb_round(portion: Portion, look: Look, level: Level, scale: float) -> Floats:
    """Climb once, with the candidates that can matter as far as prices may go.

    Parameters
    ----------
    portion
        What is looked at.
    look
        From where to begin, with the candidates that are near there.
    level
        Temperature and steps.
    scale
        The typical difference in cost.
    """
    return climb(
        portion.source.model,
        look.near,
        look.prices,
        level.temperature * scale,
        steps=level.steps,
        radius=RADIUS * level.temperature * scale,
        weight=portion.weight,
        tolerance=level.tolerance,
        faint=level.faint,
    )


def take_all(source: Source) -> Portion:
    """Return all units, once each."""
    model = source.model
    size = (model.amounts / model.scale).sum(axis=1)
    return Portion(
        source=source, weight=np.ones(model.unit_count), size=size, ease=find_ease(model)
    )


def take_sample(whole: Portion, each: int, rng: np.random.Generator) -> Portion:
    """Return a sample of a large problem, and a small one whole.

    Parameters
    ----------
    whole
        All units.
    each
        How many units of each territory, 0 for all.
    rng
        Where the draw comes from.
    """
    model = whole.source.model
    wanted = max(SAMPLE, each * model.territory_count)
    if not each or model.unit_count < 2 * wanted or not model.rows:
        return whole
    units, weight = draw_sample(model, wanted, rng)
    return Portion(
        source=whole.source.pick(units),
        weight=weight,
        size=whole.size[units],
        ease=whole.ease[units],
    )


def draw_sample(model: Model, wanted: int, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Return some units and how often each counts: the large ones surely, small ones by share.

    Parameters
    ----------
    model
        The model.
    wanted
        About how many units.
    rng
        Where the draw comes from.

    Returns
    -------
    tuple of Ints and Floats
        Units, ascending, and one over each one's chance, (sample,).
    """
    size = (model.amounts / model.scale).max(axis=1, initial=0.0) + 0.2
    chance = np.minimum(size * (wanted / size.sum()), 1.0)
    edges = np.floor(np.cumsum(chance) + rng.random())
    taken = np.flatnonzero(np.diff(edges, prepend=0.0) > 0)
    return taken, 1.0 / chance[taken]
