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
# A goal that is reached less often than this is named, although no limit is crossed.
FAINT = 0.1
NAMED = 5


def check_plan(year: YearToDate, spread: Spread, parameters: TrackParameters) -> list[Signal]:
    """Hold attainment, potential and balance against their control limits.

    All checks together raise a false alarm as often as was chosen: half of it is the company's
    own check, which rests on few years, and half that of all territories.

    Parameters
    ----------
    year
        What was planned and what came.
    spread
        How far bookings fall from what is expected, by chance.
    parameters
        The rate of false alarms.
    """
    half = 1.0 - (1.0 - parameters.false_alarms) ** 0.5
    checks = int((year.baseline > 0).sum()) * (2 + (year.balanced is not None))
    limit = critical_value(half, checks, spread.books + PRIOR_YEARS)
    alone = critical_value(half, 1, spread.years + PRIOR_YEARS)
    owed = next((o.to_date for o in year.owed if o.level == "company"), 0)
    total = np.array([float(sum(year.credited.values()))])
    whole = np.array([float(owed)])
    due = year.baseline * year.done
    fair = due * company_pace(year)
    company = np.array([spread.deviation(year.seat_owed, year.done)])
    signals = check_ratio("attainment", [COMPANY], total, whole, company, alone)
    names = year.territory_ids
    shared = spread.common * np.maximum(year.seat_owed, 0.0) * np.sqrt(year.done)
    apart = spread.apart(year.seat_owed, year.done)
    each = [critical_value(half, checks, n) for n in _degrees(apart, shared, spread).tolist()]
    noise = np.sqrt(apart**2 + shared**2)
    signals += check_ratio("attainment", names, year.booked, year.seat_owed, noise, np.array(each))
    own = spread.apart(fair, year.done)
    signals += check_ratio("potential", names, year.booked, fair, own, limit)
    return signals + _balance(year, spread, limit)


def _degrees(apart: Floats, shared: Floats, spread: Spread) -> Floats:
    """Return the degrees of freedom behind two deviations together (Satterthwaite), (books,)."""
    books, years = spread.books + PRIOR_YEARS, spread.years + PRIOR_YEARS
    doubt = apart**4 / books + shared**4 / years
    whole = (apart**2 + shared**2) ** 2
    known = np.divide(whole, doubt, out=np.full(len(whole), float(books)), where=doubt > 0)
    return np.asarray(known)


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


def find_remedy(
    year: YearToDate, signals: Sequence[Signal], plan: str, chance: float | None = None
) -> Remedy:
    """Return the smallest change that would answer the alarms.

    Parameters
    ----------
    year, signals
        The year so far, and its control limits.
    plan
        The plan's folder, for the command.
    chance
        Of reaching the company's goal; None where there is none.
    """
    alarms = [one for one in signals if one.alarm]
    crowded = [one for one in alarms if one.check == "balance"]
    if crowded and year.balanced is not None:
        return _realign(year, year.balanced, plan)
    command = f"planner plan SCENARIO --from {plan} --only quotas"
    off = [one for one in alarms if one.check == "attainment"]
    if off:
        who = "the company" if off[0].subject == COMPANY else _name(off)
        words = (
            f"Bookings of {who} are off the quotas by more than chance: settle the quotas of the "
            f"months that remain, with a goal near the landing: {command}."
        )
        return Remedy(kind="quotas", words=words)
    if alarms:
        words = (
            f"Bookings of {_name(alarms)} are farther from their potential than chance may bring: "
            "look at what their accounts can give, write it into potential.overrides, and settle "
            f"the quotas of the months that remain: {command}."
        )
        return Remedy(kind="quotas", words=words)
    words = "No control limit is crossed: nothing is farther from the plan than chance may bring."
    if chance is None or chance >= FAINT:
        return Remedy(kind="none", words=words)
    far = (
        f"{words} Yet at this pace the goal is reached in {chance:.0%} of cases, as far as can be "
        f"seen: {command} --set quota.goal=AMOUNT settles another one."
    )
    return Remedy(kind="none", words=far)


def _name(signals: Sequence[Signal]) -> str:
    """Return the territories that some alarms are about, the first few by name."""
    names = sorted({one.subject for one in signals})
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _realign(year: YearToDate, measure: Balanced, plan: str) -> Remedy:
    totals, target = _seen(year, measure)
    placed = np.maximum(year.territory_of, 0)
    amounts = np.where(year.territory_of >= 0, measure.amounts * _multiples(year)[placed], 0.0)
    upper = target * (1.0 + measure.tolerance)
    count, territories = smallest_move(amounts, year.territory_of, upper, totals)
    share = count / max(int((year.territory_of >= 0).sum()), 1)
    if not territories:
        return _fill_up(year, measure, plan)
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


def _fill_up(year: YearToDate, measure: Balanced, plan: str) -> Remedy:
    """Return the remedy where territories have too little, and none has too much."""
    totals, target = _seen(year, measure)
    small = np.flatnonzero(totals < target * (1.0 - measure.tolerance))
    names = ", ".join(year.territory_ids[t] for t in small.tolist())
    share = len(small) / max(int((year.territory_of >= 0).sum()), 1)
    asked = f"{min(np.ceil(share * 1000) / 1000, 1.0):g}"
    return Remedy(
        kind="alignment",
        accounts=len(small),
        account_share=share,
        words=f"{measure.name.replace('_', ' ').capitalize()} has drifted out of balance: at least "
        f"{len(small)} accounts ({share:.1%}) must go to {names}: planner plan SCENARIO --from "
        f"{plan} --set change.max_account_share={asked}.",
    )
