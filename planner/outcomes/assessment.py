"""Everything that finance asks of a plan beside its quotas and outcomes, in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planner.inputs.money import Currency
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.outcomes.attainment import Simulation
from planner.outcomes.compensation import cost_compensation
from planner.outcomes.fairness import plan_sample
from planner.outcomes.parameters import CompensationParameters
from planner.outcomes.result import PlanAssessment
from planner.quotas.backtest import held_out_sample
from planner.quotas.books import Books
from planner.quotas.bottom_up import compare_bottom_up
from planner.quotas.chance import check_dispersion, measure_chance, toss_surprises
from planner.quotas.changes import bridge_quotas
from planner.quotas.fairness import assess_fairness
from planner.quotas.fairness_result import Evidence, FairnessTest
from planner.quotas.parameters import QuotaParameters
from planner.quotas.past import PastQuotas, pair_quotas, past_sample
from planner.quotas.past_attainment import Basis, PastPeriod
from planner.quotas.past_basis import replayed_basis
from planner.quotas.result import QuotaSheet


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRecord:
    """What is known of the past, for the fairness tests.

    Parameters
    ----------
    quotas
        Past quotas with what was attained.
    books
        The accounts of each rep as they are today.
    periods
        Past periods as they could have been planned; arrays follow ``reps``.
    reps
        Those who had quotas.
    tests
        Tests on held-out periods that were run before, for the same basis; instead of ``periods``.
    """

    quotas: PastQuotas
    books: Books
    periods: tuple[PastPeriod, ...]
    reps: tuple[Rep, ...]
    tests: tuple[FairnessTest, ...] = ()


def assess_plan(
    simulation: Simulation,
    sheet: QuotaSheet,
    books: Books,
    reps: Sequence[Rep],
    period: Period,
    quota: QuotaParameters,
    compensation: CompensationParameters,
    currency: Currency,
    rates: Mapping[str, float],
    seed: int,
    *,
    regions: Mapping[str, str] | None = None,
    past: PastRecord | None = None,
    paid: Simulation | None = None,
) -> PlanAssessment:
    """Assess a plan: pay, fairness, bridge and bottom-up.

    Parameters
    ----------
    simulation, sheet, books
        The plan's simulated year, its quotas, and the books that they rest on.
    reps, period, currency, rates
        The reps table, the plan's months, its currency and plan rates.
    quota, compensation, seed
        The scenario's.
    regions
        A name for each rep; default: the manager.
    past
        Past quotas and periods; without it circular tests stay grey.
    paid
        The simulated year of everybody who is paid; default: of those who hold a seat.
    """
    places = dict(regions or {rep.rep_id: rep.manager_id or "" for rep in reps})
    expected = plan_sample(simulation, sheet, books, reps, period, places)
    held_out = previous = panel = None
    dispersion: tuple[FairnessTest, ...] = ()
    if past is not None:
        previous = past_sample(past.quotas, past.books, reps, period, places)
        panel = pair_quotas(past.quotas)
    if past is not None and past.periods:
        names = [places.get(rep.rep_id, "") for rep in past.reps]
        basis = replayed_basis(quota, currency)
        held_out = held_out_sample(past.periods, basis, names)
        dispersion = weigh_chance(past.periods, basis, seed)
    return PlanAssessment(
        compensation=cost_compensation(
            paid or simulation, sheet, reps, period, compensation, currency, rates
        ),
        fairness=assess_fairness(
            expected,
            held_out=held_out,
            past=previous,
            panel=panel,
            dispersion=dispersion,
            known=past.tests if past is not None else (),
            seed=seed,
        ),
        bridge=bridge_quotas(sheet),
        bottom_up=compare_bottom_up(sheet),
    )


def weigh_chance(
    periods: Sequence[PastPeriod], blend: Basis, seed: int
) -> tuple[FairnessTest, ...]:
    """Test dispersion on past periods against chance, under a basis and the quotas there were.

    Parameters
    ----------
    periods
        As they could have been planned.
    blend
        The plan's basis.
    seed
        Of the tosses.
    """
    tossed = toss_surprises(periods, seed)
    if tossed is None:
        return ()
    set_then = any((period.quota > 0).any() for period in periods)
    bases: list[tuple[Evidence, Basis | None]] = [("held_out", blend)]
    bases += [("past", None)] if set_then else []
    found = [(evidence, measure_chance(periods, tossed, basis)) for evidence, basis in bases]
    return tuple(check_dispersion(chance, evidence) for evidence, chance in found if chance)
