"""What is known of an account besides its bookings: the columns that tell accounts apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import ScenarioError
from planner.findings import Finding

if TYPE_CHECKING:
    from planner.potential.history import MonthlyHistory

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Rows that tell a column of text from one of numbers before all of it is read.
SAMPLE = 100
DEFAULT_COLUMNS = ("segment", "industry", "country", "addressable_market")
# Columns of the contract that say where an account stands today, not what it is: at a past date
# they were not known yet, or they are not about the account's size.
NOT_FEATURES = frozenset(
    {
        "account_id",
        "name",
        "latitude",
        "longitude",
        "placed_by",
        "postal_code",
        "city",
        "state",
        "unit_id",
        "parent_id",
        "owner_id",
        "owner_given",
        "owner_since",
        "status",
        "arr",
        "renewal_amount",
        "renewal_date",
        "visits_per_year",
        "hours_per_visit",
        "currency",
        "family",
        "row",
    }
)
CATEGORIES_KEPT = 30
RESTATED_CORRELATION = 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """The accounts' columns as numbers.

    Parameters
    ----------
    numeric
        Numeric columns by name, NaN where missing, (accounts,).
    categories
        Codes of the categorical columns by name, -1 where missing, (accounts,).
    labels
        The words that the codes stand for, by column.
    segment
        Codes of the segment that scores and intervals are grouped by, (accounts,).
    segments
        The segments' names.
    """

    numeric: dict[str, Floats]
    categories: dict[str, Ints]
    labels: dict[str, tuple[str, ...]]
    segment: Ints
    segments: tuple[str, ...]
    findings: tuple[Finding, ...] = field(default_factory=tuple)

    @property
    def accounts(self) -> int:
        """Return the number of accounts."""
        return len(self.segment)

    def design(self) -> Floats:
        """Return one standardised column a number or category, and one where numbers miss."""
        columns = [column for values in self.numeric.values() for column in _number_columns(values)]
        for name, codes in self.categories.items():
            columns += [(codes == code).astype(float) for code in range(len(self.labels[name]))]
        if not columns:
            return np.zeros((self.accounts, 0))
        return _standardise(np.column_stack(columns))


def read_attributes(
    accounts: pd.DataFrame, features: tuple[str, ...] | None, history: MonthlyHistory | None
) -> Attributes:
    """Read the columns that the scenario names, else those that any company would use.

    Parameters
    ----------
    accounts
        The accounts table.
    features
        Columns to use; None takes the default ones.
    history
        What was booked, to leave out default columns that only restate it; None leaves none out.

    Returns
    -------
    The columns as numbers, with a finding for each column left out.

    Raises
    ------
    ScenarioError
        When a named column does not exist.
    """
    names = _default_columns(accounts) if features is None else _named(accounts, features)
    numeric: dict[str, Floats] = {}
    codes: dict[str, Ints] = {}
    labels: dict[str, tuple[str, ...]] = {}
    findings: list[Finding] = []
    for name in names:
        numbers = _as_numbers(accounts[name])
        reason = None if numbers is None else _unusable(name, numbers, features, history)
        if reason is not None:
            findings.append(reason)
        elif numbers is not None:
            numeric[name] = numbers
        else:
            codes[name], labels[name] = encode(accounts[name])
    kept = {name: code for name, code in codes.items() if len(labels[name]) > 1}
    segment, segments = encode(accounts["segment"])
    return Attributes(
        numeric={name: values for name, values in numeric.items() if _varies(values)},
        categories=kept,
        labels={name: labels[name] for name in kept},
        segment=np.where(segment < 0, len(segments), segment),
        segments=(*segments, "(none)"),
        findings=tuple(findings),
    )


def encode(column: pd.Series) -> tuple[Ints, tuple[str, ...]]:
    """Return codes by how common each value is, the rare ones together, and their names."""
    text = column.astype("string").str.strip()
    text = text.mask(text == "")
    counts = text.value_counts()
    ordered = sorted(counts.index, key=lambda label: (-int(counts[label]), str(label)))
    kept = ordered if len(ordered) <= CATEGORIES_KEPT else ordered[: CATEGORIES_KEPT - 1]
    position = {label: place for place, label in enumerate(kept)}
    codes = text.map(position).to_numpy(dtype=float, na_value=np.nan)
    others = len(ordered) > len(kept)
    codes = np.where(np.isnan(codes) & text.notna().to_numpy() & others, len(kept), codes)
    names = (*map(str, kept), *(("(others)",) if others else ()))
    return np.where(np.isnan(codes), -1, codes).astype(np.int64), names


def _default_columns(accounts: pd.DataFrame) -> list[str]:
    usual = [name for name in DEFAULT_COLUMNS if name in accounts.columns]
    further = [
        name
        for name in accounts.columns
        if name not in NOT_FEATURES
        and name not in usual
        and _as_numbers(accounts[name]) is not None
    ]
    return usual + sorted(further)


def _named(accounts: pd.DataFrame, features: tuple[str, ...]) -> list[str]:
    unknown = [name for name in features if name not in accounts.columns]
    if unknown:
        raise ScenarioError(
            f"potential.features names columns that the accounts do not have: {', '.join(unknown)}"
        )
    return list(dict.fromkeys(features))


def _as_numbers(column: pd.Series) -> Floats | None:
    """Return a column of numbers as floats, with infinities missing, or None for text."""
    if column.dtype.kind not in "iufbOTU" or column.notna().sum() == 0:
        return None
    # One word that is no number makes it text, and most columns of text begin with one.
    for part in (column.iloc[:SAMPLE], column):
        numbers = pd.to_numeric(part, errors="coerce")
        if numbers.notna().sum() < part.notna().sum():
            return None
    values = numbers.to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def _varies(values: Floats) -> bool:
    known = values[~np.isnan(values)]
    return bool(len(known)) and bool(known.max() > known.min())


def _unusable(
    name: str, values: Floats, features: tuple[str, ...] | None, history: MonthlyHistory | None
) -> Finding | None:
    if features is not None or history is None or name in DEFAULT_COLUMNS:
        return None
    window = restated_window(values, history)
    if window is None:
        return None
    return Finding(
        severity="warning",
        code="potential.column_restates_bookings",
        message=f"Column {name} repeats the bookings of {window}, so it was not used: at a past "
        "date it was not known yet.",
        advice="Name it in potential.features if it was truly known before those bookings.",
        table="accounts",
        column=name,
    )


def restated_window(values: Floats, history: MonthlyHistory) -> str | None:
    """Return in words the months whose bookings a column repeats, None when it repeats none.

    A column that orders the accounts almost exactly as their bookings of some window do was
    computed from these bookings; a model that learned from it would see what is held out.
    """
    known = ~np.isnan(values)
    for length in (12, 6, 24, history.months):
        for last in range(history.months, max(length, 1) - 1, -1):
            booked = history.between(last - length, last)
            both = known & ((booked != 0) | (values != 0))
            if both.sum() >= 20 and _rank_correlation(values[both], booked[both]) > (
                RESTATED_CORRELATION
            ):
                return f"the {length} months to {_last_day(history, last)}"
    return None


def _last_day(history: MonthlyHistory, last: int) -> str:
    return history.known_at(last).as_of.isoformat()


def _rank_correlation(first: Floats, second: Floats) -> float:
    from scipy.stats import rankdata

    if first.min() == first.max() or second.min() == second.max():
        return 0.0
    return float(np.corrcoef(rankdata(first), rankdata(second))[0, 1])


def _number_columns(values: Floats) -> list[Floats]:
    """Return signed logarithms with the median where missing, and a flag where any is missing."""
    missing = np.isnan(values)
    logs = np.sign(values) * np.log1p(np.abs(values))
    filled = np.where(missing, np.median(logs[~missing]), logs)
    return [filled, missing.astype(float)] if missing.any() else [filled]


def _standardise(columns: Floats) -> Floats:
    spread = columns.std(axis=0)
    return np.asarray((columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1.0))
