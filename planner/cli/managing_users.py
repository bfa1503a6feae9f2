"""``planner users``: who may use the review application, and as what."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.arguments import json_option
from planner.cli.failures import ends_cleanly, to_json
from planner.cli.printing import print_table
from planner.cli.reviewing import database_option
from planner.errors import ScenarioError

if TYPE_CHECKING:
    from planner.review.store import Store

EPILOG = """\b
Examples:
  planner users add mia --role manager --rep M1001
  planner users add fin --role finance --no-password
  planner users link fin --url https://review.example.com
  planner users role mia operations
  planner users list
  planner users remove mia

\b
Roles: operations, finance, manager (sees his subtree), rep (his own territory, once released),
read-only. Without --database the file review.sqlite is used: beside --plan, else in plans/."""

plan_option = click.option(
    "--plan", type=click.Path(path_type=Path), help="Use the database beside this plan's folder."
)
rep_option = click.option(
    "--rep", "rep_id", metavar="REP_ID", help="Who it is in the reps table (managers and reps)."
)
NAMED = ("operations", "finance", "manager", "rep", "read-only")
ROLE = click.Choice(NAMED)


@click.group(epilog=EPILOG)
def command() -> None:
    """Say who may use the review application, and as what."""


@command.command()
@click.argument("name")
@click.argument("given_role", metavar="[ROLE]", type=ROLE, required=False)
@click.option("--role", type=ROLE, help="What the user may do, where ROLE is not given.")
@rep_option
@click.option("--no-password", is_flag=True, help="Sign in by link or trusted proxy alone.")
@database_option
@plan_option
@json_option
@ends_cleanly
def add(
    name: str,
    given_role: str | None,
    role: str | None,
    rep_id: str | None,
    no_password: bool,
    database: str | None,
    plan: Path | None,
    as_json: bool,
) -> None:
    """Add the user NAME; the password is asked for, or read from standard input.

    Without a password NAME signs in by link or through a trusted proxy.
    """
    settled = given_role or role
    if settled is None:
        raise click.UsageError(f"Say the role: {', '.join(NAMED)}.")
    password = None if no_password else _read_password() or None
    from planner.review.users import add_user

    with _Opened(database, plan) as store:
        user = add_user(store, None, name, settled, rep_id=rep_id, password=password)
    by = "with the password" if password else "by link (planner users link) or through a proxy"
    _say(user, f"{user['name']} may now sign in as {user['role']}, {by}.", as_json)


@command.command(name="list")
@database_option
@plan_option
@json_option
@ends_cleanly
def show(database: str | None, plan: Path | None, as_json: bool) -> None:
    """List the users."""
    from planner.review.users import list_users

    with _Opened(database, plan) as store:
        users = list_users(store)
    if as_json:
        click.echo(to_json({"users": users}))
        return
    rows = [
        (user["name"], user["role"], user["rep_id"] or "", "yes" if user["password"] else "no")
        for user in users
    ]
    print_table("Users", ("name", "role", "rep_id", "password"), rows)


@command.command()
@click.argument("name")
@database_option
@plan_option
@json_option
@ends_cleanly
def remove(name: str, database: str | None, plan: Path | None, as_json: bool) -> None:
    """Take the access of NAME away; sessions end at once, and what was done stays on record."""
    from planner.review.users import remove_user

    with _Opened(database, plan) as store:
        remove_user(store, None, name)
    _say({"removed": name}, f"{name} has no access any more.", as_json)


@command.command()
@click.argument("name")
@click.argument("role", type=ROLE)
@rep_option
@database_option
@plan_option
@json_option
@ends_cleanly
def role(
    name: str,
    role: str,
    rep_id: str | None,
    database: str | None,
    plan: Path | None,
    as_json: bool,
) -> None:
    """Give NAME another ROLE; sessions end, so that it holds at once."""
    from planner.review.users import change_role

    with _Opened(database, plan) as store:
        user = change_role(store, None, name, role, rep_id=rep_id)
    _say(user, f"{user['name']} is now {user['role']}.", as_json)


@command.command()
@click.argument("name")
@database_option
@plan_option
@json_option
@ends_cleanly
def password(name: str, database: str | None, plan: Path | None, as_json: bool) -> None:
    """Give NAME another password; sessions end."""
    fresh = _read_password()
    from planner.review.users import change_password

    with _Opened(database, plan) as store:
        change_password(store, name, fresh)
    _say({"changed": name}, f"{name} has another password.", as_json)


@command.command()
@click.argument("name")
@click.option("--url", default="", help="Where browsers reach the server.")
@database_option
@plan_option
@json_option
@ends_cleanly
def link(name: str, url: str, database: str | None, plan: Path | None, as_json: bool) -> None:
    """Print a link that signs NAME in, once, within twelve hours."""
    from planner.review.sessions import make_link
    from planner.review.users import find_user

    with _Opened(database, plan) as store:
        address = f"{url.rstrip('/')}/enter?token={make_link(store, find_user(store, name))}"
    _say({"url": address}, address, as_json)


class _Opened:
    """The store that the options name, open while the block runs, with its refusals in words."""

    def __init__(self, database: str | None, plan: Path | None) -> None:
        self._address = _find_database(database, plan)
        self._store: Store | None = None

    def __enter__(self) -> Store:
        """Open the store."""
        from planner.review.store import open_store

        self._store = open_store(self._address)
        return self._store

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        """Close it; a refusal becomes the command's error."""
        from planner.review.refusals import ReviewError

        if self._store is not None:
            self._store.close()
        if isinstance(error, ReviewError):
            raise ScenarioError(str(error)) from error


def _find_database(database: str | None, plan: Path | None) -> str:
    from planner.review.store import DEFAULT_NAME, default_database

    if database is not None:
        return database
    if plan is not None:
        return default_database(plan)
    if Path("plans").is_dir():
        return f"sqlite:///{Path('plans').resolve() / DEFAULT_NAME}"
    message = "Say which users are meant: --database URL, or --plan with a plan's folder."
    raise ScenarioError(message)


def _read_password() -> str:
    if sys.stdin.isatty():
        given: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return given
    return sys.stdin.readline().rstrip("\r\n")


def _say(values: dict[str, Any], words: str, as_json: bool) -> None:
    click.echo(to_json(values) if as_json else words)
