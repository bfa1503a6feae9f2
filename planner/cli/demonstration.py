"""``planner demo``: a realistic company, planned."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.arguments import force_option, json_option, refuse_existing
from planner.cli.failures import ends_cleanly
from planner.cli.planning import print_plan
from planner.cli.progress import show_progress
from planner.interruptions import finish_undisturbed


@click.command(epilog="\b\nExample:\n  planner demo --out demo --accounts 2000 --reps 30")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Folder to write to.",
)
@click.option(
    "--accounts",
    type=click.IntRange(50, 1_000_000),
    default=5_000,
    show_default=True,
    help="How many accounts.",
)
@click.option(
    "--reps", type=click.IntRange(3, 5_000), default=60, show_default=True, help="How many reps."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Another seed, another company.",
)
@force_option
@json_option
@ends_cleanly
def command(out: Path, accounts: int, reps: int, seed: int, force: bool, as_json: bool) -> None:
    """Make a realistic company, write its tables and scenarios, plan it, and say what to open."""
    refuse_existing(out, force)
    from planner.pipeline.demonstration import make_demo

    with show_progress() as progress:
        plan, folder = make_demo(
            out,
            accounts=accounts,
            reps=reps,
            seed=seed,
            force=force,
            progress=progress,
            placing=finish_undisturbed,
        )
    print_plan(plan, folder, as_json)
    if not as_json:
        click.echo(f"\nThe company's tables and scenarios are in {out}. Try another scenario:")
        click.echo(
            f"  planner plan {out / 'little_disruption.toml'} --out {out / 'little_disruption'}"
        )
        click.echo(f"  planner compare {folder} {out / 'little_disruption'}")
