"""The detailed tables of a comparison: one form for the workbook, the page and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from planner.outputs.capacity import monthly_capacity
from planner.outputs.comparison_people import ComparedRep, RepFigures, compare_reps, last_quotas
from planner.outputs.fairness_words import LIGHTS, evidence_words, fairness_tests, fairness_title
from planner.outputs.money_values import money_number, plain_number
from planner.outputs.plan import Plan
from planner.quotas.changes import QuotaBridge

Figure = float | int | str | None
Row = tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table.

    Parameters
    ----------
    name, title
        As a key, and for people.
    columns
        Heading and kind of each column: text, money (units of the plan currency), share, number.
    rows
        One value for each column.
    note
        What has to be known to read it.
    """

    name: str
    title: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    note: str = ""

    def as_rows(self) -> list[dict[str, Figure]]:
        """Return the rows by heading, for JSON."""
        heads = [head for head, _ in self.columns]
        return [dict(zip(heads, row, strict=True)) for row in self.rows]


def comparison_sheets(plans: Sequence[Plan], names: Sequence[str]) -> tuple[Sheet, ...]:
    """Return the tables that have rows.

    Parameters
    ----------
    plans
        The first is the baseline.
    names
        Of the plans, all different.
    """
    sheets = (
        reps_sheet(plans, names),
        bridge_sheet(plans, names),
        fairness_sheet(plans, names),
        months_sheet(plans, names),
        control_sheet(plans, names),
    )
    return tuple(sheet for sheet in sheets if sheet.rows)


def reps_sheet(plans: Sequence[Plan], names: Sequence[str]) -> Sheet:
    """Return every rep in every plan, who wins and who loses."""
    columns = [("Rep", "text"), ("Name", "text"), ("Role", "text"), ("Team", "text")]
    for title, kind in (
        ("quota", "money"),
        ("change of quota", "money"),
        ("chance of quota", "share"),
        ("expected attainment", "share"),
        ("expected pay", "money"),
        ("accounts", "number"),
        ("trailing revenue", "money"),
    ):
        shown = names[1:] if title.startswith("change") else names
        columns += [(f"{name}: {title}", kind) for name in shown]
    columns += [(f"{name}: for the rep", "text") for name in names[1:]]
    rows = tuple(tuple(_rep_row(plans[0], rep)) for rep in compare_reps(plans))
    note = (
        "A rep gains or loses by expected pay (more than 1%), where pay is unknown by the chance "
        "of making quota (more than 5 points), against the first plan. Pay of managers, overlays and "
        "SDRs, who have no book, is in the headlines alone."
    )
    return Sheet(name="reps", title="By rep", columns=tuple(columns), rows=rows, note=note)


def _rep_row(plan: Plan, rep: ComparedRep) -> Iterator[Figure]:
    yield from (rep.rep_id, rep.name, rep.role, rep.team)
    figures = rep.figures
    quotas = [None if one is None else money_number(plan, one.quota) for one in figures]
    yield from quotas
    yield from (_difference(quota, quotas[0]) for quota in quotas[1:])
    yield from (None if one is None else one.chance for one in figures)
    yield from (None if one is None else plain_number(one.attainment) for one in figures)
    yield from (_pay(plan, one) for one in figures)
    yield from (None if one is None else one.accounts for one in figures)
    yield from (None if one is None else money_number(plan, one.revenue) for one in figures)
    yield from (rep.verdict(place) for place in range(1, len(figures)))


def _difference(value: Figure, base: Figure) -> Figure:
    known = isinstance(value, int | float) and isinstance(base, int | float)
    return value - base if known else None  # type: ignore[operator]  # both are numbers


def _pay(plan: Plan, one: RepFigures | None) -> Figure:
    return None if one is None or one.pay is None else money_number(plan, one.pay)


BRIDGE = ("last_year", "growth", "basis", "ramp", "limits", "override", "rounding", "quota")


def bridge_sheet(plans: Sequence[Plan], names: Sequence[str]) -> Sheet:
    """Return each rep's way from last year's quota to this one, in every plan."""
    heads = (
        *("own quota last year", "accounts that came and went", "last year of this book"),
        *("growth of the company", "share of the book", "ramp and months in seat"),
        *("limits", "by hand", "rounding", "quota"),
    )
    rows = [
        (
            names[place],
            one.rep_id,
            people.get(one.rep_id, one.rep_id),
            one.component,
            *_own_last(plan, one, own.get(one.rep_id), totals.get(one.rep_id, 0)),
            *(money_number(plan, getattr(one, step)) for step in BRIDGE),
        )
        for place, plan in enumerate(plans)
        for people in [{rep.rep_id: rep.name for rep in plan.data.reps}]
        for own in [last_quotas(plan)]
        for totals in [plan.quotas.by_person("rep") if plan.quotas else {}]
        for one in (plan.assessment.bridge if plan.assessment else ())
    ]
    columns = (
        *((head, "text") for head in ("Plan", "Rep", "Name", "Part")),
        *((head.capitalize(), "money") for head in heads),
    )
    note = (
        "Every row adds up: own quota last year (of a full year) and the accounts that came and went "
        "are last year's figure of this book, and that with all steps is the quota. What is not "
        "known or not comparable is empty or 0."
    )
    return Sheet(
        name="bridge",
        title="From last year to this quota",
        columns=columns,
        rows=tuple(rows),
        note=note,
    )


def _own_last(plan: Plan, one: QuotaBridge, own: int | None, total: int) -> tuple[Figure, Figure]:
    """Return a person's own last quota and what other accounts add, by component as the quota."""
    if own is None or not one.last_year or total <= 0:
        return None, None
    mine = round(own * one.quota / total)
    return money_number(plan, mine), money_number(plan, one.last_year - mine)


def fairness_sheet(plans: Sequence[Plan], names: Sequence[str]) -> Sheet:
    """Return each fairness test's light in every plan."""
    found: dict[tuple[str, str], list[Figure]] = {}
    for place, plan in enumerate(plans):
        for test in fairness_tests(plan):
            key = (fairness_title(test), evidence_words(test))
            found.setdefault(key, [None] * len(plans))[place] = LIGHTS[test.light]
    columns = (("Test", "text"), ("On", "text"), *((name, "text") for name in names))
    rows = tuple((title, on, *lights) for (title, on), lights in found.items())
    return Sheet(name="fairness", title="Fairness", columns=columns, rows=rows)


def months_sheet(plans: Sequence[Plan], names: Sequence[str]) -> Sheet:
    """Return goal, quotas and capacity of each month in every plan."""
    found = [monthly_capacity(plan) for plan in plans]
    columns: list[tuple[str, str]] = [("Month", "text")]
    for name in names:
        columns += [(f"{name}: {what}", "money") for what in ("goal", "quotas", "capacity")]
    starts = sorted({start for one in found for start in one.starts})
    rows = []
    for start in starts:
        row: list[Figure] = [start.isoformat()]
        for plan, one in zip(plans, found, strict=True):
            at = one.starts.index(start) if start in one.starts else None
            row += [
                None if at is None else money_number(plan, round(float(figures[at])))
                for figures in (one.goal, one.quotas, one.capacity)
            ]
        rows.append(tuple(row))
    note = (
        "Capacity is the potential of the books by season, as far as somebody serves them: ramp, "
        "absence, open seats and hours beyond what a seat has take off what nobody serves."
    )
    return Sheet(
        name="months",
        title="Capacity by month",
        columns=tuple(columns),
        rows=tuple(rows),
        note=note,
    )


def control_sheet(plans: Sequence[Plan], names: Sequence[str]) -> Sheet:
    """Return the control totals of every plan."""
    columns: list[tuple[str, str]] = [("Total", "text")]
    for name in names:
        columns += [(f"{name}: {what}", "number") for what in ("read", "left out", "planned")]
        columns.append((f"{name}: ledger", "text"))
    totals = dict.fromkeys(total.name for plan in plans for total in plan.control)
    rows = tuple(
        (name, *(cell for plan in plans for cell in _control_cells(plan, name))) for name in totals
    )
    return Sheet(name="control", title="Control totals", columns=tuple(columns), rows=rows)


def _control_cells(plan: Plan, name: str) -> tuple[Figure, ...]:
    for total in plan.control:
        if total.name == name:
            amounts = (total.read, total.excluded, total.planned)
            cells = [money_number(plan, a) if total.money else a for a in amounts]
            ledger = total.ledger
            agrees = "" if ledger is None else "agrees" if ledger == total.read else "differs"
            return (*cells, agrees)
    return (None, None, None, None)


def sheets_document(sheets: Sequence[Sheet]) -> dict[str, Any]:
    """Return the tables by name, for JSON."""
    return {sheet.name: sheet.as_rows() for sheet in sheets}
