"""``planner export``: a plan for another system."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.arguments import force_option, plan_argument, refuse_existing
from planner.cli.failures import ends_cleanly

EPILOG = """\b
Examples:
  planner export plans/baseline --to gpkg --out for-gis
  planner export plans/final --to salesforce --out load --against plans/last-year
  planner export plans/final --to salesforce --associations crm.csv --out load-again"""


@click.command(epilog=EPILOG)
@plan_argument
@click.option(
    "--to",
    "target",
    required=True,
    metavar="FORMAT",
    help="salesforce, hubspot or dynamics; csv, xlsx, html or pdf; geojson, gpkg or png.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write to.")
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
@force_option
@ends_cleanly
def command(
    plan: Path,
    target: str,
    out: Path,
    against: Path | None,
    associations: Path | None,
    settings: tuple[str, ...],
    force: bool,
) -> None:
    """Write PLAN in another format.

    Reads the plan's folder and, where they are named, a newer table of associations and an
    earlier plan.
    """
    from planner.outputs.export import export_plan, find_format
    from planner.outputs.folder import load_plan

    find_format(target)
    refuse_existing(out, force)
    made = load_plan(plan)
    if associations is not None or settings:
        from planner.pipeline.exporting import refresh_plan

        made, findings = refresh_plan(made, associations, settings)
        for finding in findings:
            click.echo(f"{finding.severity}: {finding.message}", err=True)
    earlier = None if against is None else load_plan(against)
    for path in export_plan(made, target, out, force=force, against=earlier):
        click.echo(f"wrote {path}")
    if (out / "README.md").exists():
        click.echo(f"Read {out / 'README.md'} first: what to load, how, and what is left out.")
