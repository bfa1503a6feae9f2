"""The quota stage's place in the pipeline: books of the new alignment, and last year's quotas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.pipeline.past_periods import LONG_PAST, PERIODS, last_day, rebuild_past
from planner.pipeline.preparation import Company

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.quotas.backtest import QuotaScore
    from planner.quotas.books import Books
    from planner.quotas.parameters import QuotaParameters
    from planner.quotas.past_attainment import Blend
    from planner.quotas.result import QuotaSheet

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
TYPES = ("new", "expansion", "renewal")


def set_company_quotas(
    company: Company, territory_of_account: Ints, parameters: QuotaParameters
) -> QuotaSheet:
    """Set everybody's quota on the books of an alignment.

    Parameters
    ----------
    company
        The company.
    territory_of_account
        Position of each account's new seat, -1 none, (accounts,).
    parameters
        The scenario's ``[quota]``; a basis of ``backtest`` is chosen on past periods first.

    Raises
    ------
    DataError, ScenarioError, InfeasibleError
        As :func:`planner.quotas.setting.set_quotas`.
    """
    from planner.quotas.setting import set_quotas

    data, season = company.data, company.potential.season
    settled, findings = settle_basis(data, parameters)
    books = build_company_books(company, territory_of_account, settled)
    sheet = set_quotas(data.reps, data.period, data.currency, data.rates, books, settled, season)
    moved = _describe_overrides(company, books, settled, sheet)
    return replace(sheet, findings=(*findings, *moved, *sheet.findings))


def settle_basis(
    data: PlanningData,
    parameters: QuotaParameters,
    forecast: Callable[[date, date], Ints | None] | None = None,
) -> tuple[QuotaParameters, tuple[Finding, ...]]:
    """Replace a basis of ``backtest`` by the one that would have done best on past periods.

    Where quotas were submitted for this plan, past quotas tell how much weight they deserve.

    Parameters
    ----------
    data
        The company's tables.
    parameters
        The scenario's ``[quota]``.
    forecast
        Bookings of each account from a past day up to another as the plan's method expects them
        on the first; default: recent orders.

    Returns
    -------
    tuple
        Parameters with a basis of weights, and what was chosen and why.
    """
    if parameters.basis != "backtest":
        return parameters, ()
    from planner.quotas.backtest import backtest_quotas, choose_blend
    from planner.quotas.basis import HALVES
    from planner.quotas.submissions import weigh_submissions

    past, _ = rebuild_past(data, parameters.ramp, LONG_PAST, forecast)
    periods = past[-PERIODS:]
    submitted = weigh_submissions(past, PERIODS) if parameters.submitted else None
    tried = [submitted.blend] if submitted else None
    scores = backtest_quotas(periods, tried)
    known = any(score.dispersion is not None for score in scores.values())
    blend = choose_blend(scores, tried) if known else dict(HALVES)
    found = _chosen(blend, scores, len(periods)) if known else _not_chosen()
    return parameters.model_copy(update={"basis": blend}), (found,)


def _chosen(blend: Blend, scores: Mapping[str, QuotaScore], periods: int) -> Finding:
    from planner.quotas.backtest import AS_SET, name_blend

    mine, before = scores[name_blend(blend)].dispersion, scores[AS_SET].dispersion
    beside = "" if before is None else f"; the quotas that there were left it at {before:.3g}"
    return Finding(
        severity="info",
        code="quota.basis_chosen",
        message=f'quota.basis = "backtest" came to {_word_blend(blend)}: on {periods} past periods '
        f"it leaves the reps' attainment least apart (dispersion {mine or 0.0:.3g}{beside}).",
        advice="Write these weights into quota.basis to keep them when further history comes in.",
        subject="quota.basis",
        value=name_blend(blend),
    )


def _word_blend(blend: Blend) -> str:
    return ", ".join(f"{name} {weight:.4g}" for name, weight in blend.items())


def _not_chosen() -> Finding:
    return Finding(
        severity="warning",
        code="quota.basis_not_chosen",
        message='quota.basis = "backtest" has no past quotas with history to choose on: history '
        "and potential weigh half each.",
        advice="Give [inputs.quotas] and [inputs.history] of past periods, or weights.",
        subject="quota.basis",
        value="history=0.5,potential=0.5",
    )


def _describe_overrides(
    company: Company, books: Books, parameters: QuotaParameters, sheet: QuotaSheet
) -> tuple[Finding, ...]:
    """Say what the overrides moved, against the quotas that there would be without them."""
    if not parameters.overrides:
        return ()
    from planner.errors import InfeasibleError
    from planner.quotas.changes import describe_changes, list_changes
    from planner.quotas.setting import set_quotas

    data, season = company.data, company.potential.season
    plain = parameters.model_copy(update={"overrides": {}})
    try:
        before = set_quotas(data.reps, data.period, data.currency, data.rates, books, plain, season)
    except InfeasibleError:
        # Only the overrides make these limits hold: there is nothing to compare with.
        return ()
    words = describe_changes(list_changes(before, sheet), data.currency)
    return (
        Finding(
            severity="info",
            code="quota.overrides_moved",
            message=f"Against quotas without overrides: {words}",
            subject="quota.overrides",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BookSources:
    """What books are added up from: by account, whatever the alignment.

    Parameters
    ----------
    measures
        Every basis by name, (accounts,).
    last_quota_of_account
        Each account's part of its owner's last quota, None where no quotas are known.
    """

    measures: dict[str, Floats | Ints]
    last_quota_of_account: Floats | None


def gather_sources(company: Company, parameters: QuotaParameters) -> BookSources:
    """Read what books are added up from, once for any number of alignments.

    Parameters
    ----------
    company
        The company.
    parameters
        For the ramp, and for the measures that a basis names.
    """
    return BookSources(
        measures={
            **_run_rates(company, parameters),
            **_named_columns(company, parameters),
            **company.account_measures,
            **trailing_by_type(company.data),
        },
        last_quota_of_account=_last_quotas(company.data, company.potential.trailing, parameters),
    )


def sum_books(company: Company, territory_of_account: Ints, sources: BookSources) -> Books:
    """Add the accounts of each seat up; a seat that nobody holds stands under its own name.

    Parameters
    ----------
    company
        The company.
    territory_of_account
        Position of each account's seat, -1 none, (accounts,).
    sources
        As :func:`gather_sources` read them.
    """
    from planner.quotas.books import build_books

    return build_books(
        company.seats.territory_ids,
        name_holders(company),
        territory_of_account,
        company.potential.trailing,
        company.potential.expected,
        measures=sources.measures,
        last_quota_of_account=sources.last_quota_of_account,
    )


def build_company_books(
    company: Company, territory_of_account: Ints, parameters: QuotaParameters
) -> Books:
    """Add the accounts of each seat up, from the company's tables.

    Parameters
    ----------
    company
        The company.
    territory_of_account
        Position of each account's seat, -1 none, (accounts,).
    parameters
        For the ramp, and for the measures that a basis names.
    """
    return sum_books(company, territory_of_account, gather_sources(company, parameters))


def name_holders(company: Company) -> tuple[str, ...]:
    """Return who holds each seat; one that nobody holds stands under its own name, (seats,)."""
    from planner.inputs.roster import name_open_seat

    seats, people = company.seats, {rep.rep_id for rep in company.data.reps}
    pairs = zip(seats.rep_ids, seats.territory_ids, strict=True)
    return tuple(rep or name_open_seat(territory, people) for rep, territory in pairs)


def _named_columns(company: Company, parameters: QuotaParameters) -> dict[str, Floats]:
    """Return the numeric columns of accounts that a basis names."""
    from pandas.api.types import is_numeric_dtype

    accounts = company.data.accounts
    named = [name for name in sorted(set(_basis_names(parameters))) if name in accounts]
    return {
        name: accounts[name].to_numpy(np.float64, na_value=np.nan)
        for name in named
        if is_numeric_dtype(accounts[name])
    }


def _basis_names(parameters: QuotaParameters) -> Iterator[str]:
    for basis in (parameters.basis, *(part.basis for part in parameters.components.values())):
        if not basis or isinstance(basis, str):
            continue
        for name, weight in basis.items():
            yield from weight if isinstance(weight, dict) else (name,)


def trailing_by_type(data: PlanningData) -> dict[str, Ints]:
    """Return revenue of the twelve months to as_of by history's type, minor units, (accounts,).

    Parameters
    ----------
    data
        The company's tables; without types there are none.
    """
    import pandas as pd

    history = data.history
    if history is None or "type" not in history or not history["type"].notna().any():
        return {}
    last = pd.Timestamp(data.period.as_of)
    recent = history[(history["date"] > last - pd.DateOffset(years=1)) & (history["date"] <= last)]
    places = pd.Index(data.accounts["account_id"]).get_indexer(pd.Index(recent["account_id"]))
    found = {}
    for kind in TYPES:
        mine = recent["type"].isin([kind]).to_numpy() & (places >= 0)
        totals = np.zeros(len(data.accounts), dtype=np.int64)
        np.add.at(totals, places[mine], recent["amount"].to_numpy(np.int64)[mine])
        found[f"history_{kind}"] = totals
    return found


def _run_rates(company: Company, parameters: QuotaParameters) -> dict[str, Floats]:
    """Return the run rate where a basis names it: it reads the whole history."""
    named = "run_rate" in set(_basis_names(parameters))
    return {"run_rate": run_rate(company.data, company.potential.expected)} if named else {}


def run_rate(data: PlanningData, expected: Ints) -> Floats:
    """Return bookings of the three months to as_of, minor units, (accounts,).

    Parameters
    ----------
    data
        The company's tables.
    expected
        Bookings expected in the plan, (accounts,): accounts that never bought run at these.
    """
    from planner.pipeline.past_periods import collect_orders
    from planner.quotas.replay import RUN_RATE_MONTHS, day_number, run_rate_since

    typical = np.maximum(np.asarray(expected, np.float64), 0)
    waiting = typical * (RUN_RATE_MONTHS / len(data.period.starts))
    if data.history is None or not len(data.history):
        return waiting
    first = data.period.as_of + timedelta(days=1)
    orders = collect_orders(data, [])
    rate = orders.run_rate(day_number(first), run_rate_since(first), waiting)
    return np.maximum(rate, 0).astype(np.float64)


def _last_quotas(data: PlanningData, trailing: Ints, parameters: QuotaParameters) -> Floats | None:
    """Return each account's part of its owner's last quota, None where no quotas are known."""
    from planner.quotas.books import annualise_quotas, spread_last_quotas, steady_dates

    if data.quotas is None or not len(data.quotas):
        return None
    table = data.quotas
    ends = table.get("end")
    amounts = annualise_quotas(
        table["rep_id"].astype(str).tolist(),
        [start.date() for start in table["start"]],
        [None] * len(table) if ends is None else [last_day(end) for end in ends.tolist()],
        [int(quota) for quota in table["quota"]],
        data.period,
        steady_from=steady_dates(data.reps, parameters.ramp),
    )
    owners = data.accounts["owner_id"]
    names = owners.astype(object).where(owners.notna(), None).tolist()
    return spread_last_quotas(names, trailing, amounts)
