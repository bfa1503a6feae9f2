"""``planner plan``: the main job."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.arguments import (
    data_option,
    find_data,
    force_option,
    json_option,
    read_settings,
    scenario_argument,
    seed_option,
    set_option,
)
from planner.cli.failures import ends_cleanly, to_json
from planner.cli.progress import show_progress
from planner.errors import PlannerError
from planner.interruptions import finish_undisturbed

if TYPE_CHECKING:
    from planner.inputs.edits import Edit, EditBook
    from planner.outputs.plan import Plan
    from planner.outputs.writing import Drawn
    from planner.scenario.model import Scenario

EPILOG = """\b
Examples:
  planner plan scenario.toml --out plans/baseline
  planner plan scenario.toml --set alignment.disruption.max_account_share=0.1 --out plans/calm
  planner plan scenario.toml --edits plans/baseline/workbook.xlsx --out plans/edited
  planner plan scenario.toml --time-limit 30 --json
  planner plan scenario.toml --from plans/baseline --effective 2027-04-01 --out plans/april
  planner plan scenario.toml --from plans/april --only quotas --out plans/higher-goal
  planner plan scenario.toml --from plans/april --edits plans/april/workbook.xlsx --out plans/may"""


@click.command(epilog=EPILOG)
@scenario_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The plan's folder; by default plans/ and the scenario's name.",
)
@data_option
@set_option
@seed_option
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds for the alignment: the best so far is kept, and the plan says that it may not repeat.",
)
@click.option(
    "--edits",
    type=click.Path(path_type=Path),
    metavar="WORKBOOK",
    help="A plan's workbook in which somebody edited: it is read back, checked, and planned with.",
)
@click.option(
    "--from",
    "running",
    type=click.Path(path_type=Path),
    metavar="PLAN",
    help="A running plan's folder to change: its owners are today's, its decisions stand, months "
    "that have passed are closed, and only what must move does.",
)
@click.option(
    "--effective",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DATE",
    help="With --from: the first day that may change; default: the day after the last booking.",
)
@click.option(
    "--only",
    type=click.Choice(["quotas"]),
    help="With --from: settle quotas again and leave every account where it is.",
)
@force_option
@json_option
@ends_cleanly
def command(
    scenario: Path,
    out: Path | None,
    data: Path | None,
    settings: tuple[str, ...],
    seed: int | None,
    time_limit: float | None,
    edits: Path | None,
    running: Path | None,
    effective: datetime | None,
    only: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Plan SCENARIO: align territories, set quotas, simulate the year, write the plan's folder.

    Ctrl-C during the alignment keeps the best found so far.
    """
    if running is None and (effective is not None or only is not None):
        raise click.UsageError("--effective and --only need --from, the plan that is changed.")
    settled = read_settings(scenario, settings, seed)
    folder = find_data(scenario, data)
    from planner.outputs.naming import slug

    target = out if out is not None else Path("plans") / slug(settled.name)
    if running is not None:
        plan = _change(
            settled,
            folder,
            running,
            target,
            effective=effective.date() if effective else None,
            only_quotas=only == "quotas",
            time_limit=time_limit,
            edits=edits,
            force=force,
        )
    else:
        plan = _plan(settled, folder, target, time_limit=time_limit, edits=edits, force=force)
    print_plan(plan, target, as_json)
    _return_refusals(edits, plan.edits.refused if plan.edits else ())


def _plan(
    settled: Scenario,
    folder: Path,
    target: Path,
    *,
    time_limit: float | None,
    edits: Path | None,
    force: bool,
) -> Plan:
    """Plan, and write the plan."""
    from planner.outputs.folder import check_target, is_large, save_plan
    from planner.pipeline.planning import make_plan
    from planner.second_process import open_beside

    check_target(target, force=force)
    book = _read_edits(edits)
    with show_progress() as progress:
        with _refusals_returned(edits):
            plan = make_plan(settled, folder, time_limit=time_limit, progress=progress, edits=book)
        progress.start("writing")
        with open_beside(worth=is_large(plan)) as beside:
            return save_plan(
                plan,
                target,
                force=force,
                progress=progress.note,
                placing=finish_undisturbed,
                beside=beside,
            )


def _change(
    settled: Scenario,
    folder: Path,
    running: Path,
    target: Path,
    *,
    effective: date | None,
    only_quotas: bool,
    time_limit: float | None,
    edits: Path | None,
    force: bool,
) -> Plan:
    """Change a running plan, and write what it becomes."""
    from planner.second_process import holds_much, open_beside

    much = holds_much(running / "state")
    # First of all: it loads its libraries while this process loads its own.
    with open_beside(worth=much) as beside, show_progress() as progress:
        from planner.outputs.folder import check_target, save_plan
        from planner.outputs.writing import draw_beside
        from planner.pipeline.ahead import begin_change

        check_target(target, force=force)
        drawn: list[Drawn] = []

        def draw(plan: Plan, before: Plan) -> None:
            if much:
                drawn.append(draw_beside(plan, beside, before, running))

        ahead = begin_change(settled, folder, running, beside, draw)
        from planner.pipeline.replanning import change_plan_folder

        plan = change_plan_folder(
            settled,
            folder,
            running,
            effective=effective,
            only_quotas=only_quotas,
            time_limit=time_limit,
            progress=progress,
            edits=_read_edits(edits),
            ahead=ahead,
        )
        progress.start("writing")
        return save_plan(
            plan,
            target,
            force=force,
            progress=progress.note,
            placing=finish_undisturbed,
            beside=beside,
            drawn=drawn[0] if drawn else None,
        )


def _read_edits(path: Path | None) -> EditBook | None:
    if path is None:
        return None
    from planner.inputs.edits import read_edits

    return read_edits(path)


@contextmanager
def _refusals_returned(path: Path | None) -> Iterator[None]:
    """Write the commented copy too where the edits leave no plan."""
    try:
        yield
    except PlannerError as error:
        _return_refusals(path, error.edits)
        raise


def _return_refusals(path: Path | None, refused: tuple[Edit, ...]) -> None:
    """Write the copy of the workbook that says at each refused cell why."""
    if path is None or not refused:
        return
    from planner.outputs.refusals import write_refusals

    copy, reason = write_refusals(path, refused)
    said = f"The reasons stand at the cells of {copy}." if copy else f"No copy: {reason}."
    click.echo(said, err=True)


def print_plan(plan: Plan, folder: Path, as_json: bool) -> None:
    """Print what was planned: one JSON object, or a page of text."""
    from planner.outputs.summary import summarise
    from planner.outputs.terminal import word_plan

    if as_json:
        click.echo(to_json({"plan": str(folder), **summarise(plan)}))
        return
    click.echo(word_plan(plan))
    if plan.year is not None:
        from planner.outputs.change_page import word_change

        click.echo(word_change(plan))
        click.echo(f"What changed is in {folder / 'change.html'} and {folder / 'change.csv'}.")
    click.echo(
        f"\nOpen {folder / 'report.html'} and {folder / 'map.html'}; the figures are in {folder / 'workbook.xlsx'}."
    )
    if plan.interrupted:
        click.secho("Interrupted: this is the best alignment found until then.", fg="yellow")
