"""Whether simulated intervals held what happened: past windows, and the spread that fits them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.pipeline.past_periods import collect_orders

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.outcomes.calibration import Calibration, PastForecast
    from planner.outcomes.parameters import OutcomeParameters
    from planner.potential.held_out import HeldOut
    from planner.scenario.model import Scenario

Ints = npt.NDArray[np.int64]
# An interval's ends need fewer draws than a plan's probabilities.
MOST_DRAWS = 1_000
FEWEST_BOOKS = 20


def calibrate_company(
    data: PlanningData, held_out: HeldOut | None, parameters: OutcomeParameters, seed: int
) -> Calibration | None:
    """Simulate past windows of a company, and compare each interval with what happened.

    Parameters
    ----------
    data
        The company's tables.
    held_out
        Its past, as the potential's method forecasts it; None where there is too little.
    parameters, seed
        The scenario's ``[outcomes]`` and seed.

    Returns
    -------
    None where no past window can be held out.
    """
    from planner.outcomes.calibration import calibrate_draws

    past = past_forecasts(data, held_out, parameters) if held_out else []
    if not past:
        return None
    fewer = parameters.model_copy(update={"draws": min(parameters.draws, MOST_DRAWS)})
    return calibrate_draws(past, fewer, seed)


def past_forecasts(
    data: PlanningData, held_out: HeldOut, parameters: OutcomeParameters
) -> list[PastForecast]:
    """Return each past window by account, in the books of those who had them on its first day."""
    from planner.outcomes.calibration import PastForecast

    accounts = data.accounts
    ids = accounts["account_id"].astype(str).tolist()
    groups = {
        name: accounts[name].fillna("").astype(str).tolist()
        for name in parameters.common_by
        if name in accounts
    }
    return [
        PastForecast(
            account_ids=ids,
            expected=window.expected,
            low=window.low,
            high=window.high,
            actual=window.actual,
            seats=_books_on(data, np.datetime64(window.known)),
            groups=groups,
        )
        for window in held_out.windows()
    ]


def _books_on(data: PlanningData, day: np.datetime64) -> Ints:
    """Return whose book each account was in, by its last order; today's owner without any."""
    reps = [rep.rep_id for rep in data.reps]
    if data.history is not None and "rep_id" in data.history and reps:
        orders = collect_orders(data, reps)
        if (orders.reps >= 0).any():
            # Whose the accounts were that had yet to begin is not known well enough to judge by.
            return replace(orders, owners=None).holders(
                int(day.astype("datetime64[D]").astype(int)) + 1
            )
    place = {rep: seat for seat, rep in enumerate(reps)}
    owners = data.accounts["owner_id"].fillna("").astype(str).tolist()
    return np.array([place.get(owner, -1) for owner in owners], dtype=np.int64)


def settle_by_past(
    scenario: Scenario, data: PlanningData, method: str
) -> tuple[Scenario, tuple[Finding, ...]]:
    """Return the scenario with what it asks to be chosen on the past, and what was chosen.

    That is a quota basis of ``backtest``, and the variation where ``outcomes.calibrate`` is set.

    Parameters
    ----------
    scenario
        The plan's settings.
    data
        The company's tables.
    method
        The potential's.
    """
    quota = scenario.quota
    if quota is None or not (quota.basis == "backtest" or scenario.outcomes.calibrate):
        return scenario, ()
    from planner.pipeline.quota_setting import settle_basis
    from planner.potential.held_out import hold_out

    held_out = hold_out(data, scenario.potential, scenario.seed, method)
    forecast = held_out.forecast_on if held_out else None
    basis, chosen = settle_basis(data, quota, forecast)
    outcomes, fitted = settle_outcomes(scenario, data, held_out)
    settled = {"quota": basis, "outcomes": outcomes}
    return scenario.model_copy(update=settled), (*chosen, *fitted)


def settle_outcomes(
    scenario: Scenario, data: PlanningData, held_out: HeldOut | None
) -> tuple[OutcomeParameters, tuple[Finding, ...]]:
    """Return the ``[outcomes]`` with the variation that fits the past, where they ask for that.

    Parameters
    ----------
    scenario, data
        The plan's settings, and the company's tables.
    held_out
        The past as the potential's method forecasts it, None where there is too little.
    """
    stated = scenario.outcomes
    if not stated.calibrate:
        return stated, ()
    found = calibrate_company(data, held_out, stated, scenario.seed)
    if found is None or found.books < FEWEST_BOOKS:
        return stated, (TOO_LITTLE,)
    scale = found.taken
    fitted = replace(found, scale=scale).applied_to(stated)
    finding = Finding(
        severity="info",
        code="outcomes.calibrated",
        message=f"What accounts share varies {scale:g} times as much as stated (company "
        f"{fitted.common_variation:.3g}, groups {fitted.group_variation:.3g}): so the simulated "
        f"80% intervals of {found.books} past books held {found.by_scale[scale]:.0%} of what "
        f"happened, and {found.by_scale[1.0]:.0%} as stated.",
        subject="outcomes",
    )
    return fitted, (finding,)


TOO_LITTLE = Finding(
    severity="warning",
    code="outcomes.not_calibrated",
    message="outcomes.calibrate finds too little of the past: the variation stays as stated.",
    advice=f"Give history with rep_id of two years or more, and at least {FEWEST_BOOKS} books of "
    "a rep and period.",
    subject="outcomes",
)
