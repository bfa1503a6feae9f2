"""The commands by name; each is imported only when it is used, so that help comes at once."""

from __future__ import annotations

import gc
import importlib
import sys
from typing import Any

import click

from planner import __version__
from planner.cli.failures import (
    is_debugging,
    leave_interrupted,
    leave_refused,
    was_interrupted,
)
from planner.interruptions import noting_interruptions

# Name: (module, one line of help). The line stands here so that --help imports nothing else.
COMMANDS = {
    "demo": ("demonstration", "Make a realistic company, plan it, and say what to open."),
    "init": ("starting", "Write a starter scenario and empty table templates."),
    "check": ("checking", "Read and validate everything; change nothing."),
    "plan": ("planning", "Align territories, set quotas, simulate, write the plan's folder."),
    "track": ("tracking", "Hold the year so far against a plan: landing, drift, contests."),
    "score": ("scoring", "Score someone else's alignment by the scenario's own rules."),
    "explain": ("explaining", "Say why an account or a territory is as it is."),
    "compare": ("comparing", "Put plans side by side; the first is the baseline."),
    "sweep": ("sweeping", "Plan all combinations of some keys, and draw the trade-offs."),
    "backtest": ("backtesting", "Judge the methods on past periods that they did not see."),
    "export": ("exporting", "Write a plan for another system."),
    "review": ("reviewing", "Open the review application over plans."),
    "users": ("managing_users", "Say who may use the review application, and as what."),
}
# Objects made, and collections of younger ones, between two searches for circles.
RARELY = (100_000, 20, 50)


class LazyGroup(click.Group):
    """A group of commands that are imported by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which a planner meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported now, or None for an unknown name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"planner.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and name the nearest where there is none."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            ctx.fail(_unknown(args[0]))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named; Ctrl-C while it is imported ends as it does later."""
        with noting_interruptions():
            return self._invoke(ctx)

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            leave_interrupted()
        except Exception as error:
            if is_debugging() or not was_interrupted(error):
                raise
            leave_interrupted()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their one line, without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


def _unknown(name: str) -> str:
    import difflib

    close = difflib.get_close_matches(name, COMMANDS, n=1)
    return f"No such command {name!r}." + (f" Did you mean {close[0]!r}?" if close else "")


EPILOG = """\b
Examples:
  planner demo --out demo
  planner init mycompany
  planner check mycompany/scenario.toml
  planner plan mycompany/scenario.toml --out plans/baseline
  planner plan scenario.toml --set quota.goal=95_000_000 --out plans/higher
  planner explain plans/baseline --account 0042
  planner compare plans/baseline plans/higher
  planner sweep scenario.toml --vary quota.goal=90_000_000,95_000_000 --out sweep
  planner review plans/baseline

\b
Shell completion (bash; zsh and fish likewise):
  eval "$(_PLANNER_COMPLETE=bash_source planner)"

\b
Exit codes: 0 done, 1 the data are unusable, 2 the command or scenario is wrong,
3 no alignment satisfies the rules, 4 none found in time, 5 disk or database, 70 our fault."""


@click.group(
    cls=LazyGroup,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="planner")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def planner(debug: bool) -> None:
    """Plan a sales organisation's year: balanced territories, fair quotas, and a proof."""
    del debug


def run() -> None:
    """Run the command line."""
    # Plans are large and hardly ever refer in circles: looking for those takes a tenth of the time.
    gc.set_threshold(*RARELY)
    arguments = _move_debug_first(sys.argv[1:])
    try:
        code = planner.main(args=arguments, prog_name="planner", standalone_mode=False)
    except click.ClickException as error:
        leave_refused(error, as_json="--json" in arguments)
    except click.Abort as error:
        # Ctrl-C while the words are read, or at a question.
        if was_interrupted(error):
            leave_interrupted()
        click.echo("Aborted.", err=True)
        sys.exit(1)
    # Help and the version leave with a code; a command that is done gives none.
    sys.exit(code if isinstance(code, int) else 0)


def _move_debug_first(arguments: list[str]) -> list[str]:
    """Let ``--debug`` stand anywhere, as people write it."""
    if "--debug" not in arguments:
        return arguments
    return ["--debug", *(argument for argument in arguments if argument != "--debug")]
