"""Do the simulated intervals hold what happened? Judged on past periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from planner.outcomes.draws import (
    common_factors,
    fit_draws,
    group_accounts,
    name_keys,
    sum_draws,
)
from planner.outcomes.parameters import OutcomeParameters

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NOMINAL = 0.80
# Multiples of common_variation and group_variation that are tried.
SCALES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastForecast:
    """One past period as it was forecast on its first day, and what happened.

    Parameters
    ----------
    account_ids
        (accounts,)
    expected, low, high
        Forecast with what was known then, minor units, (accounts,).
    actual
        What was booked, minor units, (accounts,).
    seats
        Whose book each account was in, -1 none, (accounts,).
    groups
        The columns that move together, (accounts,) of text each.
    """

    account_ids: Sequence[str]
    expected: Ints
    low: Ints
    high: Ints
    actual: Ints
    seats: Ints
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How often an 80% interval held what happened.

    Parameters
    ----------
    accounts, seats
        Share of accounts and of seats (over all periods) inside their interval; None without.
    company
        Whether each period's total was inside its interval.
    by_scale
        Share of seats inside, by multiple of the common variation.
    scale
        The multiple whose share is nearest to 80%; 1 keeps the parameters as they are.
    books
        How many seats of how many periods there were, together.
    """

    accounts: float | None
    seats: float | None
    company: tuple[bool, ...]
    by_scale: dict[float, float]
    scale: float
    books: int = 0

    @property
    def taken(self) -> float:
        """Return the multiple that a plan takes.

        It is ``scale``, but never narrower than stated where company totals fell outside their
        interval more often than one time in five: books alone cannot tell what all share.
        """
        held = float(np.mean(self.company)) if self.company else 0.0
        return self.scale if self.scale >= 1.0 or held >= NOMINAL else 1.0

    def applied_to(self, parameters: OutcomeParameters) -> OutcomeParameters:
        """Return the parameters with the common variation that fits the past."""
        return _scaled(parameters, self.scale)


def calibrate_draws(
    past: Sequence[PastForecast], parameters: OutcomeParameters, seed: int
) -> Calibration:
    """Simulate past periods and compare each interval with what happened.

    Parameters
    ----------
    past
        At least one past period.
    parameters, seed
        The scenario's ``[outcomes]`` and seed.
    """
    by_scale = {scale: _seats_inside(past, _scaled(parameters, scale), seed) for scale in SCALES}
    shares = {scale: float(inside.mean()) for scale, inside in by_scale.items() if len(inside)}
    best = min(shares, key=lambda scale: (abs(shares[scale] - NOMINAL), scale), default=1.0)
    plain = _scaled(parameters, best)
    held = [_accounts_inside(period) for period in past]
    accounts = np.concatenate(held) if held else np.empty(0, dtype=bool)
    return Calibration(
        accounts=float(accounts.mean()) if len(accounts) else None,
        seats=shares.get(1.0),
        company=tuple(_company_inside(period, plain, seed) for period in past),
        by_scale=shares,
        scale=best,
        books=len(by_scale[1.0]),
    )


def _scaled(parameters: OutcomeParameters, scale: float) -> OutcomeParameters:
    return parameters.model_copy(
        update={
            "common_variation": min(parameters.common_variation * scale, 2.0),
            "group_variation": min(parameters.group_variation * scale, 2.0),
        }
    )


def _accounts_inside(period: PastForecast) -> Bools:
    return np.asarray((period.low <= period.actual) & (period.actual <= period.high))


def _seats_inside(past: Sequence[PastForecast], parameters: OutcomeParameters, seed: int) -> Bools:
    """Return whether each seat of each period booked inside its interval."""
    inside = []
    for period in past:
        count = int(period.seats.max(initial=-1)) + 1
        drawn = _draw(period, period.seats, count, parameters, seed)
        served = period.seats >= 0
        actual = np.bincount(period.seats[served], weights=period.actual[served], minlength=count)
        low, high = np.quantile(drawn, [0.1, 0.9], axis=1)
        known = high > 0
        inside.append(((low <= actual) & (actual <= high))[known])
    return np.concatenate(inside) if inside else np.empty(0, dtype=bool)


def _company_inside(period: PastForecast, parameters: OutcomeParameters, seed: int) -> bool:
    seats = np.where(period.seats >= 0, 0, -1)
    drawn = _draw(period, seats, 1, parameters, seed)[0]
    low, high = np.quantile(drawn, [0.1, 0.9])
    return bool(low <= period.actual[period.seats >= 0].sum() <= high)


def _draw(
    period: PastForecast, seats: Ints, count: int, parameters: OutcomeParameters, seed: int
) -> Ints:
    known = {name: period.groups[name] for name in parameters.common_by if name in period.groups}
    narrowed = parameters.model_copy(update={"common_by": tuple(known)})
    group_of, names = group_accounts(known, len(period.account_ids))
    accounts = fit_draws(
        period.expected,
        period.low,
        period.high,
        name_keys(period.account_ids),
        group_of,
        narrowed,
    )
    nobody = np.zeros(len(seats), dtype=bool)
    factors = common_factors(names, narrowed, seed)
    return sum_draws(accounts, seats, count, nobody, factors, narrowed, seed)
