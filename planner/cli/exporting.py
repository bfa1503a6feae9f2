"""``planner export``: a plan for another system."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.arguments import force_option, plan_argument, refuse_existing
from planner.cli.failures import ends_cleanly


@click.command(epilog="\b\nExample:\n  planner export plans/baseline --to gpkg --out for-gis")
@plan_argument
@click.option(
    "--to", "target", required=True, metavar="FORMAT", help="csv, xlsx, geojson, gpkg or html."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write to.")
@force_option
@ends_cleanly
def command(plan: Path, target: str, out: Path, force: bool) -> None:
    """Write PLAN in another format."""
    refuse_existing(out, force)
    from planner.outputs.export import export_plan
    from planner.outputs.folder import load_plan

    for path in export_plan(load_plan(plan), target, out, force=force):
        click.echo(f"wrote {path}")
