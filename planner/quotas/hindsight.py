"""Whether past quotas look as though they were set when the result was known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.quotas.past import PastQuotas

Floats = npt.NDArray[np.float64]
FEWEST = 30
# What managers know beyond the past (deals in sight) explains some of a period, not most of it.
LIMIT = 0.8


def measure_hindsight(past: PastQuotas) -> tuple[float | None, int]:
    """Return how closely quotas follow what their own period brought, beyond the two before it.

    The partial rank correlation of quota and bookings of the same period, given the bookings of
    the two periods before and a level of each period: 0 for a quota that only knows the past,
    near 1 for one that was made from the result.

    Parameters
    ----------
    past
        Quotas with what was attained, by rep and start.

    Returns
    -------
    The correlation, None with fewer than 30 rows, and the number of rows.
    """
    from scipy.stats import rankdata

    rows = [
        i
        for i in range(2, len(past.rep_ids))
        if len(set(past.rep_ids[i - 2 : i + 1])) == 1
        and past.afters[i - 2] == past.starts[i - 1]
        and past.afters[i - 1] == past.starts[i]
        and past.quotas[i] > 0
        and min(past.attained[i - 2 : i + 1]) > 0
    ]
    if len(rows) < FEWEST:
        return None, len(rows)
    at = np.array(rows)
    quota, booked, last, before = (
        rankdata(values)
        for values in (past.quotas[at], *(past.attained[at - lag] for lag in range(3)))
    )
    periods = sorted({past.starts[i] for i in rows})
    levels = np.array([[past.starts[i] == period for period in periods] for i in rows], dtype=float)
    known = np.column_stack([last, before, levels])
    left, right = _rest(quota, known), _rest(booked, known)
    spread = float(np.sqrt((left**2).sum() * (right**2).sum()))
    return (float((left * right).sum()) / spread if spread > 1e-9 else None), len(rows)


def _rest(values: Floats, known: Floats) -> Floats:
    """Return what is left of values when what was known is taken out."""
    fitted = known @ np.linalg.lstsq(known, values, rcond=None)[0]
    return np.asarray(values - fitted)


def find_hindsight(past: PastQuotas) -> tuple[Finding, ...]:
    """Return a finding where past quotas follow the result more closely than any plan could.

    Parameters
    ----------
    past
        Quotas with what was attained.
    """
    value, count = measure_hindsight(past)
    if value is None or value < LIMIT:
        return ()
    return (
        Finding(
            severity="info",
            code="quotas.hindsight",
            message=f"The past quotas follow what their own period brought (partial rank correlation "
            f"{value:.2f} beyond the two periods before, {count} quotas): they look as though "
            "they were set, or corrected, when the result was known.",
            advice="No method that only knows the past can come as near, so its dispersion is "
            "no fair measure of the methods; compare them with each other.",
            table="quotas",
            column="quota",
        ),
    )
