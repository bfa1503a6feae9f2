"""Control limits: what says that a plan no longer holds, at a chosen rate of false alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Check = Literal["attainment", "potential", "balance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One figure held against its control limits.

    Parameters
    ----------
    check
        attainment: bookings against the quota to date; potential: bookings against the
        potential to date, the company's own pace taken out; balance: a territory's share of a
        measure against its target, as bookings now suggest it.
    subject
        The territory, or ``company``.
    measure
        The measure, for balance.
    value, low, high
        The figure as a ratio, and the limits inside which it is by chance alone.
    alarm
        Whether it lies outside.
    """

    check: Check
    subject: str
    measure: str = ""
    value: float
    low: float
    high: float
    alarm: bool

    @property
    def reach(self) -> float:
        """Return how far the figure is on its way to the limit; above 1 it is beyond."""
        width = self.high - 1.0 if self.value > 1.0 else 1.0 - self.low
        return abs(self.value - 1.0) / width if width > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """The smallest change that would answer the signals.

    Parameters
    ----------
    kind
        none, quotas (settle them again) or alignment (move accounts).
    accounts, account_share
        How many accounts would have to move at least.
    from_territories
        Which territories have too much.
    words
        The same in one sentence, with the command.
    """

    kind: Literal["none", "quotas", "alignment"]
    accounts: int = 0
    account_share: float = 0.0
    from_territories: tuple[str, ...] = ()
    words: str = ""


def critical_value(false_alarms: float, checks: int, degrees: float | None = None) -> float:
    """Return how many standard deviations make an alarm, so that all checks share the rate.

    With ``checks`` independent figures that are normal and on target, the chance that any of
    them lies outside is ``false_alarms`` (Šidák 1967).

    Parameters
    ----------
    false_alarms
        Over all checks.
    checks
        How many there are.
    degrees
        Years behind the standard deviations, where they are estimated: Student's t; None where
        they are known.
    """
    each = 1.0 - (1.0 - false_alarms) ** (1.0 / max(checks, 1))
    if degrees is not None:
        from scipy.stats import t

        return float(t.ppf(1.0 - each / 2, degrees))
    return NormalDist().inv_cdf(1.0 - each / 2)


def check_ratio(
    check: Check,
    subjects: Sequence[str],
    actual: Floats,
    expected: Floats,
    deviation: Floats,
    limit: float | Floats,
) -> list[Signal]:
    """Hold what came against what was expected, subject by subject.

    Bookings lean to the right: few large deals make up for many small ones. The limits are those
    of a gamma variable with the same mean and deviation (Wilson and Hilferty 1931).

    Parameters
    ----------
    check, subjects
        What is checked, and of whom, (subjects,).
    actual, expected
        In the same unit; a subject of whom nothing is expected is left out, (subjects,).
    deviation
        Standard deviation of what comes where the expectation is right, (subjects,).
    limit
        Of :func:`critical_value`, for all or for each, (subjects,).
    """
    signals = []
    limits = np.broadcast_to(np.asarray(limit, dtype=float), (len(subjects),)).tolist()
    rows = zip(subjects, actual, expected, deviation, limits, strict=True)
    for name, came, due, noise, reach in rows:
        if due <= 0:
            continue
        low, high = skewed_limits(float(noise) / float(due), reach)
        ratio = float(came) / float(due)
        signals.append(
            Signal(
                check=check,
                subject=name,
                value=ratio,
                low=low,
                high=high,
                alarm=not low <= ratio <= high,
            )
        )
    return signals


def skewed_limits(deviation: float, limit: float) -> tuple[float, float]:
    """Return between what a ratio with mean one falls by chance, as a gamma variable.

    Parameters
    ----------
    deviation
        Its standard deviation.
    limit
        How many of them a normal variable may be off.
    """
    middle, width = 1.0 - deviation**2 / 9, limit * deviation / 3
    return max(middle - width, 0.0) ** 3, (middle + width) ** 3


def check_balance(
    measure: str,
    subjects: Sequence[str],
    amounts: Floats,
    target: Floats,
    doubt: Floats,
    tolerance: float,
    limit: float,
) -> list[Signal]:
    """Hold each territory's amount against its target; doubt widens the tolerance.

    Parameters
    ----------
    measure, subjects
        What is balanced, and the territories, (territories,).
    amounts, target
        As they now look, and as they should be, (territories,).
    doubt
        Standard deviation of each amount over its target, (territories,).
    tolerance
        Of the measure.
    limit
        Of :func:`critical_value`.
    """
    signals = []
    for name, amount, wanted, unsure in zip(subjects, amounts, target, doubt, strict=True):
        if wanted <= 0:
            continue
        ratio = float(amount) / float(wanted)
        width = tolerance + limit * float(unsure)
        signals.append(
            Signal(
                check="balance",
                subject=name,
                measure=measure,
                value=ratio,
                low=max(1.0 - width, 0.0),
                high=1.0 + width,
                alarm=abs(ratio - 1.0) > width + 1e-9,
            )
        )
    return signals


def smallest_move(
    amounts: Floats, territory_of: npt.NDArray[np.int64], upper: Floats, totals: Floats
) -> tuple[int, list[int]]:
    """Return how few accounts must leave at least so that no territory is above its limit.

    A lower bound on any re-plan: the largest accounts of each territory that is too large, until
    what is left fits.

    Parameters
    ----------
    amounts, territory_of
        Of each account, (accounts,).
    upper, totals
        The limit, and what each territory has, (territories,).

    Returns
    -------
    tuple
        The number, and the territories that have too much.
    """
    count, crowded = 0, []
    for territory in np.flatnonzero(totals > upper * (1 + 1e-9)).tolist():
        excess = float(totals[territory] - upper[territory])
        mine = np.sort(amounts[territory_of == territory])[::-1]
        needed = int(np.searchsorted(np.cumsum(mine), excess) + 1)
        count += min(needed, len(mine))
        crowded.append(territory)
    return count, crowded
