"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from planner.errors import ScenarioError

if TYPE_CHECKING:
    from planner.scenario.model import Scenario

F = TypeVar("F", bound=Callable[..., Any])

scenario_argument = click.argument("scenario", type=click.Path(path_type=Path))
plan_argument = click.argument("plan", type=click.Path(path_type=Path))
data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder of the tables; by default that of the scenario file.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on standard output."
)
force_option = click.option("--force", is_flag=True, help="Replace an existing folder.")
set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change one scenario key, for example quota.goal=95_000_000.",
)
seed_option = click.option(
    "--seed", type=click.IntRange(min=0), help="Overrides the scenario's seed."
)


def read_settings(path: Path, settings: tuple[str, ...], seed: int | None) -> Scenario:
    """Read the scenario with the command line's changes on top."""
    from planner.scenario.reading import read_scenario

    changes = settings if seed is None else (*settings, f"seed={seed}")
    return read_scenario(path, changes)


def find_data(scenario: Path, data: Path | None) -> Path:
    """Return the folder of the tables.

    Raises
    ------
    ScenarioError
        When the folder given is not there.
    """
    folder = data if data is not None else scenario.parent
    if not folder.is_dir():
        raise ScenarioError(f"There is no data folder {folder}.")
    return folder


def refuse_existing(folder: Path, force: bool) -> None:
    """Refuse a folder that exists, before any work is done.

    Raises
    ------
    ScenarioError
        When it exists and may not be replaced.
    """
    if folder.exists() and not force:
        raise ScenarioError(
            f"{folder} exists already. Choose another --out, or give --force to replace it."
        )
