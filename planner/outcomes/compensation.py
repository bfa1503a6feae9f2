"""What the plan's pay will cost, and which part of a pay plan costs money and moves nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.inputs.money import Currency
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.outcomes.attainment import Simulation
from planner.outcomes.parameters import CompensationParameters, PayPlan, Tier
from planner.outcomes.pay import Pay, pay_at, settle_pay
from planner.outcomes.result import CompensationCost, PayElement, RepPay
from planner.quotas.capacity import plan_years
from planner.quotas.hierarchy import COMPANY
from planner.quotas.result import QuotaSheet
from planner.units.presence import months_in_seat

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ATTAINMENTS = (0.5, 0.8, 1.0, 1.2, 1.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Earner:
    """A person's pay with his attainment in each draw, and his bookings."""

    pay: Pay
    attainment: Floats
    team: Floats
    bookings: Ints
    carries: bool


def cost_compensation(
    simulation: Simulation,
    quotas: QuotaSheet,
    reps: Sequence[Rep],
    period: Period,
    parameters: CompensationParameters,
    currency: Currency,
    rates: Mapping[str, float],
) -> CompensationCost:
    """Cost everybody's pay on the simulated year.

    Parameters
    ----------
    simulation, quotas
        What is booked in each draw, and what is owed.
    reps
        The reps table; seat holders are paid, and managers, overlays and whoever supports others
        where they have on-target earnings or a plan.
    period
        The plan's months.
    parameters
        The scenario's ``[compensation]``.
    currency, rates
        The plan currency and plan rates to it.
    """
    people, findings = _paid_people(simulation, reps, period, parameters, currency, rates)
    teams = _team_attainments(simulation, quotas)
    bosses = _bosses(quotas)
    seats = {rep_id: seat for seat, rep_id in enumerate(simulation.rep_ids)}
    helped = {rep.rep_id: _seats_helped(rep, seats) for rep in reps}
    earners = [_earner(pay, simulation, seats, helped, teams, bosses) for pay in people]
    drawn = np.zeros(simulation.bookings.shape[1])
    rows = []
    for earner in earners:
        pay = pay_at(earner.pay, earner.attainment, earner.team, currency)
        drawn += pay
        rows.append(_describe(earner.pay, pay, currency))
    total = np.sort(drawn)
    booked = float(simulation.company.mean())
    return CompensationCost(
        expected=round(float(drawn.mean())),
        p10=_quantile(total, 0.1),
        p50=_quantile(total, 0.5),
        p90=_quantile(total, 0.9),
        cost_of_sales=float(drawn.mean()) / booked if booked > 0 else None,
        reps=tuple(rows),
        elements=tuple(_elements(earners, parameters, currency)),
        findings=findings,
    )


def _paid_people(
    simulation: Simulation,
    reps: Sequence[Rep],
    period: Period,
    parameters: CompensationParameters,
    currency: Currency,
    rates: Mapping[str, float],
) -> tuple[tuple[Pay, ...], tuple[Finding, ...]]:
    seated, managers = set(simulation.rep_ids), set(simulation.teams)
    known = [
        rep
        for rep in sorted(reps, key=lambda rep: rep.rep_id)
        if rep.rep_id in seated
        or ((rep.rep_id in managers or _helps(rep)) and _has_pay(rep, parameters))
    ]
    days = np.array([(end - start).days for start, end in period.bounds], dtype=np.float64)
    shares = [float(months_in_seat(rep, period) @ days / days.sum()) for rep in known]
    return settle_pay(known, shares, plan_years(period), parameters, currency, rates)


def _has_pay(rep: Rep, parameters: CompensationParameters) -> bool:
    return bool(rep.ote) or rep.role in parameters.plans


def _helps(rep: Rep) -> bool:
    """Return whether somebody without a book sells with others: an overlay, an SDR."""
    return rep.coverage == "overlay" or (rep.coverage == "none" and bool(rep.supports))


def _seats_helped(rep: Rep, seats: Mapping[str, int]) -> tuple[int, ...]:
    """Return the seats of those whom somebody supports; who names none of them supports all."""
    named = tuple(seats[other] for other in rep.supports if other in seats)
    return named or tuple(seats.values())


def _bosses(quotas: QuotaSheet) -> dict[str, str]:
    """Return whom each person rolls up to, as reps first."""
    bosses: dict[str, str] = {}
    for level in ("rep", "manager"):
        for line in quotas.lines:
            if line.level == level and line.parent_id is not None:
                bosses.setdefault(line.rep_id, line.parent_id)
    return bosses


def _team_attainments(simulation: Simulation, quotas: QuotaSheet) -> dict[str, Floats]:
    """Return the attainment of the company and of each manager's team in each draw."""
    managed = quotas.by_person("manager")
    teams = {COMPANY: _over(simulation.company, quotas.goal)}
    for manager in simulation.teams:
        teams[manager] = _over(_team(simulation, manager), managed.get(manager, 0))
    return teams


def _earner(
    pay: Pay,
    simulation: Simulation,
    seats: Mapping[str, int],
    helped: Mapping[str, tuple[int, ...]],
    teams: Mapping[str, Floats],
    bosses: Mapping[str, str],
) -> _Earner:
    """Return a person's attainment: a seat's own, a manager's of the team, else of those helped."""
    seat = seats.get(pay.rep_id)
    if seat is not None:
        bookings = simulation.own[seat]
        attainment = _over(bookings, int(simulation.quotas[seat]))
    elif pay.rep_id in teams:
        bookings, attainment = _team(simulation, pay.rep_id), teams[pay.rep_id]
    else:
        others = list(helped[pay.rep_id])
        bookings = np.asarray(simulation.own[others].sum(axis=0))
        attainment = _over(bookings, int(simulation.quotas[others].sum()))
    return _Earner(
        pay=pay,
        attainment=attainment,
        team=teams.get(bosses.get(pay.rep_id, COMPANY), teams[COMPANY]),
        bookings=bookings,
        carries=seat is not None,
    )


def _team(simulation: Simulation, manager: str) -> Ints:
    return np.asarray(simulation.bookings[list(simulation.teams[manager])].sum(axis=0))


def _over(bookings: Ints, quota: int) -> Floats:
    return bookings / quota if quota > 0 else np.zeros(len(bookings))


def _describe(pay: Pay, drawn: Floats, currency: Currency) -> RepPay:
    ordered = np.sort(drawn)
    at = np.array(ATTAINMENTS)
    return RepPay(
        rep_id=pay.rep_id,
        role=pay.role,
        base=round(pay.base),
        variable=round(pay.variable),
        expected=round(float(drawn.mean())),
        p10=_quantile(ordered, 0.1),
        p50=_quantile(ordered, 0.5),
        p90=_quantile(ordered, 0.9),
        at={
            share: round(amount)
            for share, amount in zip(ATTAINMENTS, pay_at(pay, at, at, currency), strict=True)
        },
    )


def _quantile(ordered: Floats, share: float) -> int:
    return round(float(ordered[max(int(np.ceil(share * len(ordered))) - 1, 0)]))


def _elements(
    earners: Sequence[_Earner], parameters: CompensationParameters, currency: Currency
) -> Iterator[PayElement]:
    """Take each part out of each role's plan, and see what pay and incentive that changes."""
    roles = sorted({earner.pay.role for earner in earners})
    for role in roles:
        members = [earner for earner in earners if earner.pay.role == role]
        for element, without in _without_each(members[0].pay.plan):
            cost = bookings = 0.0
            for earner in members:
                change = _change(earner, without, parameters, currency)
                cost += change[0]
                bookings += change[1]
            yield _judge(role, element, round(cost), round(bookings), currency)


def _without_each(plan: PayPlan) -> Iterator[tuple[str, PayPlan]]:
    """Yield each part of a plan with the plan that lacks it."""
    if plan.threshold > 0:
        yield f"threshold {plan.threshold:g}", plan.model_copy(update={"threshold": 0.0})
    for i, tier in enumerate(plan.rates):
        if i and tier.rate != plan.rates[i - 1].rate:
            kind = "accelerator" if tier.rate > plan.rates[i - 1].rate else "decelerator"
            words = f"{kind} × {tier.rate:g} from {tier.from_attainment:.0%}"
            yield words, plan.model_copy(update={"rates": _flattened(plan.rates, i)})
    if plan.cap is not None:
        yield f"cap × {plan.cap:g}", plan.model_copy(update={"cap": None})
    for spif in plan.spifs:
        left = tuple(other for other in plan.spifs if other is not spif)
        yield f"SPIF {spif.name}", plan.model_copy(update={"spifs": left})
    if plan.team_share > 0:
        yield f"team share {plan.team_share:.0%}", plan.model_copy(update={"team_share": 0.0})


def _flattened(rates: Sequence[Tier], place: int) -> tuple[Tier, ...]:
    """Return the table without one step: its stretch pays at the rate before it."""
    flat = rates[place].model_copy(update={"rate": rates[place - 1].rate})
    return (*rates[:place], flat, *rates[place + 1 :])


def _change(
    earner: _Earner, without: PayPlan, parameters: CompensationParameters, currency: Currency
) -> tuple[float, float]:
    """Return expected pay and bookings that a part adds for one person.

    The bookings a part moves are the person's, times ``response``, times how much more (in
    multiples of variable pay per quota) the next ``stretch`` of attainment pays because of it.
    """
    plain = replace(earner.pay, plan=without)
    cost = pay_at(earner.pay, earner.attainment, earner.team, currency)
    cost = cost - pay_at(plain, earner.attainment, earner.team, currency)
    if not earner.carries or earner.pay.variable <= 0:
        return float(cost.mean()), 0.0
    further = earner.attainment + parameters.stretch
    gain = pay_at(earner.pay, further, earner.team, currency)
    gain = gain - pay_at(plain, further, earner.team, currency) - cost
    slope = gain / (earner.pay.variable * parameters.stretch)
    lift = parameters.response * slope * earner.bookings
    return float(cost.mean()), float(lift.mean())


def _judge(role: str, element: str, cost: int, bookings: int, currency: Currency) -> PayElement:
    idle = cost > 0 and bookings < cost
    verb = "costs" if cost >= 0 else "saves"
    moved = "moves" if bookings >= 0 else "holds back"
    words = (
        f"{role or 'No role'}: {element} {verb} {currency.to_text(abs(cost))} {currency.code} and "
        f"{moved} {currency.to_text(abs(bookings))} of bookings"
    )
    return PayElement(
        role=role,
        element=element,
        cost=cost,
        bookings=bookings,
        idle=idle,
        words=words + (": it costs more than it moves." if idle else "."),
    )
