"""Whether a plan still holds: its control limits, and the smallest change that answers them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from planner.tracking.drift import (
    Remedy,
    Signal,
    check_balance,
    check_ratio,
    critical_value,
    smallest_move,
)
from planner.tracking.landing import BOOK_STRENGTH, PRIOR_YEARS, Spread
from planner.tracking.parameters import TrackParameters
from planner.tracking.year_to_date import COMPANY, Balanced, YearToDate, company_pace

Floats = npt.NDArray[np.float64]


def check_plan(year: YearToDate, spread: Spread, parameters: TrackParameters) -> list[Signal]:
    """Hold attainment, potential and balance against their control limits.

    All checks together raise a false alarm as often as was chosen.

    Parameters
    ----------
    year
        What was planned and what came.
    spread
        How far bookings fall from what is expected, by chance.
    parameters
        The rate of false alarms.
    """
    counted = int((year.baseline > 0).sum())
    checks = 1 + counted * (2 + (year.balanced is not None))
    limit = critical_value(parameters.false_alarms, checks, spread.books + PRIOR_YEARS)
    alone = critical_value(parameters.false_alarms, checks, spread.years + PRIOR_YEARS)
    owed = next((o.to_date for o in year.owed if o.level == "company"), 0)
    total = np.array([float(sum(year.credited.values()))])
    whole = np.array([float(owed)])
    due = year.baseline * year.done
    fair = due * company_pace(year)
    company = np.array([spread.deviation(year.seat_owed, year.done)])
    signals = check_ratio("attainment", [COMPANY], total, whole, company, alone)
    names = year.territory_ids
    shared = spread.common * np.maximum(year.seat_owed, 0.0) * np.sqrt(year.done)
    noise = np.sqrt(spread.apart(year.seat_owed, year.done) ** 2 + shared**2)
    signals += check_ratio("attainment", names, year.booked, year.seat_owed, noise, limit)
    own = spread.apart(fair, year.done)
    signals += check_ratio("potential", names, year.booked, fair, own, limit)
    return signals + _balance(year, spread, limit)


def _multiples(year: YearToDate) -> Floats:
    """Return by how much each territory's accounts beat what was expected, at equal pace."""
    fair = year.baseline * year.done * company_pace(year)
    prior = BOOK_STRENGTH * year.baseline
    weight = fair + prior
    return np.divide(year.booked + prior, weight, out=np.ones(len(weight)), where=weight > 0)


def _balance(year: YearToDate, spread: Spread, limit: float) -> list[Signal]:
    if year.balanced is None:
        return []
    amounts, target = _seen(year, year.balanced)
    fair = year.baseline * year.done * company_pace(year)
    weight = fair + BOOK_STRENGTH * year.baseline
    noise = spread.apart(fair, year.done)
    unsure = np.divide(noise, weight, out=np.zeros(len(weight)), where=weight > 0)
    return check_balance(
        year.balanced.name,
        year.territory_ids,
        amounts,
        target,
        unsure,
        year.balanced.tolerance,
        limit,
    )


def _seen(year: YearToDate, measure: Balanced) -> tuple[Floats, Floats]:
    """Return a measure's totals as bookings now suggest them, and targets of the same sum."""
    placed = year.territory_of >= 0
    totals = np.bincount(
        year.territory_of[placed],
        weights=measure.amounts[placed],
        minlength=len(year.territory_ids),
    )
    seen = totals * _multiples(year)
    before = float(totals.sum())
    return seen, measure.target * (float(seen.sum()) / before if before > 0 else 1.0)


def find_remedy(year: YearToDate, signals: Sequence[Signal], plan: str) -> Remedy:
    """Return the smallest change that would answer the alarms.

    Parameters
    ----------
    year, signals
        The year so far, and its control limits.
    plan
        The plan's folder, for the command.
    """
    crowded = [s for s in signals if s.alarm and s.check == "balance"]
    if crowded and year.balanced is not None:
        return _realign(year, year.balanced, plan)
    off = [s for s in signals if s.alarm and s.check == "attainment"]
    if off:
        who = "the company" if off[0].subject == COMPANY else f"{len(off)} territories"
        words = (
            f"Bookings of {who} are off the quotas by more than chance: settle the quotas of the "
            f"months that remain, with a goal near the landing: planner plan SCENARIO --from {plan} "
            "--only quotas."
        )
        return Remedy(kind="quotas", words=words)
    return Remedy(
        kind="none",
        words="The plan holds: nothing is farther from what it expected than chance may bring.",
    )


def _realign(year: YearToDate, measure: Balanced, plan: str) -> Remedy:
    totals, target = _seen(year, measure)
    placed = np.maximum(year.territory_of, 0)
    amounts = np.where(year.territory_of >= 0, measure.amounts * _multiples(year)[placed], 0.0)
    upper = target * (1.0 + measure.tolerance)
    count, territories = smallest_move(amounts, year.territory_of, upper, totals)
    share = count / max(int((year.territory_of >= 0).sum()), 1)
    names = tuple(year.territory_ids[t] for t in territories)
    asked = f"{min(np.ceil(share * 1000) / 1000, 1.0):g}"
    return Remedy(
        kind="alignment",
        accounts=count,
        account_share=share,
        from_territories=names,
        words=f"{measure.name.replace('_', ' ').capitalize()} has drifted out of balance: at least "
        f"{count} accounts ({share:.1%}) must leave {', '.join(names) or 'nobody'}: planner plan "
        f"SCENARIO --from {plan} --set change.max_account_share={asked}.",
    )
