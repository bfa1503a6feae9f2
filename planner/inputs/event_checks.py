"""What may be wrong with history, quotas, opportunities and activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.account_checks import report_absurd
from planner.inputs.identities import Directory
from planner.inputs.period import Period
from planner.inputs.rep_checks import check_duplicate_ids
from planner.inputs.reporting import report_rows

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

EARLIEST = 1980
TYPES = ["new", "expansion", "renewal"]


def check_history(
    data: pd.DataFrame,
    excluded: Mapping[str, NDArray[np.bool_]],
    directory: Directory,
    period: Period,
) -> list[Finding]:
    """Return everything that is wrong with the history.

    Parameters
    ----------
    data
        History with accounts and reps matched, and both as given.
    excluded
        Why rows are left out.
    directory, period
        The reps by id and name, and the plan's period.
    """
    return [
        *report_unknown(data, excluded["unknown account"], "history", "account_given", "account"),
        *report_late(data, excluded["after as_of"], "history", period),
        *check_early(data, "history"),
        *check_unknown_reps(data, "history", directory),
        *check_returns(data),
        *check_types(data),
        *report_absurd(data, "history", "amount", "account_given", "warning"),
    ]


def report_unknown(
    data: pd.DataFrame, unknown: NDArray[np.bool_], table: str, column: str, what: str
) -> list[Finding]:
    """Report ids that no row of another table has, the most frequent by name, and the sum."""
    lost = data[unknown]
    if not len(lost):
        return []
    counts = lost.groupby(column, sort=True)["row"].agg(["size", "min"])
    counts = counts.sort_values("size", ascending=False, kind="stable")
    singles = [
        Finding(
            severity="warning",
            code=f"{table}.unknown_{what}",
            message=f"{size:,} rows of {table} are of the {what} {str(name)[:80]!r}, which is not "
            f"in {what}s; they are left out.",
            advice=f"Add it to {what}s, or leave it: the control totals name what is left out.",
            table=table,
            row=int(row),
            column=f"{what}_id",
            value=str(name)[:80],
            subject=str(name)[:80],
            count=int(size),
        )
        for name, size, row in counts.head(5).itertuples()
    ]
    if len(counts) <= 5:
        return singles
    return [*singles, _sum_unknown(table, what, len(lost), len(counts))]


def _sum_unknown(table: str, what: str, rows: int, ids: int) -> Finding:
    return Finding(
        severity="warning",
        code=f"{table}.unknown_{what}",
        message=f"{rows:,} rows of {table} are of {ids:,} {what}s that are not in {what}s; they "
        f"are left out.",
        advice="Check that both tables were exported with the same filter and the same ids.",
        table=table,
        column=f"{what}_id",
        count=rows,
    )


def report_late(
    data: pd.DataFrame, late: NDArray[np.bool_], table: str, period: Period
) -> list[Finding]:
    """Report rows after the last day whose history counts."""
    return report_rows(
        data,
        late,
        table=table,
        code="after_as_of",
        severity="warning",
        column="date",
        each=f"Row {{row}} of {table} is dated {{date}}, after as_of {period.as_of}; it is left "
        f"out.",
        whole=f"{{count}} rows of {table} are dated after as_of {period.as_of}; they are left out.",
        advice="Move [period] as_of if they should count, or correct the dates.",
        shown=5,
    )


def check_early(data: pd.DataFrame, table: str) -> list[Finding]:
    """Report dates before any computer kept them."""
    return report_rows(
        data,
        data["date"].dt.year < EARLIEST,
        table=table,
        code="date_out_of_range",
        severity="error",
        column="date",
        each=f"Row {{row}} of {table} is dated {{date}}, before {EARLIEST}.",
        whole=f"{{count}} rows of {table} are dated before {EARLIEST}.",
        advice="Correct the date; a year of two digits or a wrong date_format looks like this.",
    )


def check_unknown_reps(data: pd.DataFrame, table: str, directory: Directory) -> list[Finding]:
    """Report people of a table who are not active reps; their rows still count for accounts."""
    lost = data[data["rep_given"].notna() & data["rep_id"].isna()]
    counts = lost.groupby("rep_given", sort=True)["row"].agg(["size", "min"])
    counts = counts.sort_values("size", ascending=False, kind="stable").head(EXAMPLES_SHOWN)
    words = {"inactive": "takes no part as a rep", "ambiguous": "is a name that several reps have"}
    return [
        Finding(
            severity="warning",
            code=f"{table}.unknown_rep",
            message=f"{size:,} rows of {table} name {str(rep)[:80]!r}, who "
            f"{words.get(directory.explain_miss(str(rep)), 'is not in reps')}.",
            advice="Nothing to do if the person has left; else add the rep to reps.",
            table=table,
            row=int(row),
            column="rep_id",
            value=str(rep)[:80],
            subject=str(rep)[:80],
            count=int(size),
        )
        for rep, size, row in counts.itertuples()
    ]


def check_returns(data: pd.DataFrame) -> list[Finding]:
    """Report negative amounts: returns, which count against their account."""
    return report_rows(
        data,
        (data["amount"] < 0).fillna(value=False),
        table="history",
        code="negative_amount",
        severity="warning",
        column="amount",
        each="Row {row} of history has a negative amount, read as a return of {account_given}.",
        whole="{count} rows of history have a negative amount, read as returns.",
        advice="Nothing to do if they are returns or credits.",
        subject="account_given",
        shown=3,
    )


def check_types(data: pd.DataFrame) -> list[Finding]:
    """Report words for the type of business that are not known, one finding a word."""
    strange = data[data["type"].notna() & ~data["type"].isin(TYPES)]
    return [
        Finding(
            severity="warning",
            code="history.unknown_type",
            message=f"{len(rows):,} rows of history have the type {str(word)[:80]!r}, which is "
            f"none of new, expansion and renewal.",
            advice="Write one of the three, or leave the cell empty.",
            table="history",
            row=int(rows["row"].iloc[0]),
            column="type",
            value=str(word)[:80],
            count=len(rows),
        )
        for word, rows in list(strange.groupby("type", sort=True))[:EXAMPLES_SHOWN]
    ]


def check_quotas(data: pd.DataFrame, directory: Directory) -> list[Finding]:
    """Return what is wrong with the past quotas, overlaps aside."""
    return [
        *check_unknown_reps(data, "quotas", directory),
        *report_rows(
            data,
            data["end"] < data["start"],
            table="quotas",
            code="dates_out_of_order",
            severity="error",
            column="end",
            each="Row {row} of quotas ends on {end}, before it starts on {start}.",
            whole="{count} rows of quotas end before they start.",
            advice="Correct one of the dates.",
        ),
        *report_absurd(data, "quotas", "quota", "rep_given", "warning"),
    ]


def report_ends(table: pd.DataFrame, missing: pd.Series, usual: int) -> list[Finding]:
    """Say how ends of quotas that the file lacks were found."""
    count = int(missing.sum())
    if not count:
        return []
    return [
        Finding(
            severity="info",
            code="quotas.end_inferred",
            message=f"{count:,} quotas have no end: each lasts to the rep's next one, the last "
            f"one {usual} months.",
            advice="Add an end column if that is not so.",
            table="quotas",
            column="end",
            count=count,
        )
    ]


def check_overlaps(table: pd.DataFrame) -> list[Finding]:
    """Report quotas of one rep whose periods overlap."""
    before = table.groupby("rep_id", sort=False)["end"].shift()
    return report_rows(
        table.assign(before=before),
        table["start"] < before,
        table="quotas",
        code="overlap",
        severity="warning",
        column="start",
        each="Row {row} of quotas: the quota of {rep_id} from {start} begins before the one "
        "before ends ({before}).",
        whole="{count} quotas begin before the same rep's quota before them ends.",
        advice="Keep one row a rep and period; give parts by product as one sum.",
        subject="rep_id",
    )


def check_opportunities(data: pd.DataFrame) -> list[Finding]:
    """Return what is wrong with the pipeline."""
    return [
        *check_duplicate_ids(data, "opportunities", "opportunity_id"),
        *report_unknown(
            data,
            (data["account_given"].notna() & data["account_id"].isna()).to_numpy(),
            "opportunities",
            "account_given",
            "account",
        ),
        *report_absurd(data, "opportunities", "amount", "opportunity_id", "warning"),
        *report_rows(
            data,
            data["close_date"] < data["created"],
            table="opportunities",
            code="dates_out_of_order",
            severity="warning",
            column="close_date",
            each="Row {row} of opportunities: {opportunity_id} closes {close_date}, before it was "
            "created {created}.",
            whole="{count} opportunities close before they were created.",
            advice="Correct one of the dates.",
            subject="opportunity_id",
            shown=5,
        ),
    ]


def check_activities(
    data: pd.DataFrame,
    excluded: Mapping[str, NDArray[np.bool_]],
    directory: Directory,
    period: Period,
) -> list[Finding]:
    """Return what is wrong with the activities."""
    return [
        *check_unknown_reps(data, "activities", directory),
        *report_late(data, excluded["after as_of"], "activities", period),
        *check_early(data, "activities"),
    ]
