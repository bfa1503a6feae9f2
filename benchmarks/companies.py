"""A seeded generator of companies: heavy-tailed accounts in metros, with overlapping homes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories import AlignmentProblem

Floats = npt.NDArray[np.float64]
SIDE_KM = 4_000.0
RURAL = 0.15


def make_company(
    units: int, territories: int, measures: int, *, tolerance: float = 0.05, seed: int = 0
) -> AlignmentProblem:
    """Return a company of accounts and reps with homes.

    Parameters
    ----------
    units, territories, measures
        How many accounts, reps and measures.
    tolerance
        Of every measure, around its mean.
    seed
        Of all draws.
    """
    rng = np.random.default_rng(seed)
    metros = rng.random((max(5, territories // 10), 2)) * SIDE_KM
    people = rng.pareto(1.2, len(metros)) + 0.3
    points = _scatter(rng, metros, people / people.sum(), units)
    # Reps live where the accounts are, several in one metro.
    homes = points[rng.choice(units, territories, replace=False)] + rng.normal(
        0, 5, (territories, 2)
    )
    size = rng.lognormal(0, 1.2, units)
    amounts = {}
    for number in range(measures):
        drawn = size**0.6 * rng.lognormal(0, 1.0, units)
        amounts[f"measure {number + 1}"] = np.minimum(drawn, 0.4 * drawn.sum() / territories)
    visits = rng.integers(1, 13, units).astype(float)
    return AlignmentProblem.from_homes(points, homes, amounts, weights=visits, tolerance=tolerance)


def _scatter(rng: np.random.Generator, metros: Floats, share: Floats, count: int) -> Floats:
    centre = rng.choice(len(metros), count, p=share)
    spread = rng.exponential(60.0, count)[:, None]
    points = metros[centre] + rng.normal(0, 1, (count, 2)) * spread
    rural = rng.random(count) < RURAL
    points[rural] = rng.random((int(rural.sum()), 2)) * SIDE_KM
    return points
