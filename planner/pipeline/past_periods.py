"""Past quota periods from a company's tables: arrays for the quota stage's replay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.inputs.membership import are_among

if TYPE_CHECKING:
    import pandas as pd

    from planner.inputs.data import PlanningData
    from planner.inputs.reps import Rep
    from planner.quotas.past import PastQuotas
    from planner.quotas.past_attainment import PastPeriod
    from planner.quotas.replay import Orders

Ints = npt.NDArray[np.int64]
# How many past periods methods are judged on, and how many tell them what to choose.
PERIODS = 4
LONG_PAST = 12


def rebuild_past(
    data: PlanningData,
    ramp: Sequence[float],
    periods: int,
    forecast: Callable[[date, date], Ints | None] | None = None,
) -> tuple[tuple[PastPeriod, ...], tuple[Finding, ...]]:
    """Rebuild the last past quota periods with only what was known on their first day.

    Parameters
    ----------
    data
        The company's tables.
    ramp
        Share of productivity by month since the start.
    periods
        How many, the latest.
    forecast
        Bookings of each account from a day up to another as the plan's method expects them on
        the first, None where it knew too little then; default: recent orders.

    Returns
    -------
    tuple
        The periods, oldest first, and what was missing.
    """
    if data.quotas is None or data.history is None or not len(data.quotas):
        return (), (_missing(),)
    from planner.quotas.replay import replay_periods

    past = collect_past(data)
    reps = quota_holders(data, past)
    if not reps:
        return (), (_missing(),)
    orders = collect_orders(data, [rep.rep_id for rep in reps])

    def known_on(first: date, after: date) -> Ints:
        expected = forecast(first, after) if forecast else None
        day = (first - date(1970, 1, 1)).days
        return orders.recent(day) if expected is None else expected

    return replay_periods(past, orders, reps, ramp=ramp, periods=periods, forecast=known_on), ()


def quota_holders(data: PlanningData, past: PastQuotas) -> tuple[Rep, ...]:
    """Return the people of the reps table who had a quota that is over."""
    held = set(past.rep_ids)
    return tuple(rep for rep in data.reps if rep.rep_id in held)


def collect_past(data: PlanningData) -> PastQuotas:
    """Return the quotas that were over by as_of, with what was booked on them."""
    from planner.quotas.past import gather_past

    table, history = data.quotas, data.history
    assert table is not None
    assert history is not None
    return gather_past(
        table["rep_id"].astype(str).tolist(),
        [start.date() for start in table["start"]],
        [last_day(end) for end in table["end"].tolist()],
        [int(quota) for quota in table["quota"]],
        [None if known else int(figure) for figure, known in _with_missing(table["attained"])],
        as_of=data.period.as_of,
        order_reps=_names(history["rep_id"]),
        order_days=history["date"].to_numpy("datetime64[D]"),
        order_amounts=history["amount"].to_numpy(np.int64),
    )


def _with_missing(column: pd.Series[int]) -> list[tuple[int, bool]]:
    return list(zip(column.fillna(0).tolist(), column.isna().tolist(), strict=True))


def _names(column: pd.Series[str]) -> list[str | None]:
    return [name if isinstance(name, str) else None for name in column.tolist()]


def collect_orders(data: PlanningData, rep_ids: list[str]) -> Orders:
    """Return the rows of history, oldest first, as positions of accounts and reps."""
    import pandas as pd

    from planner.quotas.replay import Orders

    history = data.history
    assert history is not None
    places = pd.Index(data.accounts["account_id"])
    people = pd.Index(rep_ids, dtype=object)
    planned = history[are_among(history["account_id"], data.accounts["account_id"])]
    ordered = planned.sort_values("date", kind="stable")
    return Orders(
        accounts=places.get_indexer(pd.Index(ordered["account_id"])).astype(np.int64),
        reps=people.get_indexer(pd.Index(ordered["rep_id"], dtype=object)).astype(np.int64),
        days=ordered["date"].to_numpy("datetime64[D]").astype(np.int64),
        amounts=ordered["amount"].to_numpy(np.int64),
        count=len(data.accounts),
        owners=people.get_indexer(pd.Index(data.accounts["owner_id"].astype(object))).astype(
            np.int64
        ),
    )


def last_day(end: datetime) -> date | None:
    """Return the day before the first day after a quota; a missing one differs from itself."""
    return (end - timedelta(days=1)).date() if end == end else None  # noqa: PLR0124


def _missing() -> Finding:
    return Finding(
        severity="info",
        code="backtest.no_quotas",
        message="There are no past quotas with history, so quota methods cannot be judged.",
        advice="Give [inputs.quotas] and [inputs.history] to see how each method would have done.",
        table="quotas",
    )
