"""The year so far against each plan: measured in a process of its own when tables change."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from planner.errors import PlannerError
from planner.review.refusals import RefusedError

if TYPE_CHECKING:
    from planner.pipeline.tracking_tables import Came
    from planner.potential.standing import Standing
    from planner.review.plans import OpenPlan
    from planner.tracking.following import Tracking

Mark = tuple[tuple[str, int, int], ...]
PROBLEMS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTables:
    """What came in, as ``planner track`` takes it.

    Parameters
    ----------
    history
        A table of bookings.
    opportunities, activities
        Tables; default: as each plan's folder has them.
    as_of
        The last day that counts; default: the last booking within the plan.
    """

    history: Path
    opportunities: Path | None = None
    activities: Path | None = None
    as_of: date | None = None

    def mark(self) -> Mark:
        """Return what changes whenever one of the files does."""
        found = [path for path in (self.history, self.opportunities, self.activities) if path]
        return tuple(
            (str(path), path.stat().st_mtime_ns, path.stat().st_size)
            if path.exists()
            else ("", 0, 0)
            for path in found
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleDeal:
    """An open deal that has been silent for longer than is usual.

    Parameters
    ----------
    opportunity_id, account_id, rep_id, stage
        Which; empty where unknown.
    amount
        Minor units.
    silent_since
        The day of its last activity, empty where unknown.
    """

    opportunity_id: str
    account_id: str
    rep_id: str
    stage: str
    amount: int
    silent_since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A year against its plan on one day.

    Parameters
    ----------
    tracking, standing
        The year so far, and the score cards on the same day.
    stale
        Silent deals, the largest first.
    """

    tracking: Tracking
    standing: Standing
    stale: tuple[StaleDeal, ...]


@dataclass(slots=True)
class Years:
    """The years of the plans under review.

    Parameters
    ----------
    tables
        None where the review was started without bookings.
    """

    tables: YearTables | None = None
    _found: dict[str, tuple[Mark, Year]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, opened: OpenPlan) -> Year | None:
        """Return the year against a plan, measured anew where a table has changed.

        Raises
        ------
        RefusedError
            When the tables cannot be held against the plan.
        """
        if self.tables is None:
            return None
        # One at a time: each takes as much memory as a plan for a while.
        with self._lock:
            mark = self.tables.mark()
            known = self._found.get(opened.key)
            if known is not None and known[0] == mark:
                return known[1]
            year = _measure_apart(opened.folder, self.tables)
            self._found[opened.key] = (mark, year)
            return year


def _measure_apart(folder: Path, tables: YearTables) -> Year:
    """Measure in a new process, whose memory goes with it."""
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            found = pool.submit(measure_year, folder, tables).result()
    except BrokenProcessPool as error:
        message = "The year could not be measured: its process was ended."
        raise RefusedError(message) from error
    if isinstance(found, str):
        raise RefusedError(found)
    return found


def measure_year(folder: Path, tables: YearTables) -> Year | str:
    """Return the year against a plan's folder, or why there is none, in words.

    Parameters
    ----------
    folder
        The plan's; it is read whole, its past bookings too.
    tables
        What came in.
    """
    from planner.outputs.folder import load_plan
    from planner.pipeline.tracking import track_plan

    try:
        tracking, came, standing = track_plan(
            load_plan(folder),
            tables.history,
            as_of=tables.as_of,
            opportunities=tables.opportunities,
            activities=tables.activities,
            folder=folder.name,
        )
    except PlannerError as error:
        found = [f"{one.message} {one.advice}".strip() for one in error.findings[:PROBLEMS_SHOWN]]
        return "\n".join([str(error), *found])
    return Year(tracking=tracking, standing=standing, stale=tuple(_stale(came, standing)))


def _stale(came: Came, standing: Standing) -> Iterator[StaleDeal]:
    if standing.pipeline is None or came.opportunities is None:
        return
    columns = ["account_id", "rep_id", "stage", "amount", "last_activity"]
    table = came.opportunities.set_index("opportunity_id")[columns]
    rows = table.loc[list(standing.pipeline.stale)].itertuples(name=None)
    for identity, account, rep, stage, amount, silent in rows:
        yield StaleDeal(
            opportunity_id=str(identity),
            account_id=_word(account),
            rep_id=_word(rep),
            stage=_word(stage),
            amount=int(amount),
            silent_since=_word(silent)[:10],
        )


def _word(value: object) -> str:
    text = "" if value is None else str(value)
    return "" if text in {"nan", "NaT", "<NA>", "None"} else text
