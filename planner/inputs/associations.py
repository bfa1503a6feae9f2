"""What the CRM has today, read again after a plan was made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import DataError
from planner.findings import Finding
from planner.inputs.association_checks import gather_associations
from planner.inputs.data import PlanningData
from planner.inputs.frames import build_frame, note_missing, report_problems
from planner.inputs.loading import read_raw
from planner.inputs.parameters import TableParameters
from planner.inputs.raw import UnreadableError, drop_blank_rows
from planner.inputs.tables import known_tables

if TYPE_CHECKING:
    import pandas as pd

TABLE = "associations"


def read_associations(path: Path, data: PlanningData) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Return the associations of a file, and what is odd about them.

    Parameters
    ----------
    path
        CSV, XLSX or Parquet.
    data
        The plan's accounts and reps, which the rows should be about.

    Raises
    ------
    DataError
        When the file holds no table, or not the columns object and id.
    ScenarioError
        When there is no such file.
    """
    parameters = TableParameters(path=path.name)
    try:
        raw = drop_blank_rows(read_raw(TABLE, parameters, path.parent))
    except UnreadableError as error:
        raise DataError(error.finding.message, (error.finding,)) from None
    table = known_tables()[TABLE]
    frame = note_missing(build_frame(table, raw, parameters))
    missing = [name for name in table.required if not frame.has(name)]
    if missing:
        message = f"{path.name} cannot be used: it has no column {' and no '.join(missing)}."
        raise DataError(message, frame.findings)
    rows, findings = gather_associations(frame.frame, data.accounts, data.reps)
    return rows, (*frame.findings, *report_problems(frame), *findings)
