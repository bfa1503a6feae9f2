"""What each rep adds to or takes from an order, apart from what the accounts are worth.

A mixed model of the logarithm of orders: a mean by kind of order and by the account's
attributes, an effect of each account and an effect of each rep, both drawn toward zero by how
much the data say (best linear unbiased prediction, Henderson 1975; the same idea as Abowd,
Kramarz & Margolis 1999, whose effects are told apart by accounts that changed hands).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no stubs

from planner.findings import Finding

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.potential.attributes import Attributes

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROUNDS = 60
RELIABLE = 0.5
FEWEST_REPS = 3
SMALLEST_VARIANCE = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Orders by account, rep and kind, each array (cells,).

    Parameters
    ----------
    account, rep, kind
        Positions.
    count
        Orders.
    mean
        Mean logarithm of the amount.
    scatter
        Sum of squares about the mean.
    recent
        Amount of the last twelve months, minor units.
    """

    account: Ints
    rep: Ints
    kind: Ints
    count: Floats
    mean: Floats
    scatter: Floats
    recent: Floats
    rep_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepEffects:
    """The effect of each rep on the size of orders.

    Parameters
    ----------
    rep_ids
        Ascending.
    effect
        Logarithm of the multiple of a typical rep of the role, drawn toward 0, (reps,).
    reliability
        Share of the differences between reps that the data can tell apart for this rep, from 0
        to 1, (reps,).
    orders
        Orders behind each, (reps,).
    raw
        The effect before it is drawn toward 0, (reps,).
    doubt
        Standard deviation of the effect, (reps,).
    cells
        The orders that the effects were found from.
    """

    rep_ids: tuple[str, ...]
    effect: Floats
    reliability: Floats
    orders: Ints
    raw: Floats
    doubt: Floats
    cells: Cells
    findings: tuple[Finding, ...] = ()

    def of(self, rep_id: str) -> float:
        """Return a rep's multiple of a typical rep; 1 for one without orders."""
        if rep_id not in self.rep_ids:
            return 1.0
        return float(np.exp(self.effect[self.rep_ids.index(rep_id)]))


def read_cells(data: PlanningData) -> Cells | None:
    """Sum orders by account, rep and kind in DuckDB; None where no rep is known."""
    import duckdb

    history = data.history
    if history is None or history.empty or history["rep_id"].notna().sum() == 0:
        return None
    accounts = pd.DataFrame(
        {"account_id": data.accounts["account_id"], "account": np.arange(len(data.accounts))}
    )
    with duckdb.connect() as connection:
        connection.register("history", history[["account_id", "date", "amount", "rep_id", "type"]])
        connection.register("accounts", accounts)
        rows = connection.execute(
            """
            SELECT a.account, h.rep_id::VARCHAR AS rep_id, coalesce(h.type::VARCHAR, '') AS kind,
                   count(*)::DOUBLE AS count, avg(ln(h.amount)) AS mean,
                   coalesce(var_pop(ln(h.amount)), 0) * count(*) AS scatter,
                   coalesce(sum(h.amount) FILTER (h.date > ?::DATE - INTERVAL 12 MONTH), 0)::DOUBLE
                       AS recent
            FROM history h JOIN accounts a USING (account_id)
            WHERE h.amount > 0 AND h.rep_id IS NOT NULL AND h.date <= ?::DATE
            GROUP BY ALL ORDER BY a.account, rep_id, kind
            """,
            [data.period.as_of, data.period.as_of],
        ).df()
    if rows.empty:
        return None
    rep_ids, rep = np.unique(rows["rep_id"].to_numpy(dtype=str), return_inverse=True)
    _, kind = np.unique(rows["kind"].to_numpy(dtype=str), return_inverse=True)
    numbers = {name: rows[name].to_numpy(dtype=float) for name in ("count", "mean", "scatter")}
    return Cells(
        account=rows["account"].to_numpy(dtype=np.int64),
        rep=rep.astype(np.int64),
        kind=kind.astype(np.int64),
        recent=rows["recent"].to_numpy(dtype=float),
        rep_ids=tuple(map(str, rep_ids)),
        **numbers,
    )


def estimate_rep_effects(data: PlanningData, attributes: Attributes) -> RepEffects | None:
    """Tell the reps' own effects from what their accounts are worth.

    Returns
    -------
    The effects, relative to the mean of the rep's role, or None where fewer than three reps
    have orders.
    """
    cells = read_cells(data)
    if cells is None or len(cells.rep_ids) < FEWEST_REPS:
        return None
    residual = cells.mean - _expected_log(cells, attributes)
    effect, reliability, variance = _predict(cells, residual, attributes.accounts)
    orders = np.bincount(cells.rep, cells.count, len(cells.rep_ids)).astype(float)
    roles = {rep.rep_id: rep.role for rep in data.reps}
    return RepEffects(
        rep_ids=cells.rep_ids,
        effect=_about_role(effect, orders, [roles.get(rep, "") for rep in cells.rep_ids]),
        reliability=reliability,
        orders=orders.astype(np.int64),
        raw=effect / np.maximum(reliability, 0.05),
        doubt=np.sqrt(variance * (1 - reliability)),
        cells=cells,
        findings=_unreliable(cells.rep_ids, reliability),
    )


def _expected_log(cells: Cells, attributes: Attributes) -> Floats:
    """Return the mean logarithm that kind and attributes suggest, by weighted ridge."""
    kinds = (cells.kind[:, None] == np.arange(cells.kind.max() + 1)).astype(float)
    design = np.hstack([kinds, attributes.design()[cells.account]])
    weighted = design * cells.count[:, None]
    # Several threads would add up in another order: other last digits on other machines.
    with threadpool_limits(limits=1):
        normal = design.T @ weighted + np.eye(design.shape[1])
        return np.asarray(design @ np.linalg.solve(normal, weighted.T @ cells.mean))


def _predict(cells: Cells, residual: Floats, accounts: int) -> tuple[Floats, Floats, float]:
    """Return effects of reps, their reliability, and the variance between reps."""
    reps, count = len(cells.rep_ids), cells.count
    freedom = float(np.maximum(count - 1, 0).sum())
    noise = max(float(cells.scatter.sum()) / freedom if freedom else 0.5, SMALLEST_VARIANCE)
    by_account = np.bincount(cells.account, count, accounts)
    by_rep = np.bincount(cells.rep, count, reps)
    account_variance = rep_variance = max(float(residual.var()) / 2, SMALLEST_VARIANCE)
    rep_effect: Floats = np.zeros(reps)
    information: Floats = np.zeros(reps)
    for _ in range(ROUNDS):
        hold_account, hold_rep = noise / account_variance, noise / rep_variance
        own = np.bincount(cells.account, count * (residual - rep_effect[cells.rep]), accounts)
        account_effect = own / (by_account + hold_account)
        left = np.bincount(cells.rep, count * (residual - account_effect[cells.account]), reps)
        shared = hold_account / (by_account + hold_account)
        information = np.bincount(cells.rep, count * shared[cells.account], reps).astype(float)
        rep_effect = left / (by_rep + hold_rep)
        seen = by_account > 0
        account_variance = float(
            np.mean(account_effect[seen] ** 2 + noise / (by_account[seen] + hold_account))
        )
        rep_variance = max(
            float(np.mean(rep_effect**2 + noise / (information + hold_rep))), SMALLEST_VARIANCE
        )
    return rep_effect, information / (information + noise / rep_variance), rep_variance


def _about_role(effect: Floats, orders: Floats, roles: list[str]) -> Floats:
    """Return effects less the mean of the role, each rep weighed by orders."""
    centred = effect.copy()
    for role in sorted(set(roles)):
        mine = np.array([other == role for other in roles])
        centred[mine] -= np.average(effect[mine], weights=np.maximum(orders[mine], 1.0))
    return centred


def _unreliable(rep_ids: tuple[str, ...], reliability: Floats) -> tuple[Finding, ...]:
    weak = [rep for rep, share in zip(rep_ids, reliability, strict=True) if share < RELIABLE]
    if not weak:
        return ()
    shown = ", ".join(weak[:10]) + (", …" if len(weak) > 10 else "")
    return (
        Finding(
            severity="info",
            code="potential.rep_effect_unknown",
            message=f"For {len(weak)} of {len(rep_ids)} reps the history cannot tell the rep from "
            f"the accounts; less than half of their effect was taken out: {shown}.",
            advice="More orders, or accounts that changed hands, would tell them apart.",
            table="history",
            column="rep_id",
            count=len(weak),
        ),
    )


def account_multiples(effects: RepEffects, accounts: int) -> Floats:
    """Return the multiple that the reps of the last twelve months gave each account.

    1 where nothing was booked in them, (accounts,).
    """
    cells = effects.cells
    multiple = np.exp(effects.effect)[cells.rep]
    weight = np.bincount(cells.account, cells.recent, accounts).astype(float)
    lifted = np.bincount(cells.account, cells.recent * multiple, accounts)
    known = weight > 0
    return np.where(known, lifted / np.where(known, weight, 1.0), 1.0)
