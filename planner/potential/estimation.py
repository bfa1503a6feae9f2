"""The potential of every account: estimated, given an interval, corrected and reconciled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no stubs

from planner.findings import Finding
from planner.potential.attributes import Attributes, read_attributes
from planner.potential.backtest import BacktestReport, compare_methods
from planner.potential.history import MonthlyHistory, read_history
from planner.potential.lookalikes import find_lookalikes
from planner.potential.market import from_market, whitespace_of
from planner.potential.methods.catalogue import method_named
from planner.potential.methods.shrinkage import Shrinkage
from planner.potential.observations import observe
from planner.potential.opportunities import open_amounts
from planner.potential.panel import DAYS_A_MONTH, open_timeline
from planner.potential.reconciliation import override_amounts, reconcile
from planner.potential.rep_effects import account_multiples, estimate_rep_effects
from planner.potential.result import Potential
from planner.potential.season import calendar_season, period_weight, season_shares
from planner.potential.trials import Trials

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.potential.parameters import PotentialParameters

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

YEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Expected bookings of the plan with their interval, minor units not yet rounded.

    Arrays are (accounts,); see ``Potential`` for the rest.
    """

    expected: Floats
    low: Floats
    high: Floats
    method: str
    report: BacktestReport | None = None
    drivers: dict[str, Floats] = field(default_factory=dict)
    reasons: dict[str, Floats] = field(default_factory=dict)
    multiple: Floats | None = None
    findings: tuple[Finding, ...] = ()


def estimate(data: PlanningData, parameters: PotentialParameters, seed: int) -> Potential:
    """Estimate what each account could book in the plan period.

    Parameters
    ----------
    data
        The company's tables.
    parameters
        The scenario's ``[potential]``.
    seed
        Of the methods that draw samples.

    Returns
    -------
    Arrays in the order of the accounts; never NaN, never negative.

    Raises
    ------
    ScenarioError
        When a column or account that the scenario names does not exist, or the overrides
        cannot sum to the stated total.
    """
    # One thread: the same sums in the same order whatever the machine.
    with threadpool_limits(limits=1):
        history = read_history(data.accounts, data.history, data.period.as_of)
        attributes = read_attributes(data.accounts, parameters.features, history)
        if history is None or history.sales.sum() <= 0:
            expected, basis, findings = from_market(data, history is None)
            figures = Figures(
                expected=expected,
                low=np.zeros_like(expected),
                high=3.0 * expected,
                method="market",
                drivers={basis: expected},
                findings=findings,
            )
        else:
            figures = _from_history(data, parameters, history, attributes, seed)
        return _finish(data, parameters, figures, history, attributes)


def _from_history(
    data: PlanningData,
    parameters: PotentialParameters,
    history: MonthlyHistory,
    attributes: Attributes,
    seed: int,
) -> Figures:
    timeline = open_timeline(data, history, attributes)
    trials = Trials(timeline=timeline, seed=seed, interval=parameters.interval)
    report = compare_methods(trials, parameters.cuts, coverage=False)
    best = report.chosen if report else "shrinkage"
    name = best if parameters.method == "auto" else str(parameters.method)
    expected, low, high = _with_newcomers(trials, name)
    multiple, findings = _rep_multiple(data, parameters, attributes)
    scale = _plan_months(data) / timeline.horizon / multiple
    snapshot = timeline.at(history.months)
    return Figures(
        expected=expected * scale,
        low=low * scale,
        high=high * scale,
        method=name,
        report=report,
        drivers={**snapshot.levels, **snapshot.signals, "peers": snapshot.peers},
        reasons=_reasons(name, trials, expected * scale, seed),
        multiple=multiple,
        findings=(*findings, *(report.findings if report else (_short_history(history),))),
    )


def _with_newcomers(trials: Trials, name: str) -> tuple[Floats, Floats, Floats]:
    """Return the method's figures, those of accounts that never bought from similar accounts.

    A method that only looks at an account's own history has nothing to say of them.
    """
    timeline = trials.timeline
    known, window = timeline.history.months, timeline.horizon
    own = trials.bounds(method_named(name), known, window)
    new = ~timeline.at(known).bought
    if not new.any() or own[0][new].any():
        return own
    similar = trials.bounds(Shrinkage(), known, window)
    expected, low, high = (np.where(new, b, a) for a, b in zip(own, similar, strict=True))
    return expected, low, high


def _rep_multiple(
    data: PlanningData, parameters: PotentialParameters, attributes: Attributes
) -> tuple[Floats, tuple[Finding, ...]]:
    """Return the reps' multiple of each account that is to be taken out, 1 where unknown."""
    none = np.ones(len(data.accounts))
    effects = estimate_rep_effects(data, attributes) if parameters.remove_rep_effect else None
    if effects is None:
        return none, ()
    return account_multiples(effects, len(data.accounts)), effects.findings


def _reasons(name: str, trials: Trials, expected: Floats, seed: int) -> dict[str, Floats]:
    """Return what each part of a shrinkage estimate adds; nothing for other methods."""
    if name != "shrinkage":
        return {}
    timeline = trials.timeline
    snapshot = timeline.at(timeline.history.months)
    fitted = Shrinkage().fit(timeline.lessons(timeline.history.months), snapshot, seed)
    added = fitted.contributions(snapshot)
    whole = np.maximum(np.sum(list(added.values()), axis=0), 1e-9) if added else expected
    return {part: values / whole * expected for part, values in added.items()}


def _plan_months(data: PlanningData) -> float:
    """Return the plan's length in mean months, with season: 12 for any whole year."""
    season = calendar_season(data.history, data.period.as_of)
    start = data.period.start
    year = period_weight(season, start, start + timedelta(days=365))
    plan = period_weight(season, start, data.period.end)
    return YEAR * plan / year if year > 0 else (data.period.end - start).days / DAYS_A_MONTH


def _short_history(history: MonthlyHistory) -> Finding:
    return Finding(
        severity="warning",
        code="potential.history_too_short",
        message=f"The history holds {history.months} month(s), too few to hold any out, so no "
        "method could be judged on the past and intervals are wide by convention.",
        advice="Give at least two years of history.",
        table="history",
    )


def _finish(
    data: PlanningData,
    parameters: PotentialParameters,
    figures: Figures,
    history: MonthlyHistory | None,
    attributes: Attributes,
) -> Potential:
    accounts = data.accounts
    fixed = override_amounts(accounts, parameters.overrides, data.currency)
    closed = _closed(data) & np.isnan(fixed)
    raw = np.where(closed, 0.0, np.nan_to_num(figures.expected))
    total = parameters.top_down
    expected = reconcile(
        raw,
        np.where(closed, 0.0, fixed),
        None if total is None else data.currency.to_minor(total),
    )
    low, high = _around(expected, raw, figures, ~np.isnan(fixed))
    years = _years(history)
    trailing = years.get(data.period.as_of.isoformat(), np.zeros(len(accounts), dtype=np.int64))
    pipeline = open_amounts(accounts, data.opportunities, data.period.as_of, today=True)
    return Potential(
        expected=expected,
        low=low,
        high=high,
        whitespace=whitespace_of(data, trailing),
        trailing=trailing,
        pipeline=np.asarray(np.rint(pipeline), dtype=np.int64),
        method=figures.method,
        scores=figures.report.as_scores() if figures.report else {},
        season=season_shares(calendar_season(data.history, data.period.as_of), data.period),
        drivers=figures.drivers,
        findings=(*attributes.findings, *figures.findings, *observe(data, history, raw)),
        overridden=~np.isnan(fixed),
        lookalikes=find_lookalikes(attributes, _yearly_rate(years, len(accounts))),
        years=years,
        reasons=figures.reasons,
        rep_multiple=np.ones(len(accounts)) if figures.multiple is None else figures.multiple,
    )


def _closed(data: PlanningData) -> npt.NDArray[np.bool_]:
    status = data.accounts["status"].astype("string").str.strip().str.lower()
    return np.asarray((status == "closed").fillna(value=False), dtype=np.bool_)


def _around(
    expected: Ints, raw: Floats, figures: Figures, fixed: npt.NDArray[np.bool_]
) -> tuple[Ints, Ints]:
    """Return low and high in proportion to the figure that was published."""
    factor = np.divide(expected, raw, out=np.zeros(len(raw)), where=raw > 0)
    low = np.floor(np.nan_to_num(figures.low) * factor).astype(np.int64)
    high = np.ceil(np.nan_to_num(figures.high) * factor).astype(np.int64)
    return (
        np.where(fixed, expected, np.clip(low, 0, expected)),
        np.where(fixed, expected, np.maximum(high, expected)),
    )


def _years(history: MonthlyHistory | None) -> dict[str, Ints]:
    """Return bookings of each twelve months back from as_of, by their last day."""
    if history is None:
        return {}
    ends = range(history.months, 0, -YEAR)
    return {
        history.known_at(end).as_of.isoformat(): np.asarray(
            np.rint(history.between(max(0, end - YEAR), end)), dtype=np.int64
        )
        for end in ends
    }


def _yearly_rate(years: dict[str, Ints], accounts: int) -> Floats:
    booked = [np.clip(values, 0, None) for values in years.values()]
    return np.mean(booked, axis=0) if booked else np.zeros(accounts)
