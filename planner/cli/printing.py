"""What the terminal shows: tables and findings, worded for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from planner.cli.failures import word_finding

if TYPE_CHECKING:
    from rich.console import JustifyMethod

    from planner.findings import Finding
    from planner.inputs.data import PlanningData

ORDER = ("error", "warning", "info")
COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


def print_findings(findings: Iterable[Finding]) -> None:
    """Print every error and warning, and the notes, worst first."""
    ranked = sorted(findings, key=lambda finding: ORDER.index(finding.severity))
    for finding in ranked:
        click.secho(word_finding(finding), fg=COLOURS[finding.severity])


def print_sources(data: PlanningData) -> None:
    """Print which file was read as which table, and which header as which column."""
    for source in data.sources:
        click.secho(f"{source.table}: {source.location}, {source.rows:,} rows", bold=True)
        matches = (
            f"{ours} ← {theirs}" for ours, theirs in source.columns.items() if ours != theirs
        )
        text = ", ".join(matches)
        if text:
            click.echo(f"  {text}")


def print_table(
    title: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1
) -> None:
    """Print rows of text under a title; the first ``left`` columns stand left, figures right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False
    )
    for position, name in enumerate(header):
        figures = position >= left
        justify: JustifyMethod = "right" if figures else "left"
        table.add_column(name, justify=justify, overflow="fold", no_wrap=figures)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console(highlight=False)
    # A pipe has no width of its own; 80 columns would fold every figure.
    Console(highlight=False, width=console.width if console.is_terminal else 140).print(table)
