"""``planner score``: someone else's alignment by the scenario's own rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.arguments import (
    data_option,
    find_data,
    json_option,
    read_settings,
    scenario_argument,
    seed_option,
    set_option,
)
from planner.cli.failures import ends_cleanly, to_json
from planner.cli.printing import print_findings, print_table
from planner.cli.progress import show_progress
from planner.interruptions import finish_undisturbed

if TYPE_CHECKING:
    from planner.pipeline.scoring import Score


@click.command(
    epilog="\b\nExample:\n  planner score scenario.toml --assignments theirs.csv --data exports"
)
@scenario_argument
@click.option(
    "--assignments",
    type=click.Path(path_type=Path),
    required=True,
    help="CSV file or workbook with the columns account_id and territory_id.",
)
@data_option
@set_option
@seed_option
@json_option
@ends_cleanly
def command(
    scenario: Path,
    assignments: Path,
    data: Path | None,
    settings: tuple[str, ...],
    seed: int | None,
    as_json: bool,
) -> None:
    """Score an alignment that was made elsewhere: violations, measures, cost, distance to the best possible."""
    settled = read_settings(scenario, settings, seed)
    folder = find_data(scenario, data)
    from planner.pipeline.scoring import score_alignment

    with show_progress() as progress:
        score = score_alignment(settled, folder, assignments, progress)
    finish_undisturbed()
    if as_json:
        click.echo(to_json(score.as_dict()))
        return
    _print_score(score)


def _print_score(score: Score) -> None:
    from planner.outputs.terminal import word_cost, word_measures, word_moved, word_possible

    print_findings(finding for finding in score.findings if finding.table == "assignments")
    print_table(
        "Balance",
        ("measure", "tolerance", "largest deviation", "spread", "spread today"),
        word_measures(score.summary),
    )
    for line in (word_cost(score.summary, score.currency), word_moved(score.summary.moved)):
        click.echo(line)
    click.echo(word_possible(score.summary))
    for violation in score.summary.violations:
        click.secho(f"broken: {violation}", fg="red")
    if not score.summary.violations:
        click.echo("It keeps every rule.")
