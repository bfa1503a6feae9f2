"""The parts of the quota: what each adds up to, who carries it, and by which basis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from planner.errors import ScenarioError
from planner.inputs.money import Currency
from planner.inputs.reps import Rep
from planner.quotas.books import Books
from planner.quotas.mistakes import wrong_key
from planner.quotas.parameters import Component, OverAssignment, QuotaParameters
from planner.quotas.seasonality import split_exactly

Floats = npt.NDArray[np.float64]
TOTAL = "total"
NO_OVER_ASSIGNMENT = OverAssignment(rep=Decimal(0), manager=Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One component, sized.

    Parameters
    ----------
    name
        As the scenario names it; ``total`` where it names none.
    goal, rep_total
        The company's figure and that of all reps, minor units (or whole units of ``unit``).
    over_assignment
        Its rates.
    blend
        Weights of the basis.
    carriers
        Positions of those who carry it among the people of the plan.
    in_direct_sum
        Whether it is part of the company's goal.
    unit
        ``money``, or what is counted.
    """

    name: str
    goal: int
    rep_total: int
    over_assignment: OverAssignment
    blend: Mapping[str, object]
    carriers: tuple[int, ...]
    in_direct_sum: bool
    unit: str = "money"


def size_parts(
    parameters: QuotaParameters, currency: Currency, people: Sequence[Rep], books: Books
) -> tuple[Part, ...]:
    """Size every component of the quota.

    Parameters
    ----------
    parameters
        The scenario's ``[quota]``.
    currency
        The plan currency.
    people
        Everybody who may carry a quota, by id.
    books
        The seats, by rep.

    Returns
    -------
    The parts of the direct sum first, each group in the scenario's order.

    Raises
    ------
    ScenarioError
        When goals or shares do not add up to the company's goal, or nobody carries a part.
    """
    table = dict(parameters.components) or {TOTAL: Component()}
    seated = set(books.rep_ids)
    direct = {name: part for name, part in table.items() if part.in_direct_sum}
    beside = {name: part for name, part in table.items() if not part.in_direct_sum}
    if not direct:
        direct = {TOTAL: Component()}
    goals = _direct_goals(direct, parameters, currency)
    rep_totals = _rep_totals(list(goals.values()), parameters.over_assignment.rep)
    parts = [
        Part(
            name=name,
            goal=goals[name],
            rep_total=rep_total,
            over_assignment=parameters.over_assignment,
            blend=_blend_of(part, parameters),
            carriers=_carriers(name, part, people, seated),
            in_direct_sum=True,
        )
        for (name, part), rep_total in zip(direct.items(), rep_totals, strict=True)
    ]
    parts += [
        _size_beside(name, part, parameters, currency, people, books)
        for name, part in beside.items()
    ]
    return tuple(parts)


def component_goals(parameters: QuotaParameters, currency: Currency) -> dict[str, int]:
    """Return the goals of all components that state one, minor units or counts, by name.

    Parameters
    ----------
    parameters
        The scenario's ``[quota]``.
    currency
        The plan currency.

    Raises
    ------
    ScenarioError
        When goals or shares do not add up to the company's goal.
    """
    table = parameters.components
    direct = {name: part for name, part in table.items() if part.in_direct_sum}
    goals = _direct_goals(direct or {TOTAL: Component()}, parameters, currency)
    for name, part in table.items():
        if not part.in_direct_sum and part.goal is not None:
            money = part.unit == "money"
            goals[name] = currency.to_minor(part.goal) if money else round(part.goal)
    return goals


def uplift(goal: int, rate: Decimal) -> int:
    """Return goal × (1 + rate) in whole minor units, half to even."""
    return round(Fraction(goal) * (1 + Fraction(rate)))


def _direct_goals(
    direct: Mapping[str, Component], parameters: QuotaParameters, currency: Currency
) -> dict[str, int]:
    """Return each direct component's goal; one without goal or share takes the rest."""
    goal = currency.to_minor(parameters.goal)
    shares = {name: part.share for name, part in direct.items() if part.share is not None}
    fixed = {
        name: currency.to_minor(part.goal) for name, part in direct.items() if part.goal is not None
    }
    open_ = [name for name in direct if name not in shares and name not in fixed]
    if len(open_) > 1:
        raise wrong_key(
            "quota.components",
            "quota.components_open",
            f"quota.components: {', '.join(open_)} have neither goal nor share; only one may.",
            "Give all but one of them a goal or a share.",
        )
    fixed |= _share_goals(shares, goal, exhaustive=not open_ and not fixed)
    rest = goal - sum(fixed.values())
    if open_ and rest > 0:
        fixed[open_[0]] = rest
    elif rest != 0 or open_:
        raise wrong_key(
            "quota.components",
            "quota.components_off_goal",
            "quota.components: the direct goals add up to "
            f"{currency.to_text(goal - rest)}, the company's goal is {currency.to_text(goal)}.",
            "Make them add up, or leave one without goal and share: it takes the rest.",
        )
    return {name: fixed[name] for name in direct}


def _share_goals(shares: Mapping[str, Decimal], goal: int, *, exhaustive: bool) -> dict[str, int]:
    wanted = [Fraction(share) * goal for share in shares.values()]
    if exhaustive and sum(shares.values()) == 1:
        return dict(zip(shares, split_exactly(goal, wanted), strict=True))
    return {name: round(figure) for name, figure in zip(shares, wanted, strict=True)}


def _rep_totals(goals: Sequence[int], rate: Decimal) -> list[int]:
    """Return what the reps owe of each part; together exactly the goal with its uplift."""
    wanted = [Fraction(goal) * (1 + Fraction(rate)) for goal in goals]
    return split_exactly(uplift(sum(goals), rate), wanted)


def _blend_of(part: Component, parameters: QuotaParameters) -> Mapping[str, object]:
    if part.basis is not None:
        return part.basis
    if isinstance(parameters.basis, str):
        raise ScenarioError(
            'quota.basis = "backtest" has to be chosen on past periods before quotas are set.'
        )
    return parameters.basis


def _carriers(
    name: str, part: Component, people: Sequence[Rep], seated: set[str]
) -> tuple[int, ...]:
    """Return who carries a part: seats for the direct sum, anybody of its roles beside it."""
    roles = set(part.roles)
    if part.in_direct_sum or part.retention is not None:
        able = [i for i, rep in enumerate(people) if rep.rep_id in seated]
    elif roles:
        able = list(range(len(people)))
    else:
        able = [i for i, rep in enumerate(people) if rep.coverage == "overlay"]
    carriers = tuple(i for i in able if not roles or people[i].role in roles)
    if not carriers:
        known = ", ".join(sorted({rep.role for rep in people if rep.role})) or "none"
        raise wrong_key(
            f"quota.components.{name}.roles",
            "quota.component_without_carrier",
            f"Nobody carries the component {name}: roles {', '.join(part.roles) or 'any'}; "
            f"roles in the reps table: {known}.",
            "Name roles that somebody with accounts has.",
        )
    return carriers


def _size_beside(
    name: str,
    part: Component,
    parameters: QuotaParameters,
    currency: Currency,
    people: Sequence[Rep],
    books: Books,
) -> Part:
    carriers = _carriers(name, part, people, set(books.rep_ids))
    rates = part.over_assignment or parameters.over_assignment
    blend = _blend_of(part, parameters)
    if part.retention is not None:
        ids = {people[i].rep_id for i in carriers}
        kept = [h for h, i in zip(books.history.tolist(), books.rep_ids, strict=True) if i in ids]
        goal, rates, blend = round(sum(kept) * part.retention), NO_OVER_ASSIGNMENT, {"history": 1.0}
    elif part.unit == "money":
        goal = currency.to_minor(part.goal or 0)
    else:
        goal = round(part.goal or 0)
    return Part(
        name=name,
        goal=goal,
        rep_total=uplift(goal, rates.rep),
        over_assignment=rates,
        blend=blend,
        carriers=carriers,
        in_direct_sum=False,
        unit=part.unit,
    )


def carrier_measures(
    people: Sequence[Rep], books: Books, parameters: QuotaParameters, currency: Currency
) -> dict[str, Floats]:
    """Return every measure that a basis may name, for each person, (people,).

    A person without a book who supports others (an overlay, an SDR) has the sum of their books;
    one who supports nobody by name has the whole company's.
    """
    seat_of = {rep_id: i for i, rep_id in enumerate(books.rep_ids)}
    seats = [_seats_behind(rep, seat_of) for rep in people]
    columns: dict[str, Floats] = {
        "history": books.history.astype(np.float64),
        "potential": books.potential.astype(np.float64),
        "accounts": books.accounts.astype(np.float64),
        **{name: np.asarray(values) for name, values in books.measures.items()},
    }
    measures = {
        name: np.array([float(values[of].sum()) for of in seats])
        for name, values in columns.items()
    }
    measures["equal"] = np.array([max(rep.capacity, 0.0) for rep in people])
    given = parameters.submitted
    measures["submitted"] = np.array(
        [
            float(currency.to_minor(given[rep.rep_id]) if rep.rep_id in given else potential)
            for rep, potential in zip(people, measures["potential"], strict=True)
        ]
    )
    return measures


def _seats_behind(rep: Rep, seat_of: Mapping[str, int]) -> list[int]:
    if rep.rep_id in seat_of:
        return [seat_of[rep.rep_id]]
    if rep.coverage != "overlay" and not rep.supports:
        return []
    named = [seat_of[other] for other in rep.supports if other in seat_of]
    return named or list(range(len(seat_of)))


def measures_of_part(part: Part, measures: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the measures of a part's carriers; history is of its own type where that is known.

    A component called ``renewal`` rests on ``history_renewal`` where the books have it.
    """
    chosen = {name: values[list(part.carriers)] for name, values in measures.items()}
    own = chosen.get(f"history_{part.name}")
    if own is not None and own.sum() > 0:
        chosen["history"] = own
    return chosen
