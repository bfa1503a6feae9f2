"""From a company's units, seats and rules to the problem that the engine solves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.errors import InfeasibleError
from planner.territories.costs import (
    MoveTerm,
    PairTerm,
    SumTerm,
    TourTerm,
    TravelTerm,
    sort_entries,
)
from planner.territories.limits import Budget, LossLimit, Measure, SoftLimits
from planner.territories.parameters import (
    AlignmentParameters,
    DisruptionParameters,
)
from planner.territories.problem import AlignmentProblem
from planner.units.result import ControlUnits, Eligibility, Seats, Today
from planner.units.targets import Targets

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
WORKLOAD = "workload"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompanyProblem:
    """A company's alignment problem, and which of its units take part in it.

    Parameters
    ----------
    problem
        Over the units that someone may serve.
    kept
        Positions of those units, ascending, (kept units,).
    unit_count
        How many units there are in all.
    """

    problem: AlignmentProblem
    kept: Ints
    unit_count: int

    def spread(self, territory_of: Ints) -> Ints:
        """Return the territory of every unit, -1 for those that nobody may serve, (units,)."""
        whole = np.full(self.unit_count, -1, dtype=np.int64)
        whole[self.kept] = territory_of
        return whole


def build_problem(
    units: ControlUnits,
    seats: Seats,
    eligibility: Eligibility,
    today: Today,
    targets: Mapping[str, Targets],
    parameters: AlignmentParameters,
    scale: int,
) -> CompanyProblem:
    """Return the alignment problem of a company.

    Parameters
    ----------
    units, seats, eligibility, today
        What the units stage found; homes of open headcount already chosen.
    targets
        By measure, for every measure of the scenario.
    parameters
        The scenario's ``[alignment]``.
    scale
        Minor units in one unit of the plan currency: costs are in units.

    Raises
    ------
    ValueError
        When parts disagree; names the unit, territory or measure.
    """
    servable = np.asarray(eligibility.allowed.any(axis=1))[eligibility.class_of_unit]
    kept = np.flatnonzero(servable)
    whole = today
    if len(kept) < len(servable):
        units, today = select_units(units, kept), select_today(today, kept)
        eligibility = replace(eligibility, class_of_unit=eligibility.class_of_unit[kept])
    problem = AlignmentProblem.build(
        unit_ids=units.unit_ids,
        territory_ids=seats.territory_ids,
        terms=cost_terms(units, seats, today, parameters, scale),
        measures=tuple(
            build_measure(name, parameters, units, seats, targets[name])
            for name, rule in parameters.measures.items()
        ),
        class_of_unit=eligibility.class_of_unit,
        allowed=eligibility.allowed,
        held=today.held,
        current=today.current,
        budgets=build_budgets(today, whole, parameters.disruption),
        loss_limits=build_loss_limits(today, whole, parameters.disruption),
        max_accounts=limit_accounts(seats, parameters.max_accounts),
        unit_accounts=units.accounts.astype(float),
        neighbours=units.neighbours if parameters.contiguity else None,
    )
    return CompanyProblem(problem=problem, kept=kept, unit_count=len(servable))


def select_units(units: ControlUnits, kept: Ints) -> ControlUnits:
    """Return chosen units as the engine needs them; accounts keep no unit of their own here."""
    sizes = np.diff(units.member_indptr)[kept]
    starts = np.repeat(units.member_indptr[kept] - np.cumsum(sizes) + sizes, sizes)
    members = starts + np.arange(sizes.sum())
    return replace(
        units,
        unit_ids=tuple(units.unit_ids[u] for u in kept.tolist()),
        accounts=units.accounts[kept],
        points=units.points[kept],
        measures={name: values[kept] for name, values in units.measures.items()},
        visits=units.visits[kept],
        revenue=units.revenue[kept],
        pipeline=units.pipeline[kept],
        neighbours=_select_edges(units.neighbours, kept, len(units.unit_ids)),
        hours=units.hours[kept],
        tour_hours=units.tour_hours[kept],
        member_indptr=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        members=units.members[members],
        member_points=units.member_points[members],
        member_hours_per_km=units.member_hours_per_km[members],
    )


def _select_edges(edges: Ints | None, kept: Ints, count: int) -> Ints | None:
    if edges is None:
        return None
    position = np.full(count, -1, dtype=np.int64)
    position[kept] = np.arange(len(kept))
    moved = position[edges]
    return np.asarray(moved[(moved >= 0).all(axis=1)])


def select_today(today: Today, kept: Ints) -> Today:
    """Return today's alignment over chosen units."""
    return replace(
        today,
        current=today.current[kept],
        stay=today.stay[kept],
        stay_accounts=today.stay_accounts[kept],
        stay_pipeline=today.stay_pipeline[kept],
        held=today.held[kept],
        hold_of_unit=today.hold_of_unit[kept],
    )


def cost_terms(
    units: ControlUnits, seats: Seats, today: Today, parameters: AlignmentParameters, scale: int
) -> tuple[PairTerm, ...]:
    """Return what a pair costs, by term, in units of the plan currency a year."""
    terms: list[PairTerm] = []
    travel = parameters.travel
    if travel.from_ != "none":
        terms += road_terms(units, seats, travel.cost_per_hour * travel.weight)
    disruption = parameters.disruption
    stay = sort_entries(_positive(today.stay) / scale)
    terms.append(
        MoveTerm(name="disruption", stay=stay, rate=disruption.loss_rate * disruption.weight)
    )
    return tuple(terms)


def road_terms(units: ControlUnits, seats: Seats, factor: float) -> tuple[PairTerm, PairTerm]:
    """Return travel from home, and between accounts, each times a factor (1 gives hours)."""
    travels = seats.travels & np.isfinite(seats.homes[:, 0])
    homes = np.where(travels[:, None], seats.homes, np.nan)
    travel = TravelTerm(
        name="travel",
        points=units.member_points,
        weights=units.member_hours_per_km * factor,
        homes=homes,
        indptr=units.member_indptr,
    )
    return travel, TourTerm(
        name="tours", amounts=units.tour_hours * factor, travels=travels.astype(float)
    )


def depends_on_who_serves(name: str, parameters: AlignmentParameters) -> bool:
    """Return whether a measure has travel in it: workload, where travel is counted at all."""
    return name == WORKLOAD and parameters.travel.from_ != "none"


def build_measure(
    name: str, parameters: AlignmentParameters, units: ControlUnits, seats: Seats, targets: Targets
) -> Measure:
    """Return one measure with its limits around the target.

    The one territory that serves a unit larger than its limit may reach that unit's amount;
    the engine knows that exception, so the limit stands here as the scenario has it.
    """
    rule, count = parameters.measures[name], len(seats.territory_ids)
    amounts, parts = units.measures[name], tuple[PairTerm, ...]()
    if depends_on_who_serves(name, parameters):
        parts += road_terms(units, seats, 1.0)
    if name == WORKLOAD and len(seats.pace):
        # What everybody takes stands in the amounts, so that no pair takes less than nothing.
        least = float(seats.pace.min())
        amounts = amounts + units.hours * (least - 1.0)
        parts += (TourTerm(name="role", amounts=units.hours, travels=seats.pace - least),)
    free = np.full(count, np.inf)
    soft = SoftLimits(
        target=targets.target,
        tolerance=np.full(count, rule.tolerance),
        buffer=np.full(count, rule.buffer),
        penalty=rule.penalty,
    )
    return Measure(
        name=name,
        amounts=amounts,
        lower=targets.lower if rule.hard else -free,
        upper=targets.upper if rule.hard else free,
        by_pair=SumTerm(name=name, parts=parts) if parts else None,
        soft=None if rule.hard else soft,
    )


def build_budgets(today: Today, whole: Today, rule: DisruptionParameters) -> tuple[Budget, ...]:
    """Return how much may move over the whole plan, of what continuing owners have.

    Parameters
    ----------
    today, whole
        Over the units that someone may serve, and over all: what nobody may serve moves in any
        case and uses up the budget first.
    rule
        The shares.
    """
    shares = {
        "accounts": (today.stay_accounts, whole.stay_accounts, rule.max_account_share),
        "revenue": (today.stay, whole.stay, rule.max_revenue_share),
        "pipeline": (today.stay_pipeline, whole.stay_pipeline, rule.max_pipeline_share),
    }
    budgets = []
    for name, (stay, all_of_it, share) in shares.items():
        if share is not None:
            part, total = _positive(stay), float(_positive(all_of_it).sum())
            limit = share * total - (total - float(part.sum()))
            refuse_overspent(name, limit, share)
            budgets.append(Budget(name=name, stay=part, limit=limit))
    return tuple(budgets)


def refuse_overspent(name: str, limit: float, share: float) -> None:
    """Refuse a budget that what nobody may serve uses up alone.

    Raises
    ------
    InfeasibleError
        When the limit that is left is below zero.
    """
    if limit < 0:
        raise InfeasibleError(
            f"Accounts that no rep may serve move in any case, and they alone exceed the {share:.1%} "
            f"of {name} that alignment.disruption lets move. Raise the share, or widen eligibility."
        )


def build_loss_limits(
    today: Today, whole: Today, rule: DisruptionParameters
) -> tuple[LossLimit, ...]:
    """Return how much of his revenue each rep may lose, what nobody may serve counted first."""
    if rule.max_rep_revenue_share is None:
        return ()
    part = _positive(today.stay)
    total = np.asarray(_positive(whole.stay).sum(axis=0), dtype=float).ravel()
    kept = np.asarray(part.sum(axis=0), dtype=float).ravel()
    return (
        LossLimit(
            name="revenue", stay=part, limit=total * rule.max_rep_revenue_share - (total - kept)
        ),
    )


def _positive(stay: sparse.csr_array) -> sparse.csr_array:
    """Return the entries in canonical order; an account that only had returns moves for nothing."""
    tidy = sort_entries(stay)
    return sparse.csr_array(
        (np.maximum(tidy.data, 0.0), tidy.indices, tidy.indptr), shape=tidy.shape
    )


def limit_accounts(seats: Seats, limit: int | dict[str, int] | None) -> Floats:
    """Return the most accounts each territory may have, infinity where there is no limit."""
    count = len(seats.territory_ids)
    if limit is None:
        return np.full(count, np.inf)
    if isinstance(limit, int):
        return np.full(count, float(limit))
    roles = seats.attributes.get("role", ("",) * count)
    default = float(limit.get("default", np.inf))
    return np.array([float(limit.get(role, default)) for role in roles])
