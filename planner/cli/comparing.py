"""``planner compare``: plans side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.arguments import force_option, json_option, refuse_existing
from planner.cli.failures import ends_cleanly, to_json
from planner.cli.printing import print_table
from planner.interruptions import finish_undisturbed

if TYPE_CHECKING:
    from planner.outputs.comparison import Comparison

QUOTAS_SHOWN = 40


@click.command(
    epilog="\b\nExample:\n  planner compare plans/baseline plans/higher --out comparison"
)
@click.argument("plans", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for comparison.html, comparison.xlsx and comparison.json.",
)
@force_option
@json_option
@ends_cleanly
def command(plans: tuple[Path, ...], out: Path | None, force: bool, as_json: bool) -> None:
    """Put PLANS side by side for finance; the first is the baseline."""
    if out is not None:
        refuse_existing(out, force)
    from planner.outputs.comparison import compare_plans
    from planner.outputs.folder import load_plan

    loaded = [load_plan(plan) for plan in plans]
    comparison = compare_plans(loaded)
    if out is not None:
        from planner.outputs.comparison_workbook import save_comparison

        save_comparison(comparison, loaded, out, force=force, placing=finish_undisturbed)
    finish_undisturbed()
    if as_json:
        click.echo(to_json(comparison.as_dict()))
        return
    _print_comparison(comparison)
    if out is not None:
        click.echo(
            f"Open {out / 'comparison.html'}; the figures are in {out / 'comparison.xlsx'} and "
            f"{out / 'comparison.json'}."
        )


def _print_comparison(comparison: Comparison) -> None:
    from planner.outputs.comparison import word_change, word_figure

    parts = (
        (f"Plans ({comparison.currency})", comparison.headlines),
        ("Scenario keys that differ", comparison.scenarios),
        ("Quotas", comparison.quotas[:QUOTAS_SHOWN]),
    )
    for title, lines in parts:
        if not lines:
            continue
        changes = (
            ()
            if title.startswith("Scenario")
            else tuple(f"Δ {name}" for name in comparison.names[1:])
        )
        rows = [
            (
                line.name,
                *(word_figure(line.kind, value) for value in line.values),
                *(word_change(line) if changes else ()),
            )
            for line in lines
        ]
        print_table(title, ("", *comparison.names, *changes), rows)
    hidden = len(comparison.quotas) - QUOTAS_SHOWN
    if hidden > 0:
        click.echo(f"{hidden} more quotas are in the files that --out writes.")
