"""Figures that a person set, and the total that the accounts must sum to."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import ScenarioError

if TYPE_CHECKING:
    from planner.inputs.money import Currency

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def override_amounts(
    accounts: pd.DataFrame, overrides: dict[str, Decimal] | str | None, currency: Currency
) -> Floats:
    """Return the figures that a person set, minor units, NaN where none was, (accounts,).

    Raises
    ------
    ScenarioError
        When the column does not exist or is not of amounts, an account is unknown, or an
        amount is negative.
    """
    amounts = np.full(len(accounts), np.nan)
    if isinstance(overrides, str):
        amounts = _column_amounts(accounts, overrides, currency)
    elif overrides:
        amounts = _table_amounts(accounts, overrides, currency)
    if (amounts < 0).any():
        account = accounts["account_id"].iloc[int(np.argmax(amounts < 0))]
        raise ScenarioError(f"potential.overrides: the amount of account {account} is negative")
    return amounts


def _column_amounts(accounts: pd.DataFrame, column: str, currency: Currency) -> Floats:
    if column not in accounts.columns:
        raise ScenarioError(f"potential.overrides: the accounts have no column {column}")
    numbers = pd.to_numeric(accounts[column], errors="coerce")
    bad = numbers.isna() & accounts[column].notna()
    if bad.any():
        account = accounts["account_id"][bad].iloc[0]
        raise ScenarioError(
            f"potential.overrides: column {column} of account {account} is no amount"
        )
    return np.round(numbers.to_numpy(dtype=float, na_value=np.nan) * currency.scale)


def _table_amounts(
    accounts: pd.DataFrame, overrides: dict[str, Decimal], currency: Currency
) -> Floats:
    amounts = np.full(len(accounts), np.nan)
    position = {account: place for place, account in enumerate(accounts["account_id"])}
    unknown = sorted(set(overrides) - set(position))
    if unknown:
        raise ScenarioError(f"potential.overrides names unknown accounts: {', '.join(unknown)}")
    for account, amount in overrides.items():
        amounts[position[account]] = currency.to_minor(amount)
    return amounts


def reconcile(expected: Floats, fixed: Floats, total: int | None) -> Ints:
    """Round expected bookings to minor units, summing exactly to a stated total if there is one.

    Largest remainders: each account gets its share rounded down, and what is left goes one
    minor unit each to the largest fractions, the first account first among equals.

    Parameters
    ----------
    expected
        Not negative, (accounts,).
    fixed
        Figures that are kept as they are, NaN where there is none, (accounts,).
    total
        What all accounts must sum to, minor units.

    Returns
    -------
    Ints
        (accounts,)

    Raises
    ------
    ScenarioError
        When the fixed figures alone exceed the total, or miss it with no other account.
    """
    kept = ~np.isnan(fixed)
    rounded = np.where(kept, fixed, np.rint(expected)).astype(np.int64)
    if total is None:
        return rounded
    left = total - int(rounded[kept].sum())
    free = ~kept & (expected > 0)
    free = free if free.any() else ~kept
    if left < 0 or (left > 0 and not free.any()):
        raise ScenarioError(
            "potential.top_down cannot be met: the overrides alone sum to another total"
        )
    rounded[~kept] = 0
    rounded[free] = share_out(np.where(expected[free] > 0, expected[free], 1.0), left)
    return rounded


def share_out(weights: Floats, total: int) -> Ints:
    """Return ``total`` in integer parts in proportion to weights, by largest remainders."""
    if not len(weights):
        return np.zeros(0, dtype=np.int64)
    exact = weights / weights.sum() * float(total)
    parts = np.floor(exact).astype(np.int64)
    # Beyond 2**53 the floors may miss the total by more than one unit an account.
    left = total - int(parts.sum())
    each, rest = divmod(left, len(parts))
    parts += each
    parts[np.argsort(parts - exact, kind="stable")[:rest]] += 1
    return np.asarray(parts)
