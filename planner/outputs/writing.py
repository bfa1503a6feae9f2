"""What a plan's folder holds beside its state: one function for each file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from planner.outputs.change_page import change_page
from planner.outputs.change_tables import change_tables
from planner.outputs.columns import Table
from planner.outputs.csv_files import write_csv
from planner.outputs.geojson import write_geojson
from planner.outputs.handover_page import write_transitions
from planner.outputs.kept_areas import read_areas, same_ground, write_areas
from planner.outputs.maps.page import draw_map, write_map
from planner.outputs.plain_page import render_page
from planner.outputs.plan import Plan
from planner.outputs.polygons import Areas, plan_areas
from planner.outputs.report import write_report
from planner.outputs.standing_tables import standing_tables
from planner.outputs.summary import write_plan_json
from planner.outputs.tables import plan_tables
from planner.outputs.workbook import write_workbook
from planner.second_process import Beside, Here

FolderWriter = Callable[[Plan, Areas, Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What is drawn of a plan before its outcomes are known.

    Parameters
    ----------
    areas
        Of the territories as proposed, and as they are today.
    page
        The map's page, where somebody has the time for it.
    """

    areas: Future[tuple[Areas, Areas]]
    page: Future[str] | None = None


def write_folder(
    plan: Plan,
    folder: Path,
    extra: Mapping[str, FolderWriter],
    progress: Callable[[str], None],
    timed: Callable[[], Plan],
    drawn: Drawn | None = None,
) -> Plan:
    """Write every file but the documents; plan.json comes last, since it says how long all took."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        # Areas are mostly the work of libraries that let others run meanwhile.
        drawn = drawn or Drawn(areas=thread.submit(draw_both, plan))
        progress("tables")
        write_tables(plan, folder)
        progress("transitions.html")
        write_transitions(plan, folder / "transitions.html")
        progress("territories.geojson")
        areas, today = drawn.areas.result()
    write_geojson(plan, areas, folder / "territories.geojson")
    write_areas(areas, folder / "state")
    progress("map.html")
    if drawn.page is None:
        write_map(plan, areas, folder / "map.html", today=today)
    else:
        (folder / "map.html").write_text(drawn.page.result(), encoding="utf-8")
    if plan.year is not None:
        progress("change.html")
        write_change(plan, folder)
    for name, write in extra.items():
        progress(name)
        write(plan, areas, folder / name)
    return write_plan_json(plan, folder / "plan.json", timed)


def write_documents(plan: Plan, folder: Path) -> None:
    """Write the files that people print and hand on: half of the work, and apart from the rest."""
    write_workbook(plan, folder / "workbook.xlsx")
    write_report(plan, folder / "report.html")


def load_libraries() -> None:
    """Load what documents are made with: a second, for a process that has to wait anyway."""
    import geopandas
    import matplotlib.backends.backend_svg
    import matplotlib.figure
    import xlsxwriter

    del geopandas, matplotlib, xlsxwriter


def without_past(plan: Plan) -> Plan:
    """Return a plan without the tables that no document quotes, to hand it to another process."""
    return replace(plan, data=replace(plan.data, history=None, activities=None))


def draw_both(plan: Plan) -> tuple[Areas, Areas]:
    """Return the areas of a plan's territories, and those of today."""
    areas = plan_areas(plan)
    return areas, plan_areas(plan, plan.today.seat_of_account, areas)


def draw_beside(
    plan: Plan, beside: Beside, running: Plan | None = None, folder: Path | None = None
) -> Drawn:
    """Begin to draw a plan's areas, of which no more need stand than who serves what and owes what.

    Parameters
    ----------
    plan
        The plan as far as it stands.
    beside
        Where they are drawn.
    running, folder
        The plan that it changes, and where it is kept: where nothing moves, the areas are its own.
    """
    data = replace(without_past(plan).data, opportunities=None)
    bare, known = replace(plan, data=data), None
    if running is not None and folder is not None and _serves_alike(plan, running):
        known = read_areas(running, folder / "state")
    if known is None:
        return Drawn(areas=beside.submit(draw_both, bare))
    both = known, plan_areas(plan, plan.today.seat_of_account, known)
    page = beside.submit(draw_map, bare, *(areas.shapes for areas in both))
    return Drawn(areas=Here().submit(lambda: both), page=page)


def _serves_alike(plan: Plan, running: Plan) -> bool:
    """Return whether each account is in the same seat as before, and drawn alike."""
    seats = plan.territory_of_account, running.territory_of_account
    return same_ground(plan, running) and np.array_equal(*seats)


def write_tables(plan: Plan, folder: Path) -> None:
    """Write the five tables as CSV, with score cards and pipeline where there are any."""
    for name, table in (plan_tables(plan) | _standing(plan)).items():
        write_csv(table, plan.data.currency, folder / f"{name}.csv")


def _standing(plan: Plan) -> dict[str, Table]:
    found = standing_tables(plan)
    return {name: found[name] for name in ("scorecards", "pipeline") if name in found}


def write_change(plan: Plan, folder: Path) -> None:
    """Write the difference from the running plan: its tables, and a page."""
    tables = change_tables(plan)
    for name, table in tables.items():
        write_csv(table, plan.data.currency, folder / f"{name}.csv")
    page = render_page(change_page(plan, tables))
    (folder / "change.html").write_text(page, encoding="utf-8", errors="backslashreplace")
