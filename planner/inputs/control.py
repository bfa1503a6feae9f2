"""Control totals: every figure followed from the file to the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from planner.findings import Finding
from planner.inputs.data import ControlTotal
from planner.inputs.money import Currency
from planner.inputs.parameters import ControlParameters

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def total_rows(
    table: str, read: int, reasons: Mapping[str, int], ledger: int | None
) -> ControlTotal:
    """Return the control total of a table's rows."""
    left_out = {reason: count for reason, count in reasons.items() if count}
    excluded = sum(left_out.values())
    return ControlTotal(
        name=f"{table}.rows",
        read=read,
        excluded=excluded,
        planned=read - excluded,
        reasons=left_out,
        ledger=ledger,
    )


def total_money(
    name: str,
    amounts: pd.Series,
    exact: int,
    reasons: Mapping[str, NDArray[np.bool_]],
    ledger: float | None,
    currency: Currency,
) -> ControlTotal:
    """Return the control total of a money column.

    Parameters
    ----------
    name
        Such as ``history.amount``.
    amounts
        (rows,) minor units of all rows read.
    exact
        Their sum before each was rounded to the minor unit, in minor units.
    reasons
        Why rows were left out: (rows,) flags that do not overlap.
    ledger
        What the scenario says it should be, in currency units.
    currency
        The plan's.
    """
    left_out = {reason: sum_money(amounts[mask]) for reason, mask in reasons.items()}
    left_out = {reason: amount for reason, amount in left_out.items() if amount}
    rounded = sum_money(amounts)
    if rounded != exact:
        left_out["rounding of each row"] = exact - rounded
    excluded = sum(left_out.values())
    return ControlTotal(
        name=name,
        read=exact,
        excluded=excluded,
        planned=exact - excluded,
        reasons=left_out,
        ledger=None if ledger is None else currency.to_minor(ledger),
        money=True,
    )


def sum_money(amounts: pd.Series) -> int:
    """Return an exact sum, beyond 64 bits where it must be."""
    filled = amounts.fillna(0).astype("int64")
    if len(filled) and float(filled.abs().astype("float64").sum()) > 2.0**62:
        return sum(filled.tolist())
    return int(filled.sum())


def check_ledger(
    totals: Sequence[ControlTotal], parameters: ControlParameters, currency: Currency
) -> list[Finding]:
    """Report figures that differ from the ledger's."""
    findings = []
    for total in totals:
        allowed = currency.to_minor(parameters.tolerance) if total.money else parameters.tolerance
        if total.ledger is None or abs(total.read - total.ledger) <= allowed:
            continue
        read, ledger = (_show(total, value, currency) for value in (total.read, total.ledger))
        difference = _show(total, total.read - total.ledger, currency)
        findings.append(
            Finding(
                severity="error" if parameters.strict else "warning",
                code=f"control.{total.name.replace('.', '_')}",
                message=f"{total.name} is {read} as read and {ledger} in the ledger: a difference "
                f"of {difference}.",
                advice="Find the missing or surplus rows before planning on them, or allow the "
                "difference with [control] tolerance.",
                table=total.name.split(".")[0],
                value=read,
            )
        )
    return findings


def _show(total: ControlTotal, value: int, currency: Currency) -> str:
    return f"{currency.to_text(value)} {currency.code}" if total.money else f"{value:,}"
