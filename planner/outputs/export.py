"""One plan for another tool: the files of one format in a folder of their own."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from planner.errors import ScenarioError
from planner.outputs.folder import disk_errors
from planner.outputs.geojson import write_geojson
from planner.outputs.geopackage import write_geopackage
from planner.outputs.maps.page import write_map
from planner.outputs.plan import Plan
from planner.outputs.polygons import plan_areas
from planner.outputs.report import write_report
from planner.outputs.swap import (
    Placing,
    nothing_more,
    replace_files,
    replace_folder,
    staging_files,
)
from planner.outputs.workbook import write_workbook
from planner.outputs.writing import write_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format to export to.

    Parameters
    ----------
    words
        What it gives, in one line.
    write
        Writes its files into an empty folder.
    compares
        Whether it reports what changes against an earlier plan, which ``write`` then takes too.
    """

    words: str
    write: Callable[..., None]
    compares: bool = False


def _write_pages(plan: Plan, folder: Path) -> None:
    write_report(plan, folder / "report.html")
    write_map(plan, plan_areas(plan), folder / "map.html")


def _write_pdf(plan: Plan, folder: Path) -> None:
    from planner.outputs.pdf.report import write_pdf

    write_pdf(plan, plan_areas(plan), folder / "report.pdf")


def _write_pictures(plan: Plan, folder: Path) -> None:
    from planner.outputs.pictures import write_pictures

    write_pictures(plan, plan_areas(plan), folder)


def _crm_format(system: str, words: str) -> Format:
    def write(plan: Plan, folder: Path, against: Plan | None = None) -> None:
        from planner.outputs.crm.export import write_crm

        write_crm(plan, folder, system, against)

    return Format(words=words, write=write, compares=True)


FORMATS = {
    "csv": Format(words="the plan's five tables", write=write_tables),
    "xlsx": Format(
        words="the workbook",
        write=lambda plan, folder: write_workbook(plan, folder / "workbook.xlsx"),
    ),
    "geojson": Format(
        words="territories as areas",
        write=lambda plan, folder: write_geojson(
            plan, plan_areas(plan), folder / "territories.geojson"
        ),
    ),
    "gpkg": Format(
        words="territories, accounts and homes as layers of a GeoPackage",
        write=lambda plan, folder: write_geopackage(plan, plan_areas(plan), folder / "plan.gpkg"),
    ),
    "html": Format(words="the report and the map", write=_write_pages),
    "pdf": Format(
        words="a report for printing: a summary, and a page for each territory", write=_write_pdf
    ),
    "png": Format(words="the charts and a map as pictures", write=_write_pictures),
    "salesforce": _crm_format("salesforce", "load files for Salesforce Territory Management 2"),
    "hubspot": _crm_format("hubspot", "load files for HubSpot: owners and goals"),
    "dynamics": _crm_format("dynamics", "load files for Dynamics 365: territories and goals"),
}


def export_plan(
    plan: Plan,
    to: str,
    folder: Path,
    *,
    force: bool = False,
    against: Plan | None = None,
    placing: Placing = nothing_more,
) -> tuple[Path, ...]:
    """Write a plan for another tool, into a new folder or not at all.

    Parameters
    ----------
    to
        A name of ``FORMATS``.
    force
        Whether the files may join an existing folder, replacing those of the same names.
    against
        An earlier plan, for the formats that report what changes.
    placing
        Called when all is written, just before the files take their names.

    Returns
    -------
    tuple
        The files that were written.

    Raises
    ------
    ScenarioError
        If there is no such format, the folder exists and ``force`` is not given, or the format
        compares with no other plan.
    StoreError
        If the disk refuses.
    """
    form = find_format(to)
    if against is not None and not form.compares:
        able = ", ".join(name for name, one in FORMATS.items() if one.compares)
        raise ScenarioError(f"--against goes with {able}, not with {to}")
    extra = (against,) if against is not None else ()
    target = folder.resolve()
    if target.exists() and not force:
        message = f"{folder} already exists: choose another --out, or --force to write into it"
        raise ScenarioError(message)
    if target.exists() and not target.is_dir():
        message = f"{folder} is a file, not a folder: choose another --out"
        raise ScenarioError(message)
    with disk_errors(target, "written"), staging_files(target) as staging:
        form.write(plan, staging, *extra)
        names = sorted(path.name for path in staging.iterdir())
        if target.is_dir():
            replace_files(staging, target, placing=placing)
        else:
            replace_folder(staging, target, force=False, placing=placing)
    return tuple(folder / name for name in names)


def find_format(name: str) -> Format:
    """Return a format by its name.

    Raises
    ------
    ScenarioError
        If there is none; the nearest is named.
    """
    if name in FORMATS:
        return FORMATS[name]
    known = ", ".join((*FORMATS, "database"))
    close = difflib.get_close_matches(name, (*FORMATS, "database"), n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    message = f"there is no format {name!r}; it exports to {known}.{hint}"
    raise ScenarioError(message)
