"""``planner review``: the review application."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.arguments import json_option
from planner.cli.failures import ends_cleanly

if TYPE_CHECKING:
    from planner.review.views.years import YearTables

EPILOG = """\b
Examples:
  planner review plans/baseline
  planner review plans/baseline plans/higher --port 8420
  planner review plans/baseline --history bookings.csv --opportunities pipeline.csv
  planner users add mia --role manager --rep M1001 --database review.sqlite
  planner review plans/baseline --host 0.0.0.0 --database review.sqlite
  planner review plans/baseline --database postgresql://planner@db/review --settings review.toml"""

database_option = click.option(
    "--database",
    metavar="URL",
    help="Where decisions are kept: sqlite:///FILE or postgresql://…; by default review.sqlite beside the plan.",
)


@click.command(epilog=EPILOG)
@click.argument("plans", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port to listen on; by default, and with 0, one that is free.",
)
@database_option
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path),
    help="A TOML file: approval levels, sessions, a trusted proxy, host names, map tiles.",
)
@click.option(
    "--history",
    type=click.Path(path_type=Path),
    help="Table of bookings, as for `planner track`: the year so far gets a page.",
)
@click.option(
    "--opportunities",
    type=click.Path(path_type=Path),
    help="Table of the pipeline as it is now; default: as each plan has it.",
)
@click.option(
    "--activities",
    type=click.Path(path_type=Path),
    help="Table of what reps did; default: as each plan has it.",
)
@click.option(
    "--as-of",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DATE",
    help="The last day of the year so far; default: the last booking within the plan.",
)
@json_option
@ends_cleanly
def command(
    plans: tuple[Path, ...],
    host: str,
    port: int,
    database: str | None,
    settings_file: Path | None,
    history: Path | None,
    opportunities: Path | None,
    activities: Path | None,
    as_of: datetime | None,
    as_json: bool,
) -> None:
    """Open the review application over PLANS, and serve it until interrupted.

    It listens on this machine alone and prints a link that signs the owner in, once. On other
    addresses it listens only when there are users (see `planner users`).
    """
    from planner.review.memory import keep_memory_low

    # Before the libraries are loaded that hold tables.
    keep_memory_low()
    from planner.review.parameters import ReviewParameters, read_parameters
    from planner.review.store import default_database
    from planner.web.serving import serve
    from planner.web.settings import Settings

    parameters = read_parameters(settings_file) if settings_file else ReviewParameters()
    settings = Settings(
        plans=plans,
        database=database or default_database(plans[0]),
        host=host,
        port=port,
        parameters=parameters,
        year=_year(history, opportunities, activities, as_of),
    )
    serve(settings, lambda url: _announce(url, as_json))


def _year(
    history: Path | None,
    opportunities: Path | None,
    activities: Path | None,
    as_of: datetime | None,
) -> YearTables | None:
    from planner.errors import ScenarioError
    from planner.review.views.years import YearTables

    if history is None and (opportunities or activities or as_of):
        message = "The year so far needs --history, a table of bookings."
        raise ScenarioError(message)
    for path in (history, opportunities, activities):
        if path is not None and not path.is_file():
            message = f"There is no table {path}."
            raise ScenarioError(message)
    return (
        None
        if history is None
        else YearTables(
            history=history.resolve(),
            opportunities=opportunities and opportunities.resolve(),
            activities=activities and activities.resolve(),
            as_of=as_of.date() if as_of else None,
        )
    )


def _announce(url: str, as_json: bool) -> None:
    from planner.cli.failures import to_json

    if as_json:
        click.echo(to_json({"url": url}))
    elif "token=" in url:
        click.echo(f"The review is open. This link signs you in, once:\n  {url}\nCtrl-C ends it.")
    else:
        click.echo(f"The review is open at {url}. Ctrl-C ends it.")
