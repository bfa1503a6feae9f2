"""What came in, read for a plan: bookings, pipeline and activities up to a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from planner.errors import ScenarioError
from planner.findings import Finding, has_errors
from planner.inputs.account_events import last_name
from planner.inputs.parameters import TableParameters
from planner.inputs.period import Period
from planner.pipeline.preparation import refuse_errors

if TYPE_CHECKING:
    import pandas as pd

    from planner.inputs.frames import Frame
    from planner.inputs.identities import Directory
    from planner.outputs.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came in.

    Parameters
    ----------
    history, opportunities, activities
        As in :class:`planner.inputs.data.PlanningData`; None where there is none.
    booked
        The history with the accounts that each row names, merged ones among them.
    as_of
        The last day known.
    findings
        What is wrong with the tables.
    """

    history: pd.DataFrame
    booked: pd.DataFrame
    opportunities: pd.DataFrame | None
    activities: pd.DataFrame | None
    as_of: date
    findings: tuple[Finding, ...]


def read_came(
    plan: Plan,
    history: Path,
    *,
    as_of: date | None = None,
    opportunities: Path | None = None,
    activities: Path | None = None,
) -> Came:
    """Read what came in since a plan was made.

    Headers are matched as they were for the plan, where the tables have them, else by alias.

    Parameters
    ----------
    plan
        Whose accounts and people the rows are about.
    history
        A table of bookings.
    as_of
        The last day that counts; default: the last booking within the plan.
    opportunities, activities
        Tables; default: as the plan's folder has them.

    Raises
    ------
    ScenarioError
        When a file cannot be found, or the day is outside the plan.
    DataError
        When a table cannot be used.
    """
    from planner.inputs.events import gather_activities, gather_history, gather_opportunities
    from planner.inputs.identities import index_ids

    period = plan.data.period
    last = period.end - timedelta(days=1)
    if as_of is not None and not period.start <= as_of <= last:
        raise ScenarioError(f"--as-of {as_of} is outside the plan, {period.start} to {last}.")
    until = Period(starts=period.starts, end=period.end, as_of=as_of or last)
    people, accounts = _directory(plan), index_ids(_account_ids(plan))
    booked = gather_history(_read(plan, "history", history).frame, accounts, people, until)
    found = [*booked.findings]
    deals, deeds = plan.data.opportunities, plan.data.activities
    if opportunities is not None:
        frame = _read(plan, "opportunities", opportunities).frame
        gathered = gather_opportunities(frame, accounts, people)
        deals, found = gathered.table, [*found, *gathered.findings]
    if activities is not None:
        frame = _read(plan, "activities", activities).frame
        done = gather_activities(frame, accounts, people, until)
        deeds, found = done.table, [*found, *done.findings]
    refuse_errors(found)
    if as_of is not None:
        # Whoever asks for an earlier day does not need to hear that there are later rows.
        found = [one for one in found if not one.code.endswith(".after_as_of")]
    table = _rename_merged(plan, booked.table)
    day = as_of or _last_booking(table, period)
    return Came(
        history=table,
        booked=booked.table,
        opportunities=_rename_merged(plan, deals),
        activities=_rename_merged(plan, deeds),
        as_of=day,
        findings=tuple(found),
    )


def _account_ids(plan: Plan) -> list[str]:
    """Return every account of the plan's year, those that are gone by now among them."""
    ids = plan.data.accounts["account_id"].astype(str).tolist()
    gone = [c.account_id for c in plan.year.account_changes] if plan.year else []
    return [*ids, *(name for name in gone if name not in set(ids))]


def _directory(plan: Plan) -> Directory:
    from planner.inputs.identities import build_directory

    return build_directory([(rep.rep_id, rep.name) for rep in plan.data.reps], [])


def merged_into(plan: Plan) -> dict[str, str]:
    """Return what each account that merged within a plan's year became part of."""
    return {c.account_id: c.into for c in plan.year.account_changes if c.into} if plan.year else {}


@overload
def _rename_merged(plan: Plan, table: pd.DataFrame) -> pd.DataFrame: ...
@overload
def _rename_merged(plan: Plan, table: pd.DataFrame | None) -> pd.DataFrame | None: ...
def _rename_merged(plan: Plan, table: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return rows of merged accounts under the account that they are part of in the end."""
    into = merged_into(plan)
    if table is None or not into:
        return table
    target = {name: last_name(name, into) for name in into}
    return table.assign(account_id=table["account_id"].replace(target))


def _last_booking(table: pd.DataFrame, period: Period) -> date:
    """Return the last booking's day within the plan, else the day before it."""
    if table.empty:
        return period.start - timedelta(days=1)
    last: date = table["date"].max().date()
    return max(last, period.start - timedelta(days=1))


def _read(plan: Plan, name: str, path: Path) -> Frame:
    """Read one table as the plan's scenario reads it."""
    from planner.inputs.conversion import convert_money
    from planner.inputs.frames import build_frame, note_missing, report_problems
    from planner.inputs.loading import read_raw
    from planner.inputs.raw import drop_blank_rows
    from planner.inputs.tables import known_tables

    folder = path.resolve().parent
    if not path.is_file():
        raise ScenarioError(f"There is no table {path}.")
    parameters = _parameters(plan, name, path)
    raw = drop_blank_rows(read_raw(name, parameters, folder))
    known = {ours: theirs for ours, theirs in parameters.columns.items() if theirs in raw.headers}
    frame = build_frame(known_tables()[name], raw, parameters.model_copy(update={"columns": known}))
    frame = convert_money(note_missing(frame), plan.data.currency, plan.data.rates)
    findings = [*frame.findings, *report_problems(frame), *_lacking(frame, name)]
    if has_errors(findings):
        refuse_errors(findings)
    return frame


def _lacking(frame: Frame, name: str) -> list[Finding]:
    missing = [column for column in frame.table.required if not frame.has(column)]
    return [
        Finding(
            severity="error",
            code=f"{name}.no_column",
            message=f"The table of {name} has no column {column}.",
            advice="Name the column as in the scenario's tables.",
            table=name,
            column=column,
        )
        for column in missing
    ]


def _parameters(plan: Plan, name: str, path: Path) -> TableParameters:
    inputs: dict[str, Any] = plan.provenance.scenario.get("inputs") or {}
    before = inputs.get(name) or {}
    kept = {
        key: before[key]
        for key in ("columns", "date_format", "decimal", "delimiter", "encoding")
        if before.get(key) is not None
    }
    return TableParameters.model_validate({**kept, "path": path.name})
