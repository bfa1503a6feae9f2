"""Amounts of a table in minor units of the plan currency, at plan rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from planner.inputs.cells import Problem
from planner.inputs.frames import Frame
from planner.inputs.identities import take_known
from planner.inputs.money import CODES, Currency, convert_to_minor, currency, find_rate

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

LARGEST_AMOUNT = 1e15


def convert_money(frame: Frame, plan: Currency, rates: Mapping[str, float]) -> Frame:
    """Return a frame whose money columns are integers of the plan currency's minor unit.

    A row's currency is its ``currency`` cell, else what its amount names, else the plan's.
    """
    import numpy as np
    import pandas as pd

    money = [name for name in frame.table.names("money") if frame.has(name)]
    codes, problems = _find_codes(frame, plan)
    numbers, names = pd.factorize(codes)
    distinct = {str(code): find_rate(str(code), plan, rates) for code in names}
    problems += _find_rateless(codes, distinct, plan)
    factors = np.array([distinct[str(c)] or np.nan for c in names], dtype=np.float64)[numbers]
    data = frame.frame.copy(deep=False)
    totals = {}
    for name in frame.table.names("money"):
        minor, faults = _convert_column(data[name], factors, plan.digits, name)
        totals[name] = _sum_exactly(data[name], minor, factors, plan)
        data[name] = minor
        problems += faults
    data["currency"] = take_known(pd.Series(names, dtype="str"), numbers)
    data.attrs = {"minor_digits": dict.fromkeys(frame.table.names("money"), plan.digits)}
    return replace(
        frame,
        frame=data,
        totals=totals,
        problems=(*frame.problems, *(problems if money else ())),
    )


def check_currencies(frame: Frame, plan: Currency, rates: Mapping[str, float]) -> Frame:
    """Return a frame whose money stays in each row's own currency, which must have a plan rate."""
    codes = frame.frame["currency"].str.upper().fillna(plan.code)
    distinct = {str(code): find_rate(str(code), plan, rates) for code in codes.unique()}
    problems = _find_rateless(codes.to_numpy(dtype=object), distinct, plan)
    data = frame.frame.assign(currency=codes)
    return replace(frame, frame=data, problems=(*frame.problems, *problems))


def _sum_exactly(
    amounts: pd.Series, minor: pd.Series, factors: NDArray[np.float64], plan: Currency
) -> int:
    """Return the sum of the amounts that were converted, rounded once, in minor units."""
    import math

    known = minor.notna().to_numpy(dtype=bool)
    return plan.to_minor(math.fsum(amounts.to_numpy()[known] * factors[known]))


def _convert_column(
    amounts: pd.Series, factors: NDArray[np.float64], digits: int, name: str
) -> tuple[pd.Series, list[Problem]]:
    """Convert one column; amounts too large for any company are faults."""
    import numpy as np
    import pandas as pd

    values = amounts.to_numpy(dtype=np.float64)
    absurd = np.flatnonzero(np.abs(values) > LARGEST_AMOUNT)
    known = ~(np.isnan(values) | np.isnan(factors)) & (np.abs(values) <= LARGEST_AMOUNT)
    filled = np.where(known, values, 0.0)
    minor = convert_to_minor(filled, np.where(known, factors, 1.0), digits)
    series = pd.Series(pd.arrays.IntegerArray(minor, ~known))
    if not len(absurd):
        return series, []
    return series, [
        Problem(
            code="absurd_amount",
            column=name,
            positions=absurd,
            sentence=f"is beyond any amount of money (the limit is {LARGEST_AMOUNT:,.0f})",
            advice="Correct the cell, or leave the row out with where.",
        )
    ]


def _find_codes(frame: Frame, plan: Currency) -> tuple[NDArray[np.object_], list[Problem]]:
    """Return the currency of each row, and the cells that contradict it."""
    import numpy as np

    if not frame.has("currency") and not frame.codes:
        return np.full(len(frame.frame), plan.code, dtype=object), []
    codes = frame.frame["currency"].str.upper().fillna("").to_numpy(dtype=object)
    for named in frame.codes.values():
        codes = np.where(codes == "", named, codes)
    codes = np.where(codes == "", plan.code, codes).astype(object)
    problems = [_contradiction(name, named, codes) for name, named in frame.codes.items()]
    return codes, [problem for problem in problems if len(problem.positions)]


def _contradiction(column: str, named: NDArray[np.object_], codes: NDArray[np.object_]) -> Problem:
    import numpy as np

    return Problem(
        code="currency_conflict",
        column=column,
        positions=np.flatnonzero((named != "") & (named != codes)),
        sentence="names another currency than its row",
        advice="Correct the amount or the row's currency.",
    )


def _find_rateless(
    codes: NDArray[np.object_], rates: Mapping[str, float | None], plan: Currency
) -> list[Problem]:
    """Return one problem for each currency that has no plan rate, or does not exist."""
    import numpy as np

    return [
        Problem(
            code="no_rate" if code in CODES else "unknown_currency",
            column="currency",
            positions=np.flatnonzero(codes == code),
            sentence=f"{code} has no plan rate to {plan.code}"
            if code in CODES
            else f"{code!r} is not a currency of ISO 4217",
            advice=f"Add [fx] {code} = what one {code} is worth in {plan.code}."
            if code in CODES
            else "Write codes such as USD or EUR.",
            once=True,
        )
        for code, rate in sorted(rates.items())
        if rate is None
    ]


def convert_own(amounts: pd.Series, codes: pd.Series) -> pd.Series:
    """Return amounts as minor units of each row's own currency, without any rate."""
    import numpy as np
    import pandas as pd

    values = amounts.to_numpy(dtype=np.float64)
    digits = codes.map(lambda c: currency(c).digits if c in CODES else 2).to_numpy()
    minor = np.zeros(len(values), dtype=np.int64)
    known = ~np.isnan(values) & (np.abs(values) <= LARGEST_AMOUNT)
    for count in np.unique(digits):
        rows = known & (digits == count)
        minor[rows] = convert_to_minor(values[rows], np.ones(int(rows.sum())), int(count))
    return pd.Series(pd.arrays.IntegerArray(minor, ~known))
