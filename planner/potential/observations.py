"""What is odd or missing in the tables that potential rests on, and what it would add."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.findings import EXAMPLES_SHOWN, Finding

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.potential.history import MonthlyHistory

Floats = npt.NDArray[np.float64]

GIANT_SHARE = 0.25
STALE_MONTHS = 3
CREATED_COLUMNS = ("created", "created_date", "createddate", "created date", "create date")
MISSING = {
    "opportunities": "open pipeline as a driver, the pipeline's health and win rates",
    "quotas": "attainment by period and change limits against last year's quota",
    "activities": "meetings, calls and follow-up on the score cards",
}


def observe(
    data: PlanningData, history: MonthlyHistory | None, expected: Floats
) -> tuple[Finding, ...]:
    """Return findings on the data that potential rests on.

    Parameters
    ----------
    expected
        Expected bookings before rounding, (accounts,).
    """
    return (
        *_missing_tables(data),
        *_returns(data),
        *_giant(data, expected),
        *_stale(history, data.period.as_of),
        *_created_later(data),
    )


def _missing_tables(data: PlanningData) -> Iterator[Finding]:
    for table, adds in MISSING.items():
        if getattr(data, table) is None:
            yield Finding(
                severity="info",
                code=f"potential.no_{table}",
                message=f"There is no table of {table}.",
                advice=f"It would add {adds}.",
                table=table,
            )


def _returns(data: PlanningData) -> Iterator[Finding]:
    if data.history is None:
        return
    negative = data.history["amount"] < 0
    if negative.any():
        total = data.currency.to_text(int(data.history.loc[negative, "amount"].sum()))
        yield Finding(
            severity="info",
            code="potential.returns",
            message=f"{int(negative.sum())} rows of the history are negative, {total} in all; they "
            "were kept as returns, and no account's potential falls below zero for them.",
            advice="Check that they are returns or credits.",
            table="history",
            column="amount",
            count=int(negative.sum()),
        )


def _giant(data: PlanningData, expected: Floats) -> Iterator[Finding]:
    total = float(expected.sum())
    if total <= 0 or len(expected) < 4:
        return
    largest = int(np.argmax(expected))
    share = float(expected[largest]) / total
    if share >= GIANT_SHARE:
        account = str(data.accounts["account_id"].iloc[largest])
        yield Finding(
            severity="warning",
            code="potential.giant_account",
            message=f"Account {account} alone has {share:.0%} of all potential.",
            advice="No alignment can balance it away: check the amounts, or hold it to a rep.",
            table="accounts",
            subject=account,
        )


def _stale(history: MonthlyHistory | None, as_of: date) -> Iterator[Finding]:
    if history is None or not history.sales.any():
        return
    booked = np.flatnonzero(np.abs(history.sales).sum(axis=0) > 0)
    ended = (as_of - history.as_of).days // 30
    silent = history.months - 1 - int(booked[-1]) + ended
    if silent >= STALE_MONTHS:
        yield Finding(
            severity="warning",
            code="potential.stale_history",
            message=f"The history has no rows in the last {silent} months before "
            f"{as_of.isoformat()}; up to a year they count as months without bookings, and beyond "
            "that the history is taken to end with its last rows.",
            advice="Set period.as_of to the last day that the export covers.",
            table="history",
            column="date",
        )


def _created_later(data: PlanningData) -> Iterator[Finding]:
    """Report accounts that were created after the plan: their figure rests on lookalikes."""
    created = next((c for c in data.accounts.columns if c.lower() in CREATED_COLUMNS), None)
    if created is None:
        return
    days = pd.to_datetime(data.accounts[created], errors="coerce")
    late = np.flatnonzero((days >= pd.Timestamp(data.period.end)).to_numpy())
    for position in late[:EXAMPLES_SHOWN]:
        row = data.accounts.iloc[int(position)]
        yield _late(str(row["account_id"]), days.iloc[int(position)].date(), created, 1)
    if len(late) > EXAMPLES_SHOWN:
        yield _late(f"{len(late)} accounts", data.period.end, created, len(late))


def _late(subject: str, day: date, column: str, count: int) -> Finding:
    return Finding(
        severity="warning",
        code="potential.created_after_period",
        message=f"{subject}: created on {day.isoformat()} or later, after the plan's last day.",
        advice="Correct the date, or leave the account out with inputs.accounts.where.",
        table="accounts",
        column=column,
        subject=subject,
        count=count,
    )
