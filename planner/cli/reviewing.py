"""``planner review``: the review application."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.arguments import json_option
from planner.cli.failures import ends_cleanly

EPILOG = """\b
Examples:
  planner review plans/baseline
  planner review plans/baseline plans/higher --port 8420
  planner review plans/baseline --host 0.0.0.0 --database postgresql://planner@db/review"""


@click.command(epilog=EPILOG)
@click.argument("plans", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port to listen on; by default one that is free.",
)
@click.option(
    "--database",
    help="Where decisions are kept; by default a SQLite file beside the first plan.",
)
@json_option
@ends_cleanly
def command(
    plans: tuple[Path, ...], host: str, port: int, database: str | None, as_json: bool
) -> None:
    """Open the review application over PLANS, and serve it until interrupted."""
    from planner.review.store import default_database
    from planner.web.serving import serve
    from planner.web.settings import Settings

    serve(
        Settings(
            plans=plans, database=database or default_database(plans[0]), host=host, port=port
        ),
        lambda url: _announce(url, as_json),
    )


def _announce(url: str, as_json: bool) -> None:
    from planner.cli.failures import to_json

    if as_json:
        click.echo(to_json({"url": url}))
    else:
        click.echo(f"The review is open. This link signs you in, once:\n  {url}\nCtrl-C ends it.")
