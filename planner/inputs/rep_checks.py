"""What may be wrong with the people: one function a check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.findings import Finding
from planner.inputs.families import find_loops, word_loop
from planner.inputs.identities import Directory, shorten_all, split_list
from planner.inputs.period import Period
from planner.inputs.reporting import report_rows

if TYPE_CHECKING:
    import pandas as pd

COVERAGES = {"direct", "pool", "overlay", "none"}
STATUSES = {
    "active",
    "leaving",
    "tbh",
    "current",
    "hired",
    "notice",
    "to be hired",
    "tbd",
    "open",
    "vacant",
    "open headcount",
}


def check_reps(
    every: pd.DataFrame,
    present: pd.DataFrame,
    gone: pd.DataFrame,
    directory: Directory,
    period: Period,
) -> list[Finding]:
    """Return everything that is wrong with the reps table.

    Parameters
    ----------
    every
        All rows.
    present, gone
        One row for each rep, and for each user who is no longer active.
    directory
        The reps by id and name.
    period
        The plan's.
    """
    return [
        *check_duplicate_ids(every, "reps", "rep_id"),
        *check_inactive(gone),
        *check_names(present),
        *check_words(present),
        *check_references(present, directory),
        *check_manager_loops(present, directory),
        *check_homes(present),
        *check_dates(present),
        *check_departed(present, period),
        *check_seats(present, period),
    ]


def check_duplicate_ids(data: pd.DataFrame, table: str, column: str) -> list[Finding]:
    """Report ids that several rows have; 15 and 18 characters of one id are the same."""
    keys = shorten_all(data[column])
    return report_rows(
        data,
        keys.notna() & keys.duplicated(),
        table=table,
        code="duplicate_id",
        severity="error",
        column=column,
        each=f"Row {{row}} of {table} repeats the {column} {{{column}}}.",
        whole=f"{{count}} rows of {table} repeat a {column}.",
        advice="Keep one row for each id.",
        subject=column,
    )


def check_inactive(gone: pd.DataFrame) -> list[Finding]:
    """Report users of the table who are no longer active: they are not planned with."""
    return report_rows(
        gone,
        gone["row"] > 0,
        table="reps",
        code="inactive",
        severity="warning",
        column="status",
        each="{name} ({rep_id}) is {status} and takes no part; accounts owned are free to move.",
        whole="{count} people of reps are inactive and take no part.",
        advice="Set status to active if the rep is to be planned with.",
        subject="rep_id",
    )


def check_names(present: pd.DataFrame) -> list[Finding]:
    """Report names that several reps have: owners given by such a name cannot be told apart."""
    named = present["name_given"].str.casefold()
    return report_rows(
        present,
        named.notna() & named.duplicated(keep=False),
        table="reps",
        code="name_not_unique",
        severity="info",
        column="name",
        each="{rep_id} shares the name {name} with another rep.",
        whole="{count} reps share a name with another.",
        advice="Give owners by id.",
        subject="rep_id",
    )


def check_words(present: pd.DataFrame) -> list[Finding]:
    """Report coverage and status that are not words of the contract."""
    coverage = present["coverage"].str.casefold()
    status = present["status"].str.casefold()
    return [
        *report_rows(
            present,
            coverage.notna() & ~coverage.isin(COVERAGES),
            table="reps",
            code="unknown_coverage",
            severity="error",
            column="coverage",
            each="Row {row} of reps: coverage '{coverage}' of {rep_id} is not known.",
            whole="{count} rows of reps have a coverage that is not known.",
            advice="Write direct, pool, overlay or none.",
            subject="rep_id",
        ),
        *report_rows(
            present,
            status.notna() & ~status.isin(STATUSES),
            table="reps",
            code="unknown_status",
            severity="warning",
            column="status",
            each="Row {row} of reps: status '{status}' of {rep_id} is not known; read as active.",
            whole="{count} rows of reps have a status that is not known.",
            advice="Write active, leaving, tbh or inactive.",
            subject="rep_id",
        ),
    ]


def check_references(present: pd.DataFrame, directory: Directory) -> list[Finding]:
    """Report managers, stand-ins and supported reps who do not exist."""
    import numpy as np

    findings: list[Finding] = []
    for column in ("manager_id", "covered_by", "supports"):
        cells = present[column].fillna("")
        named = [split_list(text) if column == "supports" else [text] for text in cells]
        unknown = [", ".join(p for p in parts if p and is_unknown(p, directory)) for parts in named]
        findings += report_rows(
            present.assign(unknown=unknown),
            np.array([bool(text) for text in unknown], dtype=bool),
            table="reps",
            code=f"unknown_{column}",
            severity="error",
            column=column,
            each=f"Row {{row}} of reps: {column} of {{rep_id}} names {{unknown}}, who is not in "
            f"reps.",
            whole=f"{{count}} rows of reps name somebody in {column} who is not in reps.",
            advice="Add the person to reps (coverage none for a manager), or correct the id.",
            subject="rep_id",
        )
    return findings


def is_unknown(text: str, directory: Directory) -> bool:
    """Return whether an id or a name means nobody at all, not even somebody who is inactive."""
    return directory.find(text) is None and directory.explain_miss(text) != "inactive"


def check_manager_loops(present: pd.DataFrame, directory: Directory) -> list[Finding]:
    """Report reps who, through their managers, report to themselves."""
    managers = {
        rep: directory.find(manager)
        for rep, manager in zip(present["rep_id"], present["manager_id"].fillna(""), strict=True)
        if manager
    }
    return [
        Finding(
            severity="error",
            code="reps.manager_loop",
            message=f"Reps report to each other in a circle: {word_loop(loop)}.",
            advice="Correct manager_id of one of them.",
            table="reps",
            column="manager_id",
            subject=loop[0],
            count=len(loop),
        )
        for loop in find_loops({rep: m for rep, m in managers.items() if m is not None})
    ]


def check_homes(present: pd.DataFrame) -> list[Finding]:
    """Report homes that are no place on earth."""
    lat, lon = present["latitude"], present["longitude"]
    outside = (lat.abs() > 90) | (lon.abs() > 180) | (lat.isna() != lon.isna())
    return report_rows(
        present,
        outside | ((lat == 0) & (lon == 0)),
        table="reps",
        code="bad_coordinates",
        severity="error",
        column="latitude",
        each="Row {row} of reps: the home of {rep_id}, {latitude}, {longitude}, is no place.",
        whole="{count} homes of reps are no place.",
        advice="Give latitude (-90 to 90) and longitude (-180 to 180), or leave both empty.",
        subject="rep_id",
    )


def check_dates(present: pd.DataFrame) -> list[Finding]:
    """Report dates in the wrong order."""
    findings: list[Finding] = []
    for first, second in (
        ("hire_date", "leave_date"),
        ("hire_date", "role_start"),
        ("absence_start", "absence_end"),
    ):
        findings += report_rows(
            present,
            present[second] < present[first],
            table="reps",
            code="dates_out_of_order",
            severity="error" if first != "hire_date" or second == "leave_date" else "warning",
            column=second,
            each=f"Row {{row}} of reps: {second} {{{second}}} of {{rep_id}} is before {first} "
            f"{{{first}}}.",
            whole=f"{{count}} reps have a {second} before their {first}.",
            advice="Correct one of the dates.",
            subject="rep_id",
        )
    return findings


def check_departed(present: pd.DataFrame, period: Period) -> list[Finding]:
    """Report reps who are gone before the plan begins."""
    import pandas as pd

    return report_rows(
        present,
        present["leave_date"] < pd.Timestamp(period.start),
        table="reps",
        code="departed",
        severity="warning",
        column="leave_date",
        each="{rep_id} left on {leave_date}, before the plan begins; only a vacant seat keeps "
        "accounts.",
        whole="{count} reps left before the plan begins.",
        advice="Nothing to do if a successor is in reps; else add the open headcount as tbh.",
        subject="rep_id",
    )


def check_seats(present: pd.DataFrame, period: Period) -> list[Finding]:
    """Report seats that two reps hold at the same time."""
    findings: list[Finding] = []
    seated = present[
        present["territory_id"].notna() & ~present["coverage"].isin(["overlay", "none"])
    ]
    shared = seated[seated["territory_id"].duplicated(keep=False)]
    for seat, holders in shared.groupby("territory_id", sort=True):
        findings += _check_seat(str(seat), holders, period)
    return findings


def _check_seat(seat: str, holders: pd.DataFrame, period: Period) -> list[Finding]:
    """Report each holder who begins before the one before has left."""
    import pandas as pd

    began = holders["role_start"].fillna(holders["hire_date"]).fillna(pd.Timestamp(1900, 1, 1))
    left = holders["leave_date"].fillna(pd.Timestamp(9999, 1, 1))
    ordered = holders.assign(began=began, left=left).sort_values(["began", "row"], kind="stable")
    current = ordered[ordered["left"] >= pd.Timestamp(period.start)]
    earlier = current["left"].shift()
    both = current.assign(other=current["rep_id"].shift(), seat=seat)
    return report_rows(
        both,
        both["began"] <= earlier,
        table="reps",
        code="seat_held_twice",
        severity="error",
        column="territory_id",
        each="Row {row} of reps: {rep_id} and {other} hold the seat {seat} at the same time.",
        whole="{count} reps hold a seat that another holds at the same time.",
        advice="Give one of them another territory_id, or state when the first one leaves.",
        subject="rep_id",
    )
