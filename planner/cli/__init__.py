"""The command line: thin faces over the library, one module a group of commands."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with the exit code of the contract."""
    try:
        from planner.interruptions import ignore_interruptions, note_interruptions

        note_interruptions()
        try:
            from planner.cli.commands import run

            run()
        finally:
            # Python's own end takes a moment, too, and Ctrl-C would kill it there.
            ignore_interruptions()
    except KeyboardInterrupt:
        # Before the command line stands; from then on it ends by itself.
        sys.stderr.write("Interrupted before there was anything to keep; no plan was written.\n")
        raise SystemExit(130) from None
