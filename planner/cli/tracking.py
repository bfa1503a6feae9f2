"""``planner track``: the year against the plan."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from planner.cli.arguments import force_option, json_option, plan_argument, refuse_existing
from planner.cli.failures import ends_cleanly, to_json
from planner.cli.printing import print_findings, print_table
from planner.interruptions import finish_undisturbed

EPILOG = """\b
Examples:
  planner track plans/baseline --history bookings.csv
  planner track plans/april --history bookings.csv --opportunities pipeline.csv --as-of 2027-06-30 --out june"""
SHOWN = 60


@click.command(epilog=EPILOG)
@plan_argument
@click.option(
    "--history",
    type=click.Path(path_type=Path),
    required=True,
    help="Table of bookings, with the plan's months in it.",
)
@click.option(
    "--opportunities",
    type=click.Path(path_type=Path),
    help="Table of the pipeline as it is now; default: as the plan has it.",
)
@click.option(
    "--activities",
    type=click.Path(path_type=Path),
    help="Table of what reps did, for contests and score cards; default: as the plan has it.",
)
@click.option(
    "--as-of",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DATE",
    help="The last day that counts; default: the last booking within the plan.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for track.html and track.json."
)
@force_option
@json_option
@ends_cleanly
def command(
    plan: Path,
    history: Path,
    opportunities: Path | None,
    activities: Path | None,
    as_of: datetime | None,
    out: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Hold the year so far against PLAN: who is where and why, where it lands, whether it drifts."""
    if out is not None:
        refuse_existing(out, force)
    from planner.outputs.folder import load_plan
    from planner.outputs.tracking_document import tracking_document, tracking_sentences
    from planner.pipeline.tracking import track_plan

    planned = load_plan(plan)
    tracking, came, standing = track_plan(
        planned,
        history,
        as_of=as_of.date() if as_of else None,
        opportunities=opportunities,
        activities=activities,
        folder=str(plan),
    )
    document = tracking_document(planned, tracking, standing, came.findings)
    if out is not None:
        from planner.outputs.tracking_files import save_tracking

        save_tracking(
            planned, tracking, standing, document, out, force=force, placing=finish_undisturbed
        )
    finish_undisturbed()
    if as_json:
        click.echo(to_json(document))
        return
    from planner.outputs.tracking_page import terminal_rows, word_amount

    heads, rows = terminal_rows(planned, tracking)
    title = f"The year up to {tracking.as_of}, {planned.data.currency.code}"
    print_table(title, heads, rows[:SHOWN], left=2)
    if len(rows) > SHOWN:
        click.echo(f"{len(rows) - SHOWN} more rows are in --json and in the page of --out.")
    for board in tracking.boards:
        click.secho(f"{board.name}: {board.rules}", bold=True)
        for one in board.standings:
            if one.place and one.wins:
                click.echo(f"  {one.place}. {one.rep_id}: {word_amount(planned, board, one)}")
    for sentence in tracking_sentences(planned, tracking, standing):
        click.echo(sentence)
    print_findings(f for f in came.findings if f.severity != "info")
    if out is not None:
        click.echo(f"wrote {out / 'track.html'} and {out / 'track.json'}")
