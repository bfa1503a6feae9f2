"""What a pay plan pays at an attainment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.inputs.money import Currency, find_rate
from planner.inputs.money import currency as find_currency
from planner.inputs.reps import Rep
from planner.outcomes.parameters import CompensationParameters, PayPlan

Floats = npt.NDArray[np.float64]
IN_PROPORTION = PayPlan()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """One person's pay over the plan at target, and the curve of its variable part.

    Parameters
    ----------
    rep_id, role
        Who.
    plan
        The role's pay plan.
    base, variable
        Over the plan, minor units.
    share
        Share of the plan in the seat.
    """

    rep_id: str
    role: str
    plan: PayPlan
    base: float
    variable: float
    share: float = 1.0


def settle_pay(
    reps: Sequence[Rep],
    shares: Sequence[float],
    years: float,
    parameters: CompensationParameters,
    currency: Currency,
    rates: Mapping[str, float],
) -> tuple[tuple[Pay, ...], tuple[Finding, ...]]:
    """Settle everybody's base and variable pay over the plan.

    Parameters
    ----------
    reps
        Who is paid.
    shares
        Share of the plan that each is in the seat, (reps,).
    years
        Length of the plan.
    parameters
        The scenario's ``[compensation]``.
    currency, rates
        The plan currency and plan rates to it.

    Returns
    -------
    Pay of each, and who has neither on-target earnings nor a plan with amounts.
    """
    paid = []
    missing = []
    for rep, share in zip(reps, shares, strict=True):
        plan = parameters.plans.get(rep.role, parameters.plans.get("default", IN_PROPORTION))
        ote = _earnings(rep, currency, rates)
        part = parameters.variable_share if rep.variable_share is None else rep.variable_share
        if ote is None and plan.variable is None:
            missing.append(rep)
        base = _amount(plan.base, currency, (ote or 0.0) * (1.0 - part))
        variable = _amount(plan.variable, currency, (ote or 0.0) * part)
        scale = years * share
        paid.append(
            Pay(
                rep_id=rep.rep_id,
                role=rep.role,
                plan=plan,
                base=base * scale,
                variable=variable * scale,
                share=share,
            )
        )
    return tuple(paid), tuple(_without_pay(missing))


def _earnings(rep: Rep, currency: Currency, rates: Mapping[str, float]) -> float | None:
    code = rep.currency or currency.code
    rate = find_rate(code, currency, rates)
    if not rep.ote or rep.ote < 0 or rate is None:
        return None
    return float(rep.ote * rate * 10.0 ** (currency.digits - find_currency(code).digits))


def _amount(given: float | None, currency: Currency, otherwise: float) -> float:
    return otherwise if given is None else float(currency.to_minor(given))


def _without_pay(missing: Sequence[Rep]) -> list[Finding]:
    if not missing:
        return []
    shown = ", ".join(rep.rep_id for rep in missing[:5])
    more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
    return [
        Finding(
            severity="warning",
            code="reps.pay_missing",
            message=f"Without ote and without a pay plan with amounts: {shown}{more}. What they are "
            "paid is not in the cost.",
            advice="Fill ote in the reps table, or give base and variable in compensation.plans.",
            table="reps",
            column="ote",
            count=len(missing),
        )
    ]


def pay_at(pay: Pay, attainment: Floats, team: Floats, currency: Currency) -> Floats:
    """Return a person's whole pay at attainments of his own and of the team, minor units.

    The variable part pays nothing below the threshold; from it on, every stretch of attainment
    pays at its tier's rate from the first unit sold, up to the cap; the team's share follows the
    same curve at the team's attainment. Fixed amounts are due from their attainment on, to who is
    in the seat for part of the plan in that part.

    Parameters
    ----------
    pay
        Who.
    attainment, team
        Bookings over quota, 1 is quota, of any same shape.
    currency
        The plan currency, for fixed amounts.
    """
    plan = pay.plan
    own = payout(plan, attainment)
    if plan.team_share > 0:
        own = (1.0 - plan.team_share) * own + plan.team_share * payout(plan, team)
    total = pay.base + pay.variable * own
    for spif in plan.spifs:
        due = currency.to_minor(spif.amount) * (pay.share if spif.prorated else pay.share > 0)
        total = total + np.where(attainment >= spif.at, due, 0.0)
    return np.asarray(total)


def payout(plan: PayPlan, attainment: Floats) -> Floats:
    """Return variable pay as a multiple of variable at quota.

    Parameters
    ----------
    plan
        Threshold, rate table and cap.
    attainment
        1 is quota, any shape.
    """
    paid = _along_rates(plan, np.maximum(attainment, 0.0))
    if plan.cap is not None:
        paid = np.minimum(paid, plan.cap)
    return np.where(attainment >= plan.threshold, paid, 0.0)


def _along_rates(plan: PayPlan, attainment: Floats) -> Floats:
    """Add up what each tier pays for the stretch of attainment that lies in it."""
    if not plan.rates:
        return attainment
    starts = [tier.from_attainment for tier in plan.rates]
    ends = [*starts[1:], np.inf]
    paid = np.zeros_like(attainment)
    for tier, start, end in zip(plan.rates, starts, ends, strict=True):
        paid = paid + tier.rate * np.clip(attainment - start, 0.0, end - start)
    return paid
