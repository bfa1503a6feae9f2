"""``planner check``: everything that is wrong, at once."""

from __future__ import annotations

from pathlib import Path

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
from planner.cli.printing import print_findings, print_sources
from planner.cli.progress import show_progress
from planner.findings import count_of
from planner.interruptions import finish_undisturbed


@click.command(epilog="\b\nExample:\n  planner check scenario.toml --data exports")
@scenario_argument
@data_option
@set_option
@seed_option
@json_option
@ends_cleanly
def command(
    scenario: Path, data: Path | None, settings: tuple[str, ...], seed: int | None, as_json: bool
) -> None:
    """Read and validate SCENARIO and its tables; print all findings; change nothing."""
    settled = read_settings(scenario, settings, seed)
    folder = find_data(scenario, data)
    from planner.pipeline.checking import check_inputs

    with show_progress() as progress:
        report = check_inputs(settled, folder, progress)
    finish_undisturbed()
    if as_json:
        click.echo(to_json(report.as_dict()))
        return
    print_sources(report.data)
    print_findings(report.findings)
    click.echo(
        f"The data can be planned on: {count_of(len(report.data.accounts), 'account')}, "
        f"{count_of(report.territories, 'territory')}."
    )
