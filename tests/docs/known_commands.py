"""Every command of the command line, for the tests of its documentation."""

from __future__ import annotations

from typing import Any

import click

from planner.cli.commands import COMMANDS, planner


def describe_commands() -> dict[str, Any]:
    """Return every command by name."""
    context = click.Context(planner)
    return {name: planner.get_command(context, name) for name in COMMANDS}
