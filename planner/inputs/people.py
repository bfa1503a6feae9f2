"""The reps of a company, from their table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from planner.findings import Finding
from planner.inputs.conversion import convert_own
from planner.inputs.frames import Frame
from planner.inputs.identities import Directory, build_directory, split_list
from planner.inputs.period import Period
from planner.inputs.rep_checks import check_reps
from planner.inputs.reporting import report_rows
from planner.inputs.reps import Coverage, Rep, RepStatus

if TYPE_CHECKING:
    import pandas as pd

INACTIVE = {"inactive", "left", "terminated", "former", "deactivated", "disabled", "resigned"}
STATUS_WORDS: dict[str, str] = {
    "active": "active",
    "current": "active",
    "hired": "active",
    "leaving": "leaving",
    "notice": "leaving",
    "tbh": "tbh",
    "to be hired": "tbh",
    "tbd": "tbh",
    "open": "tbh",
    "vacant": "tbh",
    "open headcount": "tbh",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The reps, their table for conditions, how to find them, and what is wrong with them."""

    reps: tuple[Rep, ...]
    table: pd.DataFrame
    directory: Directory
    findings: tuple[Finding, ...] = ()


def nobody() -> People:
    """Return the people of a company whose scenario names no reps table."""
    import pandas as pd

    table = pd.DataFrame({"rep_id": pd.Series([], dtype="str")})
    return People(reps=(), table=table, directory=build_directory([], []))


def gather_people(frame: Frame, period: Period, left_out: pd.DataFrame) -> People:
    """Read the reps table into reps, sorted by id; inactive users are left out with a finding.

    Parameters
    ----------
    frame
        The rows that take part.
    period
        The plan's.
    left_out
        The rows that do not: known by id and name, but nobody's owner or manager.
    """
    data = frame.frame.copy(deep=False)
    data["name_given"] = data["name"]
    data["name"] = data["name"].fillna(data["rep_id"])
    known = data["rep_id"].notna() & ~data["rep_id"].duplicated()
    active = ~data["status"].str.casefold().isin(INACTIVE)
    present, gone = data[known & active], data[known & ~active]
    others = left_out.assign(name_given=left_out["name"])
    others = others[others["rep_id"].notna()]
    directory = build_directory(_list_people(present), _list_people(gone) + _list_people(others))
    findings = check_reps(data, present, gone, directory, period)
    ordered = present.sort_values("rep_id", kind="stable").reset_index(drop=True)
    ordered, about_managers = _close_managers(ordered, directory)
    own = convert_own(ordered["ote"], ordered["currency"])
    reps = tuple(
        _build_rep(record, ote, directory)
        for record, ote in zip(ordered.to_dict("records"), own, strict=True)
    )
    table = ordered.drop(columns=["name_given"])
    return People(
        reps=_retire(reps, period),
        table=_describe(table, reps),
        directory=directory,
        findings=(*findings, *about_managers),
    )


def _close_managers(
    ordered: pd.DataFrame, directory: Directory
) -> tuple[pd.DataFrame, list[Finding]]:
    """Give people who others report to the coverage none, where the table says nothing."""
    import numpy as np

    managers = directory.match(ordered["manager_id"])
    closed = ordered["rep_id"].isin(managers.dropna().unique()) & ordered["coverage"].isna()
    changed = ordered.assign(coverage=ordered["coverage"].where(~closed, "none"))
    return changed, report_rows(
        ordered,
        np.asarray(closed, dtype=bool),
        table="reps",
        code="manager_coverage",
        severity="info",
        column="coverage",
        each="{name} ({rep_id}) manages others and has no coverage given, so receives no accounts.",
        whole="{count} managers have no coverage given, so receive no accounts.",
        advice="Write coverage direct for a manager who keeps accounts too.",
        subject="rep_id",
    )


def _list_people(data: pd.DataFrame) -> list[tuple[str, str]]:
    names = data["name_given"].fillna("")
    return list(zip(data["rep_id"], names, strict=True))


def _describe(table: pd.DataFrame, reps: tuple[Rep, ...]) -> pd.DataFrame:
    """Return the table with the words that were understood in place of those written."""
    described = table.copy(deep=False)
    described["coverage"] = [rep.coverage for rep in reps]
    described["status"] = [rep.status for rep in reps]
    described["capacity"] = [rep.capacity for rep in reps]
    described["manager_id"] = [rep.manager_id for rep in reps]
    for name in ("coverage", "status", "manager_id"):
        described[name] = described[name].astype("str")
    described.attrs = {}
    return described


def _build_rep(record: Mapping[Any, Any], ote: object, directory: Directory) -> Rep:
    """Build one rep from one row."""
    manager = _text(record["manager_id"])
    covered_by = _text(record["covered_by"])
    return Rep(
        rep_id=str(record["rep_id"]),
        name=str(record["name"]),
        role=_text(record["role"]) or "",
        manager_id=directory.find(manager) if manager else None,
        territory_id=_text(record["territory_id"]),
        coverage=_read_coverage(record["coverage"]),
        supports=_find_supported(record["supports"], directory),
        latitude=_number(record["latitude"]),
        longitude=_number(record["longitude"]),
        hire_date=_day(record["hire_date"]),
        role_start=_day(record["role_start"]),
        leave_date=_day(record["leave_date"]),
        absence_start=_day(record["absence_start"]),
        absence_end=_day(record["absence_end"]),
        covered_by=directory.find(covered_by) if covered_by else None,
        capacity=1.0 if _number(record["capacity"]) is None else float(record["capacity"]),
        ote=None if _text(ote) is None else int(cast("int", ote)),
        variable_share=_number(record["variable_share"]),
        segments=frozenset(split_list(record["segments"])),
        skills=frozenset(split_list(record["skills"])),
        countries=frozenset(split_list(record["countries"])),
        status=_read_status(record),
        currency=_text(record["currency"]) or "",
        row=int(record["row"]),
    )


def _read_coverage(value: object) -> Coverage:
    """Return the coverage; a word that is not known was reported and is read as none."""
    word = (_text(value) or "direct").casefold()
    known = word if word in {"direct", "pool", "overlay"} else "none"
    return cast("Coverage", known)


def _read_status(record: Mapping[Any, Any]) -> RepStatus:
    word = (_text(record["status"]) or "").casefold()
    default = "leaving" if _day(record["leave_date"]) else "active"
    return cast("RepStatus", STATUS_WORDS.get(word, default))


def _find_supported(value: object, directory: Directory) -> tuple[str, ...]:
    found = (directory.find(part) for part in split_list(value))
    return tuple(dict.fromkeys(rep for rep in found if rep is not None))


def _retire(reps: tuple[Rep, ...], period: Period) -> tuple[Rep, ...]:
    """Close the coverage of those who are gone when the plan begins, unless the seat is vacant.

    A seat outlives its holder: where nobody else holds it, it stays open with its accounts.
    """
    gone = {r.rep_id for r in reps if r.leave_date is not None and r.leave_date < period.start}
    held = {r.territory_id for r in reps if r.rep_id not in gone and r.receives_accounts}
    return tuple(
        replace(rep, coverage="none")
        if rep.rep_id in gone and (rep.territory_id is None or rep.territory_id in held)
        else rep
        for rep in reps
    )


def _text(value: Any) -> str | None:
    import pandas as pd

    return None if value is None or pd.isna(value) else str(value)


def _number(value: Any) -> float | None:
    return None if _text(value) is None else float(value)


def _day(value: Any) -> date | None:
    import pandas as pd

    return None if value is None or value is pd.NaT else value.date()
