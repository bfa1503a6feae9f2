"""Everybody's quota of the whole plan, without months and levels: what a what-if asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planner.inputs.money import Currency
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.quotas.books import Books
from planner.quotas.capacity import HeadcountCapacity
from planner.quotas.parameters import QuotaParameters
from planner.quotas.refusals import check_goal
from planner.quotas.setting import prepare_setting, settle_direct


@dataclass(frozen=True, slots=True, kw_only=True)
class Payroll:
    """Who carries quota, and what does not change with the books.

    Parameters
    ----------
    reps
        The reps table, in any order.
    period, currency, rates
        The plan's months, its currency, and plan rates to it.
    season
        Share of bookings by month as history shows it, (months,).
    capacity
        As measured once, None where it is not yet.
    """

    reps: Sequence[Rep]
    period: Period
    currency: Currency
    rates: Mapping[str, float]
    season: Sequence[float]
    capacity: HeadcountCapacity | None = None


def measure_payroll(payroll: Payroll, books: Books, parameters: QuotaParameters) -> Payroll:
    """Return a payroll whose capacity is measured, for any number of settlements.

    Raises
    ------
    DataError, ScenarioError
        As :func:`planner.quotas.setting.set_quotas`.
    """
    setting, _ = prepare_setting(
        payroll.reps,
        payroll.period,
        payroll.currency,
        payroll.rates,
        books,
        parameters,
        payroll.season,
    )
    return Payroll(
        reps=setting.people,
        period=payroll.period,
        currency=payroll.currency,
        rates=payroll.rates,
        season=payroll.season,
        capacity=setting.capacity,
    )


def settle_people(payroll: Payroll, books: Books, parameters: QuotaParameters) -> dict[str, int]:
    """Return each rep's quota of the plan, by the same steps and to the same unit as the sheet.

    Parameters
    ----------
    payroll
        Who carries quota.
    books
        What the accounts of each seat bring.
    parameters
        The scenario's ``[quota]``.

    Raises
    ------
    DataError, ScenarioError, InfeasibleError
        As :func:`planner.quotas.setting.set_quotas`.
    """
    check_goal(parameters, payroll.currency)
    setting, _ = prepare_setting(
        payroll.reps,
        payroll.period,
        payroll.currency,
        payroll.rates,
        books,
        parameters,
        payroll.season,
        payroll.capacity,
    )
    settled, _ = settle_direct(setting, [part for part in setting.parts if part.in_direct_sum])
    totals: dict[str, int] = {}
    for item in settled:
        for place, quota in zip(item.part.carriers, item.quotas, strict=True):
            rep_id = setting.people[place].rep_id
            totals[rep_id] = totals.get(rep_id, 0) + quota
    return totals
