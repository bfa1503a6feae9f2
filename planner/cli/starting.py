"""``planner init``: a folder to start from."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.failures import ends_cleanly


@click.command(epilog="\b\nExample:\n  planner init mycompany")
@click.argument("folder", type=click.Path(path_type=Path))
@ends_cleanly
def command(folder: Path) -> None:
    """Write a starter scenario with every key commented, and empty table templates, into FOLDER."""
    from planner.pipeline.starting import write_starter

    for path in write_starter(folder):
        click.echo(f"wrote {path}")
    click.echo(f"Fill the tables, then run: planner check {folder / 'scenario.toml'}")
