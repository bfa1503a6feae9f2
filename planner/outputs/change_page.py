"""The report of a change: what happened, what moved, and what everybody owes now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.outputs.change_tables import change_rows, gone_accounts
from planner.outputs.columns import Column, Table
from planner.outputs.money_values import money_number
from planner.outputs.plain_page import Page, Section
from planner.outputs.plan import Plan
from planner.outputs.report_tables import Cell, PageTable, head_cells, number_cell, word_cell
from planner.outputs.wording import Headline, full_money, short_money
from planner.tracking.record import YearRecord

MOST_ROWS, MOST_LINES, MOST_NAMES = 200, 8, 12
ACCOUNT_COLUMNS = (
    *("account_id", "name", "change", "from", "to_territory_id", "to", "from_day"),
    *("trailing_revenue", "why"),
)
NUMBERS = {"money", "share", "number", "integer", "hours"}


def change_page(plan: Plan, tables: Mapping[str, Table]) -> Page:
    """Return the page of a changed plan.

    Parameters
    ----------
    plan
        A change of a running plan.
    tables
        Its :func:`planner.outputs.change_tables.change_tables`.

    Raises
    ------
    ValueError
        When the plan was not made from a running one.
    """
    year = plan.year
    if year is None:
        raise ValueError("the plan is no change of another one")
    quotas = _only_changed(tables["change_quotas"], year)
    return Page(
        name=f"{plan.provenance.name}: the change of {year.effective}",
        lead=f"Against the running plan {year.running}. Months before {year.effective} are closed.",
        cards=_cards(plan, year),
        sentences=_sentences(plan, year),
        alarms=year.widened,
        alarm_title="Limits of balance that are left, since no more was allowed to move:",
        sections=(
            Section(title="What happened", table=page_table(tables["events"], plan)),
            Section(
                title="Quotas that changed",
                words="Closed months stand; what remains is settled again.",
                table=page_table(quotas, plan),
            ),
            Section(
                title="Accounts with another seat or rep",
                words="Further columns are in change.csv.",
                table=page_table(_narrow(tables["change"], ACCOUNT_COLUMNS), plan),
            ),
            Section(title="Who is in which seat", table=page_table(tables["seats"], plan)),
            Section(title="Months that are closed", table=_closed(plan, year)),
            *(
                [Section(title="May be one account", table=page_table(tables["duplicates"], plan))]
                if "duplicates" in tables
                else []
            ),
        ),
        footer="The same rows are in change.csv, change_quotas.csv, seats.csv and events.csv.",
    )


def _narrow(table: Table, names: tuple[str, ...]) -> Table:
    return Table(name=table.name, columns=tuple(table.column(name) for name in names))


def _cards(plan: Plan, year: YearRecord) -> tuple[Headline, ...]:
    counts = count_changes(plan, year)
    return (
        Headline(
            label="New accounts",
            value=f"{counts['new']:,}",
            note="placed for the first time, or back",
        ),
        Headline(
            label="Moved to another seat",
            value=f"{counts['seat']:,}",
            note=f"{counts['by_choice']:,} of them could have stayed",
        ),
        Headline(
            label="Same seat, other rep", value=f"{counts['rep']:,}", note="they stay together"
        ),
        Headline(
            label="Quotas changed",
            value=f"{len(year.touched):,}",
            note=f"{len(year.untouched):,} territories untouched",
        ),
    )


def count_changes(plan: Plan, year: YearRecord) -> dict[str, int]:
    """Return how many accounts are new, changed seat, changed only their rep, or need not have."""
    new = sum(why in {"new", "back"} for why in year.moved.values())
    chosen = sum(why.startswith("moved by") for why in year.moved.values())
    return {
        "new": new,
        "seat": len(year.moved) - new,
        "rep": len(change_rows(plan, year)) - _count_moved(plan, year),
        "by_choice": chosen,
        "gone": len(gone_accounts(plan, year)),
    }


def _count_moved(plan: Plan, year: YearRecord) -> int:
    """Return how many of the accounts that moved are in the plan."""
    if not year.moved:
        return 0
    return len(year.moved.keys() & set(plan.data.accounts["account_id"].tolist()))


def _sentences(plan: Plan, year: YearRecord) -> tuple[str, ...]:
    money = plan.data.currency
    asked = sum(month.quota for month in year.closed)
    booked = sum(month.booked for month in year.closed)
    words = []
    if year.closed:
        words.append(
            f"Up to {year.effective} {short_money(money, booked)} was booked against "
            f"{short_money(money, asked)} owed; these months do not change any more."
        )
    if plan.quotas is not None:
        goal = year.quota_before.get("company company", plan.quotas.goal)
        words.append(
            f"The goal of the year is {full_money(money, plan.quotas.goal)}"
            + ("." if goal == plan.quotas.goal else f", before {full_money(money, goal)}.")
        )
    if year.dropped:
        words.append(
            f"Quotas set by hand that the change touched are settled again: "
            f"{_word_some(year.dropped, 'change_quotas.csv')}."
        )
    words.append(
        "Territories with the same accounts, holder and quota keep their approvals: "
        + _word_some(year.untouched, "plan.json")
        + "."
    )
    return tuple(words)


def word_change(plan: Plan) -> str:
    """Return what a change did in a few lines, for the terminal."""
    if plan.year is None:
        return ""
    counts = count_changes(plan, plan.year)
    lines = [
        (
            f"Change of {plan.year.effective}: {counts['new']:,} new accounts, {counts['seat']:,} "
            f"to another seat ({counts['by_choice']:,} that need not have), {counts['rep']:,} to "
            f"another rep in the same seat; {len(plan.year.touched):,} people's quotas changed."
        ),
        *_sentences(plan, plan.year),
        *(f"Left: {words}" for words in plan.year.widened[:MOST_LINES]),
    ]
    return "\n".join(lines)


def change_document(plan: Plan) -> dict[str, Any] | None:
    """Return a change as JSON has it, None for a plan without one; money in currency units."""
    year = plan.year
    if year is None:
        return None
    return {
        "effective": year.effective.isoformat(),
        "running": year.running,
        "accounts": count_changes(plan, year),
        "touched": sorted(year.touched),
        "untouched_territories": list(year.untouched),
        "overrides_dropped": list(year.dropped),
        "limits_left": list(year.widened),
        "closed": [
            {
                "start": month.start.isoformat(),
                "end": month.end.isoformat(),
                "quota": money_number(plan, month.quota),
                "booked": money_number(plan, month.booked),
            }
            for month in year.closed
        ],
        "events": [event.words for event in year.applied],
        "duplicates": len(year.duplicates),
    }


def _only_changed(table: Table, year: YearRecord) -> Table:
    """Return the rows of quotas that differ from the running plan's, the company's kept."""
    del year
    difference = table.column("difference").values
    level = table.column("level").values
    rows = [r for r in range(table.rows) if difference[r] or level[r] == "company"]
    return Table(
        name=table.name,
        columns=tuple(
            Column(name=c.name, kind=c.kind, title=c.title, values=[c.values[r] for r in rows])
            for c in table.columns
        ),
    )


def _closed(plan: Plan, year: YearRecord) -> PageTable:
    money = plan.data.currency
    rows = tuple(
        (
            word_cell(f"{month.start} to {month.end}"),
            number_cell(full_money(money, month.quota)),
            number_cell(full_money(money, month.booked)),
        )
        for month in year.closed
    )
    return PageTable(heads=head_cells("Days", "Owed", "Booked", text=1), rows=rows)


def page_table(table: Table, plan: Plan) -> PageTable:
    """Return a table as a page shows it, the first rows of a long one."""
    columns = [c for c in table.columns if any(v not in ("", None) for v in c.values)]
    heads = tuple(Cell(words=c.heading, kind="n" if c.kind in NUMBERS else "") for c in columns)
    shown = min(table.rows, MOST_ROWS)
    rows = tuple(
        tuple(_cell(column, column.values[row], plan) for column in columns) for row in range(shown)
    )
    note = f"The first {shown:,} of {table.rows:,} rows." if table.rows > shown else ""
    return PageTable(heads=heads, rows=rows, note=note)


def _cell(column: Column, value: Any, plan: Plan) -> Cell:
    if value is None or value == "":
        return word_cell("")
    if column.kind in NUMBERS:
        return number_cell(_word_number(column.kind, value, plan))
    if column.kind == "flag":
        return word_cell("yes" if value else "no")
    return word_cell(str(value), "id" if column.kind == "date" else "")


def _word_number(kind: str, value: Any, plan: Plan) -> str:
    if kind == "money":
        return short_money(plan.data.currency, int(value))
    return f"{100 * value:.1f}%" if kind == "share" else f"{value:,}"


def _word_some(names: Sequence[str], rest_in: str) -> str:
    """Return names in words, all of them where they are few."""
    if len(names) <= MOST_NAMES:
        return ", ".join(names) or "none"
    shown = ", ".join(names[:MOST_NAMES])
    return f"{len(names):,}, among them {shown} (all in {rest_in})"
