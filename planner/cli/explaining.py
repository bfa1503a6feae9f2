"""``planner explain``: why an account or a territory is as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.arguments import json_option, plan_argument
from planner.cli.failures import ends_cleanly, to_json
from planner.cli.printing import print_table
from planner.interruptions import finish_undisturbed

if TYPE_CHECKING:
    from datetime import date, datetime

    from planner.pipeline.explaining import AccountExplanation
    from planner.pipeline.explaining_days import DayRecord
    from planner.pipeline.explaining_territories import TerritoryExplanation

EPILOG = """\b
Examples:
  planner explain plans/baseline --account 0042
  planner explain plans/baseline --territory T007 --json
  planner explain plans/april --on 2027-05-10 --account 0042"""
OPTIONS_SHOWN = 12


@click.command(epilog=EPILOG)
@plan_argument
@click.option("--account", help="An account by its id.")
@click.option("--territory", help="A territory by its id, or by its rep's.")
@click.option(
    "--on",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DATE",
    help="Who owned what and who owed what on that day of the plan, with its changes so far.",
)
@json_option
@ends_cleanly
def command(
    plan: Path, account: str | None, territory: str | None, on: datetime | None, as_json: bool
) -> None:
    """Say why one account or one territory of PLAN is as it is, and what else would cost."""
    if on is not None and territory is None:
        _explain_day(plan, on.date(), account, as_json)
        return
    if (account is None) == (territory is None) or on is not None:
        raise click.UsageError(
            "Give either --account or --territory, or --on with or without --account."
        )
    from planner.outputs.folder import load_plan
    from planner.pipeline.explaining import explain_account
    from planner.pipeline.explaining_territories import explain_territory

    loaded = load_plan(plan)
    if account is not None:
        explained = explain_account(loaded, account)
        finish_undisturbed()
        click.echo(to_json(explained.as_dict())) if as_json else _print_account(explained)
    elif territory is not None:
        about = explain_territory(loaded, territory)
        finish_undisturbed()
        click.echo(to_json(about.as_dict())) if as_json else _print_territory(about)


def _explain_day(plan: Path, day: date, account: str | None, as_json: bool) -> None:
    from planner.outputs.folder import load_plan
    from planner.pipeline.explaining_days import describe_day

    record = describe_day(load_plan(plan), day)
    finish_undisturbed()
    if account is not None:
        seat, rep = record.who_has(account)
        if as_json:
            told = {"day": day.isoformat(), "account_id": account, "territory_id": seat}
            click.echo(to_json({**told, "rep_id": rep}))
        else:
            click.echo(
                f"{account} on {day.isoformat()}: {_named(record, rep)} ({seat or 'no territory'})"
            )
    elif as_json:
        click.echo(to_json(record.as_dict()))
    else:
        _print_day(record)


def _print_day(record: DayRecord) -> None:
    seats = [(seat, _named(record, rep), f"{count:,}") for seat, rep, count in record.seats]
    print_table(
        f"Who owned what on {record.day.isoformat()}",
        ("territory", "rep", "accounts"),
        seats,
        left=2,
    )
    debts = [
        (
            *(debt.level, debt.name, debt.component),
            *(f"{amount:,.{debt.digits}f}" for amount in (debt.on_day, debt.to_date)),
        )
        for debt in record.debts
    ]
    if debts:
        print_table(
            f"Who owed what, {record.currency}",
            ("level", "who", "component", "that day", "up to it"),
            debts,
            left=3,
        )


def _named(record: DayRecord, rep: str) -> str:
    return record.names.get(rep, rep) or "nobody"


def _print_account(explained: AccountExplanation) -> None:
    facts = explained.facts
    click.secho(f"{facts['name']} ({facts['account_id']})", bold=True)
    click.echo(
        f"  today     {facts['previous_rep'] or 'nobody'} ({facts['previous_territory_id'] or '–'})"
    )
    click.echo(f"  proposed  {facts['rep'] or 'nobody'} ({facts['territory_id'] or '–'})")
    if facts["reason"]:
        click.echo(f"  {facts['reason']}")
    if explained.kept_by:
        click.echo(f"  {explained.kept_by}")
    if explained.together:
        click.echo(f"  kept together with {', '.join(explained.together)}")
    _print_potential(facts["potential"], explained.currency)
    _print_options(explained)
    _print_forbidden(explained)


def _print_potential(potential: Mapping[str, Any], code: str) -> None:
    click.echo(
        f"  potential {potential['expected']:,.0f} {code} ({potential['low']:,.0f} to {potential['high']:,.0f}), "
        f"last twelve months {potential['trailing']:,.0f} {code}"
    )
    for sentence in potential["why"]:
        click.echo(f"    {sentence}")


def _print_options(explained: AccountExplanation) -> None:
    if not explained.options:
        return
    terms = list(explained.options[0].cost_by_term)
    rows = [
        (
            option.territory_id,
            option.rep,
            *(f"{option.cost_by_term[term]:,.0f}" for term in terms),
            f"{option.cost:,.0f}",
            f"{option.with_balance:,.0f}",
        )
        for option in explained.options[:OPTIONS_SHOWN]
    ]
    header = ("territory", "rep", *terms, "cost", "with balance")
    print_table(f"What each choice costs, {explained.currency} a year", header, rows, left=2)
    click.echo(
        "With balance adds what the account uses of limits that bind elsewhere: the least of it "
        "helps the whole plan most."
    )


def _print_forbidden(explained: AccountExplanation) -> None:
    by_rule: dict[str, list[str]] = {}
    for territory, rule in explained.forbidden:
        by_rule.setdefault(rule, []).append(territory)
    for rule, territories in by_rule.items():
        click.echo(f"  not allowed by '{rule}': {', '.join(territories)}")


def _print_territory(about: TerritoryExplanation) -> None:
    facts = about.facts
    click.secho(f"{facts['rep']} ({facts['territory_id']})", bold=True)
    click.echo(
        f"  {facts['accounts_today']:,} accounts today, {facts['accounts']:,} proposed, {facts['held']:,} held"
    )
    columns = ("measure", "today", "proposed", "target", "lower", "upper")
    rows = [
        (
            m["measure"],
            *(f"{m[name]:,.0f}" for name in columns[1:]),
            _share(m["deviation"]),
            m["binds"] or "",
        )
        for m in about.measures
    ]
    print_table(
        f"Balance ({about.currency}, hours, numbers)", (*columns, "off target", "binds"), rows
    )
    for title, changes in (("Comes", about.gained), ("Goes", about.lost)):
        rows = [
            (
                c["account_id"],
                c["name"],
                c["other_territory_id"] or "–",
                c["reason"],
                f"{c['trailing_revenue']:,.0f}",
            )
            for c in changes
        ]
        if rows:
            print_table(
                title, ("account", "name", "other territory", "why", "revenue"), rows, left=4
            )


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:+.1%}"
