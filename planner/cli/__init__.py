"""The command line: thin faces over the library, one module a group of commands."""

from __future__ import annotations


def main() -> None:
    """Run the command line and leave with the exit code of the contract."""
    try:
        from planner.cli.commands import run

        run()
    except KeyboardInterrupt:
        # Before the command line stands; from then on it ends by itself, with a message.
        raise SystemExit(130) from None
