"""``planner sweep``: all combinations, and the trade-off curves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.arguments import (
    data_option,
    find_data,
    json_option,
    scenario_argument,
    seed_option,
    set_option,
)
from planner.cli.failures import FAULT, INTERRUPTED, ends_cleanly, to_json
from planner.cli.printing import print_table
from planner.cli.progress import show_progress
from planner.interruptions import finish_undisturbed

if TYPE_CHECKING:
    from planner.outputs.sweep_rows import SweepRow
    from planner.pipeline.sweeping import Sweep
    from planner.pipeline.workers import Workers
    from planner.scenario.variation import Combination

EPILOG = """\b
Examples:
  planner sweep scenario.toml --vary alignment.disruption.max_account_share=0.1,0.2,0.3 --out sweep
  planner sweep scenario.toml --vary quota.goal=90e6,95e6 --vary quota.over_assignment.rep=0.05,0.1 --out sweep
  planner sweep scenario.toml --vary 'quota.basis={history=1.0},{potential=1.0}' --out sweep

The same command goes on where an earlier one was interrupted."""
MOST_SHOWN = 40
SHOWN = (
    ("goal_probability", "goal", "share"),
    ("pay_expected", "pay", "money"),
    ("money_cost", "cost", "money"),
    ("largest_deviation", "off balance", "share"),
    ("accounts_moved", "accounts moved", "share"),
    ("revenue_moved", "revenue moved", "share"),
)


@click.command(epilog=EPILOG)
@scenario_argument
@click.option(
    "--vary",
    "varied",
    multiple=True,
    required=True,
    metavar="KEY=V1,V2,...",
    help="A scenario key and the values it takes in turn; may be given several times.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="The sweep's folder; one that is there already is gone on with.",
)
@data_option
@set_option
@seed_option
@click.option(
    "--workers",
    type=click.IntRange(min=1, max=1024),
    help="Processes at once; by default one for each core.",
)
@click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler whose workers do the work.")
@click.option("--light", is_flag=True, help="Keep the figures alone, and no plan's folder.")
@click.option("--force", is_flag=True, help="Plan every combination again, finished or not.")
@json_option
@ends_cleanly
def command(
    scenario: Path,
    varied: tuple[str, ...],
    out: Path,
    data: Path | None,
    settings: tuple[str, ...],
    seed: int | None,
    workers: int | None,
    cluster: str | None,
    light: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Plan all combinations of the varied keys of SCENARIO, and draw what is traded for what."""
    if workers and cluster:
        raise click.UsageError("--workers is for this machine; a cluster has workers of its own.")
    from planner.scenario.variation import combine, read_variation

    changes = settings if seed is None else (*settings, f"seed={seed}")
    combinations = combine(scenario, [read_variation(one) for one in varied], changes)
    folder = find_data(scenario, data)
    from planner.outputs.sweep_files import write_sweep
    from planner.pipeline.sweeping import run_sweep

    try:
        with _find_workers(workers, cluster) as who, show_progress() as progress:
            sweep = run_sweep(
                combinations, folder, out, who, keep=not light, anew=force, progress=progress
            )
        write_sweep(
            sweep.rows,
            out,
            name=_base_name(combinations[0]),
            currency=sweep.currency,
            inputs=sweep.inputs,
            kept=sweep.kept,
            placing=finish_undisturbed,
        )
    except KeyboardInterrupt:
        _leave_interrupted(combinations, out, as_json=as_json)
    _print_sweep(sweep, out, as_json=as_json)
    if any(row.status == "fault" for row in sweep.rows):
        raise SystemExit(FAULT)


@contextmanager
def _find_workers(count: int | None, cluster: str | None) -> Iterator[Workers]:
    if cluster is None:
        from planner.pipeline.workers import LocalWorkers

        yield LocalWorkers(count)
        return
    from planner.pipeline.cluster import join_cluster

    with join_cluster(cluster) as workers:
        yield workers


def _base_name(first: Combination) -> str:
    return first.scenario.name.rpartition(": ")[0]


def _leave_interrupted(combinations: tuple[Combination, ...], out: Path, *, as_json: bool) -> None:
    finish_undisturbed()
    done = sum((out / "records" / f"{one.name}.json").is_file() for one in combinations)
    message = (
        f"Interrupted: {done} of {len(combinations)} combinations are kept in {out}; "
        "the same command goes on from there."
    )
    if as_json:
        click.echo(to_json({"status": "interrupted", "error": message, "findings": []}))
    click.echo(message, err=True)
    raise SystemExit(INTERRUPTED)


def _print_sweep(sweep: Sweep, out: Path, *, as_json: bool) -> None:
    from planner.outputs.sweep_files import sweep_document

    if as_json:
        document = sweep_document(
            sweep.rows, name="", currency=sweep.currency, inputs=sweep.inputs, kept=sweep.kept
        )
        counts = {"combinations": len(sweep.rows), "reused": sweep.reused}
        del document["name"]
        click.echo(to_json({"sweep": str(out), **counts, **document}))
        return
    rows = [_row(row) for row in sweep.rows[:MOST_SHOWN]]
    keys = list(sweep.rows[0].values)
    heads = (*keys, "status", *(head for _, head, _ in SHOWN))
    print_table(f"Combinations ({sweep.currency})", heads, rows, left=len(keys) + 1)
    if len(sweep.rows) > MOST_SHOWN:
        click.echo(f"{len(sweep.rows) - MOST_SHOWN} more are in sweep.csv.")
    for row in sweep.rows:
        if not row.planned:
            click.echo(f"{row.name}: {row.status}. {row.reason}")
    kept = f" {sweep.reused} stood from an earlier run." if sweep.reused else ""
    click.echo(f"Open {out / 'sweep.html'}; the figures are in {out / 'sweep.csv'}.{kept}")


def _row(row: SweepRow) -> tuple[str, ...]:
    from planner.outputs.comparison import word_figure

    figures = (word_figure(kind, row.figures.get(name)) for name, _, kind in SHOWN)
    return (*row.values.values(), row.status, *figures)
