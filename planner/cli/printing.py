"""What the terminal shows: tables and findings, worded for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import fill
from typing import TYPE_CHECKING

import click

from planner.cli.failures import word_finding

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod

    from planner.findings import Finding
    from planner.inputs.data import PlanningData

ORDER = ("error", "warning", "info")
# Blanks between two columns.
PADDING = 3
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
    """Print rows of text under a title; the first ``left`` columns stand left, figures right.

    Columns that do not fit beside each other follow below, with the left ones again: a figure
    that is cut is a wrong figure.
    """
    from rich.console import Console

    lines = [tuple(row) for row in rows]
    console = Console(highlight=False)
    # A pipe has no width of its own; 80 columns would fold every figure.
    wide = Console(highlight=False, width=console.width if console.is_terminal else 140)
    for place, columns in enumerate(_fit_columns(header, lines, left, wide.width)):
        _print_columns(wide, title if place == 0 else None, columns, header, lines, left)


def _fit_columns(
    header: Sequence[str], rows: Sequence[Sequence[str]], left: int, width: int
) -> list[list[int]]:
    """Return the columns of each table that fits, the left ones first in each."""
    needs = [_need(name, [row[at] for row in rows]) + PADDING for at, name in enumerate(header)]
    again = list(range(left))
    # What stands left may be folded, to half of the width in all.
    taken = min(sum(needs[:left]), width // 2)
    tables, room = [list(again)], width - taken
    for at in range(left, len(header)):
        if needs[at] > room and len(tables[-1]) > left:
            tables.append(list(again))
            room = width - taken
        tables[-1].append(at)
        room -= needs[at]
    return tables


def _need(name: str, cells: Sequence[str]) -> int:
    """Return how wide a column must be so that no cell and no word of its name is cut."""
    return max((len(text) for text in (*name.split(), *cells)), default=0)


def _print_columns(
    console: Console,
    title: str | None,
    columns: Sequence[int],
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    left: int,
) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False
    )
    wide = sum(max([len(header[at]), *(len(row[at]) for row in rows)]) + PADDING for at in columns)
    for at in columns:
        figures = at >= left
        justify: JustifyMethod = "right" if figures else "left"
        name = header[at]
        if figures and wide > console.width:
            # A column that may not be wrapped would not wrap its name either.
            name = fill(name, max(_need(name, [row[at] for row in rows]), 1))
        table.add_column(name, justify=justify, overflow="fold", no_wrap=figures)
    for row in rows:
        table.add_row(*(Text(row[at]) for at in columns))
    console.print(table)
