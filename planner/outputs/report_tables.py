"""The tables of the report, short enough for one page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.outputs.moves import (
    gained_and_lost,
    plan_moves,
    previous_reps,
    proposed_reps,
    revenue_at_risk,
)
from planner.outputs.plan import Plan
from planner.outputs.summary_sheet import control_cells
from planner.outputs.tables import deviations, transitions_table
from planner.outputs.wording import full_money, measure_title, percent, short_money

MOST_ROWS, MOST_MOVES = 60, 15
LONGEST_NAME, LONGEST_LINE = 120, 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell's words and its class on the page: ``n`` a number, ``id`` a name, ``out`` beyond."""

    words: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTable:
    """A table as the page shows it."""

    heads: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


def page_tables(plan: Plan) -> dict[str, PageTable | None]:
    """Return the report's tables by name, None for one without rows."""
    tables = {
        "territories": territory_rows(plan),
        "moves": move_rows(plan),
        "quotas": quota_rows(plan),
        "beside": beside_rows(plan),
        "control": control_rows(plan),
        "sources": source_rows(plan),
    }
    return {name: table if table.rows else None for name, table in tables.items()}


def rep_names(plan: Plan) -> dict[str, str]:
    """Return each rep's name by id."""
    return {rep.rep_id: rep.name for rep in plan.data.reps}


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def word_cell(words: str, kind: str = "") -> Cell:
    """Return a cell of words, cut where it would break the page."""
    return Cell(words=_short(words), kind=kind)


def name_cell(words: str) -> Cell:
    """Return a cell with somebody's name, on one line where that is short enough."""
    return word_cell(words, "id" if len(words) <= LONGEST_LINE else "")


def number_cell(words: str) -> Cell:
    """Return a cell with a number."""
    return Cell(words=words, kind="n")


def head_cells(*names: str, text: int) -> tuple[Cell, ...]:
    """Return a table's header: the first columns are text, the others numbers."""
    return tuple(word_cell(name, "" if place < text else "n") for place, name in enumerate(names))


def choose_rows(
    importance: np.ndarray[tuple[int], np.dtype[np.float64]], of_what: str = "change"
) -> tuple[list[int], str]:
    """Return which rows to show, in order, and what to say where not all of them are."""
    if len(importance) <= MOST_ROWS:
        return list(range(len(importance))), ""
    first = np.sort(np.argsort(-importance, kind="stable")[:MOST_ROWS])
    note = (
        f"The {MOST_ROWS} with the largest {of_what} of {len(importance):,}; all are in the "
        "workbook."
    )
    return first.tolist(), note


def territory_rows(plan: Plan) -> PageTable:
    """Return each territory with its measures against the fair share, and what it gains."""
    gained, lost = gained_and_lost(plan)
    shown, note = choose_rows((gained + lost).astype(np.float64))
    names, risk = rep_names(plan), revenue_at_risk(plan)
    counts = plan.territory_of_account
    sizes = np.bincount(counts[counts >= 0], minlength=len(plan.territory_ids))
    measures = [
        (name, one, deviations(one.proposed, one.target))
        for name, one in plan.alignment.measures.items()
    ]
    titles = [f"{measure_title(name)}, from fair share" for name, *_ in measures]
    rows = []
    for place in shown:
        rep = plan.seats.rep_ids[place]
        rows.append(
            (
                word_cell(plan.territory_ids[place], "id"),
                name_cell(names.get(rep, rep)),
                number_cell(f"{sizes[place]:,}"),
                *(_deviation(off[place], one.tolerance) for _, one, off in measures),
                number_cell(f"{gained[place]:,}"),
                number_cell(f"{lost[place]:,}"),
                number_cell(short_money(plan.data.currency, risk[place])),
            )
        )
    heads = head_cells(
        *("Territory", "Rep", "Accounts", *titles, "Gained", "Lost", "Revenue taken over"), text=2
    )
    return PageTable(heads=heads, rows=tuple(rows), note=note)


def _deviation(off: float, tolerance: float | None) -> Cell:
    if not np.isfinite(off):
        return number_cell("–")
    beyond = tolerance is not None and abs(off) > tolerance + 5e-4
    return Cell(words=f"{100 * off:+.1f}%", kind="n out" if beyond else "n")


def move_rows(plan: Plan) -> PageTable:
    """Return the moved accounts with the largest trailing revenue."""
    moved = np.flatnonzero(plan_moves(plan))
    revenue = plan.potential.trailing[moved]
    largest = np.argsort(-revenue, kind="stable")[:MOST_MOVES].tolist()
    table, names = transitions_table(plan), rep_names(plan)
    old, new = previous_reps(plan), proposed_reps(plan)
    rows = []
    for place in largest:
        account = int(moved[place])
        rows.append(
            (
                word_cell(
                    str(table.column("name").values[place])
                    or str(table.column("account_id").values[place])
                ),
                name_cell(names.get(old[account], old[account])),
                name_cell(names.get(new[account], new[account]) or "nobody"),
                number_cell(short_money(plan.data.currency, revenue[place])),
                number_cell(short_money(plan.data.currency, plan.potential.pipeline[account])),
                Cell(words=plan.reasons[account]),
            )
        )
    heads = (
        *head_cells("Account", "From", "To", "Revenue", "Open deals", text=3),
        word_cell("Why"),
    )
    note = f"The {MOST_MOVES} largest of {len(moved):,}; all are in transitions.csv."
    return PageTable(heads=heads, rows=tuple(rows), note=note if len(moved) > MOST_MOVES else "")


def quota_rows(plan: Plan) -> PageTable:
    """Return each rep's quota beside last year's and the chance to reach it."""
    names, sheet = rep_names(plan), plan.quotas
    quotas = sheet.by_person("rep") if sheet else {}
    # Last year's quota is of the whole book, and stands on each part of this one.
    before = {
        one.rep_id: one.last_year
        for one in (sheet.derivations if sheet else ())
        if one.last_year is not None
    }
    chances = {
        one.rep_id: one
        for one in (plan.outcomes.outcomes if plan.outcomes else ())
        if one.level == "rep"
    }
    reps = sorted(quotas)
    change = [abs(quotas[rep] - before.get(rep, quotas[rep])) for rep in reps]
    shown, note = choose_rows(np.array(change, dtype=np.float64))
    rows = []
    for place in shown:
        rep = reps[place]
        chance = chances.get(rep)
        rows.append(
            (
                word_cell(rep, "id"),
                name_cell(names.get(rep, rep)),
                number_cell(full_money(plan.data.currency, quotas[rep])),
                number_cell(full_money(plan.data.currency, before[rep]) if rep in before else "–"),
                number_cell(_change(quotas[rep], before.get(rep))),
                number_cell(short_money(plan.data.currency, chance.expected) if chance else "–"),
                number_cell(percent(chance.probability_of_quota) if chance else "–"),
            )
        )
    heads = head_cells("ID", "Rep", "Quota", "Last year", "Change", "Expected", "Chance", text=2)
    return PageTable(heads=heads, rows=tuple(rows), note=note)


def beside_rows(plan: Plan) -> PageTable:
    """Return the quotas that stand beside the goal, each in its own unit."""
    names, sheet = rep_names(plan), plan.quotas
    totals: dict[tuple[str, str], int] = {}
    units: dict[str, str] = {}
    for line in sheet.lines if sheet else ():
        if sheet and line.component in sheet.beside and line.level == "rep":
            key = (line.component, line.rep_id)
            totals[key] = totals.get(key, 0) + line.quota
            units[line.component] = line.currency if line.counted else ""
    sums: dict[str, int] = {}
    for (part, _), quota in totals.items():
        sums[part] = sums.get(part, 0) + quota

    def word(part: str, quota: int) -> str:
        unit = units[part]
        return f"{quota:,} {unit}" if unit else full_money(plan.data.currency, quota)

    rows = [
        (word_cell(part), word_cell("all", "id"), name_cell("All"), number_cell(word(part, total)))
        for part, total in sums.items()
    ]
    rows += [
        (
            word_cell(part),
            word_cell(rep, "id"),
            name_cell(names.get(rep, rep)),
            number_cell(word(part, quota)),
        )
        for (part, rep), quota in totals.items()
    ]
    note = "None of this enters the company's goal, or anybody's quota above."
    heads = head_cells("Part", "ID", "Rep", "Quota of the plan", text=3)
    return PageTable(heads=heads, rows=tuple(rows[:MOST_ROWS]), note=note)


def _change(quota: int, before: int | None) -> str:
    if not before or before < 0:
        return "–"
    change = round(100 * (quota / before - 1))
    return f"{change:+d}%" if change else "0%"


def control_rows(plan: Plan) -> PageTable:
    """Return the control totals."""
    rows = []
    for total in plan.control:
        name, *figures, ledger, reasons = control_cells(total, plan)
        differs = total.ledger is not None and total.ledger != total.read
        rows.append(
            (
                word_cell(name),
                *(number_cell(figure) for figure in figures),
                Cell(words=ledger, kind="n out" if differs else "n"),
                word_cell(reasons),
            )
        )
    heads = (
        *head_cells("Figure", "Read", "Left out", "Planned", "Ledger", text=1),
        word_cell("Why left out"),
    )
    return PageTable(heads=heads, rows=tuple(rows))


def source_rows(plan: Plan) -> PageTable:
    """Return the tables that were read, each with the digest of its file."""
    rows = tuple(
        (
            word_cell(one.table, "id"),
            word_cell(one.location),
            number_cell(f"{one.rows:,}"),
            word_cell(one.sha256),
        )
        for one in plan.sources
    )
    heads = (*head_cells("Table", "File", "Rows", text=2), word_cell("SHA-256"))
    return PageTable(heads=heads, rows=rows)
