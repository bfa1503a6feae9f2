"""``planner export``: a plan for another tool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.arguments import force_option, plan_argument, refuse_existing
from planner.cli.failures import ends_cleanly
from planner.errors import ScenarioError
from planner.interruptions import finish_undisturbed

if TYPE_CHECKING:
    from planner.outputs.plan import Plan

EPILOG = """\b
Examples:
  planner export plans/baseline --to gpkg --out for-gis
  planner export plans/final --to salesforce --out load --against plans/last-year
  planner export plans/final --to salesforce --associations crm.csv --out load-again
  planner export plans/baseline --to database --url sqlite:///plans.db
  planner export plans/baseline --to database --url 'postgresql+psycopg://me:${PW}@host/base' --schema plan"""


@click.command(epilog=EPILOG)
@plan_argument
@click.option(
    "--to",
    "target",
    required=True,
    metavar="FORMAT",
    help="salesforce, hubspot or dynamics; csv, xlsx, html or pdf; geojson, gpkg or png; database.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write to.")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="PLAN",
    help="An earlier plan to report changes against, for a CRM; default: today's owners.",
)
@click.option(
    "--associations",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What the CRM has now, in place of the table that the plan was made with.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change one export key, for example export.salesforce.model=0MA5g000000XyZ1CAK.",
)
@click.option(
    "--url",
    help="For database: its SQLAlchemy URL; ${NAME} is read from the environment.",
)
@click.option("--schema", help="For database: the schema to write to; made where it is missing.")
@force_option
@ends_cleanly
def command(
    plan: Path,
    target: str,
    out: Path | None,
    against: Path | None,
    associations: Path | None,
    settings: tuple[str, ...],
    url: str | None,
    schema: str | None,
    force: bool,
) -> None:
    """Write PLAN in another format, or its tables into a database.

    Reads the plan's folder and, where they are named, a newer table of associations and an
    earlier plan.
    """
    if target == "database":
        _write_database(plan, out, url, schema, force)
        return
    if url is not None or schema is not None:
        raise ScenarioError(f"--url and --schema belong to --to database, not to {target}.")
    from planner.outputs.export import export_plan, find_format
    from planner.outputs.folder import load_plan

    find_format(target)
    if out is None:
        raise ScenarioError(f"--to {target} needs --out, the folder to write to.")
    refuse_existing(out, force)
    made = _refresh(load_plan(plan), associations, settings)
    earlier = None if against is None else load_plan(against)
    written = export_plan(
        made, target, out, force=force, against=earlier, placing=finish_undisturbed
    )
    for path in written:
        click.echo(f"wrote {path}")
    if (out / "README.md").exists():
        click.echo(f"Read {out / 'README.md'} first: what to load, how, and what is left out.")


def _refresh(plan: Plan, associations: Path | None, settings: tuple[str, ...]) -> Plan:
    """Return the plan with what the CRM has now, and say what is wrong with it."""
    if associations is None and not settings:
        return plan
    from planner.pipeline.exporting import refresh_plan

    made, findings = refresh_plan(plan, associations, settings)
    for finding in findings:
        click.echo(f"{finding.severity}: {finding.message}", err=True)
    return made


def _write_database(
    plan: Path, out: Path | None, url: str | None, schema: str | None, force: bool
) -> None:
    if url is None:
        raise ScenarioError("--to database needs --url, such as sqlite:///plans.db.")
    if out is not None:
        raise ScenarioError("--to database writes no folder: leave --out out.")
    from planner.outputs.database import write_database
    from planner.outputs.folder import load_plan

    written = write_database(
        load_plan(plan), url, schema=schema, force=force, placing=finish_undisturbed
    )
    for words in written:
        click.echo(f"wrote {words}")
