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
MOST_SAMPLED = 1.5
"""With fewer than so many times the units of a sample all are taken."""
REACH, STRAY = 8.0, 0.25
"""Candidates within so many temperatures of a unit's least share it, and by what share of how far
all prices may go two of them may change sides."""
WORTHWHILE = 10.0
"""A round that gains less than so many times a level's tolerance is its last."""
FINEST = 5e-9, 1e-4
"""Gain in temperatures a unit that is left aside, for each unit there is and at most: what is large
is never proven to the last digit."""
RADIUS = 8.0
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
        Gain in temperatures a unit below which a climb ends; a round that gains less than
        :data:`WORTHWHILE` times that is the last of its level.
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
    Level(0.25, 2, 8, sampled=12, tolerance=5e-3, faint=HOT),
    Level(0.12, 3, 8, sampled=25, tolerance=2e-3, faint=HOT),
    Level(0.06, 3, 8, sampled=40, tolerance=1e-3, faint=HOT),
    Level(0.03, 3, 8, sampled=70, tolerance=5e-4),
    Level(0.015, 3, 10, sampled=200, tolerance=2e-4),
    Level(0.0075, 3, 12, sampled=300, tolerance=1e-4),
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
    *,
    reach: float,
    room: int,
) -> Look:
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
        Asked before every step, whether there is time for no more.
    reach, room
        Candidates within so many typical differences of a unit's least are wanted in the end, and
        how many of a unit at most.

    Returns
    -------
    Look
        All pairs, from the prices of the best value.
    """
    whole = take_all(source)
    portions = {
        size: take_sample(whole, size, rng) for size in sorted({one.sampled for one in levels})
    }
    smallest = portions[min(size for size in portions if size)]
    scale = typical_cost(smallest.source.look(np.zeros_like(prices), np.inf).near)
    best_value, best, done = -np.inf, prices, over()

    def keep(look: Look) -> bool:
        nonlocal best_value, best
        if look.value > best_value:
            best_value, best = look.value, look.prices
        return report(look)

    for level in levels:
        part = portions[level.sampled]
        for _ in range(0 if done else level.rounds):
            look = part.source.look(prices, find_margin(part, level, scale))
            done = (part is whole and (keep(look) or not source.model.rows)) or over()
            if done:
                break
            before = prices
            prices, gain = climb_round(part, look, level, scale, over)
            near = (
                np.abs((prices - before) * source.model.scale).max() < find_radius(level, scale) / 4
            )
            if near or gain < WORTHWHILE * find_tolerance(part, level):
                break
    look = source.look(prices, reach * scale, room)
    keep(look)
    return look if look.value >= best_value else source.look(best, reach * scale, room)


def find_radius(level: Level, scale: float) -> float:
    """Return by how much prices may change in a round, in cost of a typical unit's amount."""
    return RADIUS * level.temperature * scale


def find_margin(portion: Portion, level: Level, scale: float) -> Floats:
    """Return within how much of a unit's least candidates matter in a round, (units,)."""
    share = REACH * level.temperature * scale
    return share * portion.ease + STRAY * find_radius(level, scale) * portion.size


def find_tolerance(portion: Portion, level: Level) -> float:
    """Return the gain in temperatures a unit below which a climb ends."""
    each, most = FINEST
    return max(level.tolerance, min(each * float(portion.weight.sum()), most))


def climb_round(
    portion: Portion, look: Look, level: Level, scale: float, over: Callable[[], bool]
) -> tuple[Floats, float]:
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
    over
        Asked before every step, whether there is time for no more.

    Returns
    -------
    tuple of Floats and float
        The prices, and what was gained, in temperatures a unit.
    """
    return climb(
        portion.source.model,
        look.near,
        look.prices,
        level.temperature * scale,
        steps=level.steps,
        radius=find_radius(level, scale),
        weight=portion.weight,
        tolerance=find_tolerance(portion, level),
        faint=level.faint,
        over=over,
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
    if not each or model.unit_count < MOST_SAMPLED * wanted or not model.rows:
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
