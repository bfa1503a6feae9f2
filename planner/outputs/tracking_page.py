"""The year against the plan as a page, for a file and for the review application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.inputs.money import Currency
from planner.outputs.plain_page import Page, Section
from planner.outputs.plan import Plan
from planner.outputs.report_tables import (
    Cell,
    PageTable,
    head_cells,
    name_cell,
    number_cell,
    rep_names,
    word_cell,
)
from planner.outputs.tracking_document import tracking_sentences
from planner.outputs.wording import Headline, full_money, percent, short_money
from planner.tracking.contests import Board, Place
from planner.tracking.drift import Signal
from planner.tracking.following import Progress, Tracking

if TYPE_CHECKING:
    from planner.potential.standing import Standing

MOST_LINES, MOST_SIGNALS, MOST_STALE = 200, 20, 20
LEVELS = {"company": "Company", "manager": "Team", "rep": "Rep"}
HEADS = (
    *("Level", "ID", "Name", "Quota", "Due by now", "Booked", "Of due", "Lands at", "From", "To"),
    *("Chance", "Territory", "Performance", "Coverage", "Needed", "Behind by"),
)


def tracking_page(plan: Plan, tracking: Tracking, standing: Standing) -> Page:
    """Return the page of a year against its plan.

    Parameters
    ----------
    plan, tracking, standing
        The plan, the year so far, and the score cards on the same day.
    """
    alarms = [s for s in tracking.signals if s.alarm]
    return Page(
        name=f"{plan.provenance.name}: the year up to {tracking.as_of}",
        lead="Bookings and pipeline against the seasonal quota, and whether the plan still holds.",
        cards=_cards(plan, tracking),
        sentences=tracking_sentences(plan, tracking, standing),
        alarms=tuple(_word_signal(s) for s in alarms[:MOST_SIGNALS]),
        alarm_title="The plan no longer holds:",
        sections=(
            Section(
                title="Against the quota",
                words=f"Amounts in {plan.data.currency.code}. Territory is the share of potential over the share of quota: below 1 it has "
                "too little to give. Performance is bookings over potential to date, at the "
                "company's own pace.",
                table=progress_table(plan, tracking),
            ),
            *(
                Section(title=b.name, words=b.rules, table=board_table(plan, b))
                for b in tracking.boards
            ),
            Section(
                title="Control limits",
                words=f"{len(tracking.signals)} checks share a false-alarm rate of "
                f"{percent(tracking.false_alarms)}: so often a plan that holds is reported.",
                table=signal_table(tracking),
            ),
            *_stale(standing),
            Section(title="Score cards", table=card_table(plan, standing)),
        ),
        footer=f"The intervals rest on {tracking.spread.trials} past moments at which the same "
        "forecast could have been made, and on a stated prior where there are few.",
    )


def _cards(plan: Plan, tracking: Tracking) -> tuple[Headline, ...]:
    company, money = tracking.line("company"), plan.data.currency
    if company is None:
        return ()
    return (
        Headline(
            label="Booked",
            value=short_money(money, company.booked),
            note=f"{percent(company.attainment or 0.0)} of what is due",
        ),
        Headline(
            label="Lands at",
            value=short_money(money, company.landing),
            note=f"{short_money(money, company.low)} to {short_money(money, company.high)}",
        ),
        Headline(
            label="Goal",
            value=short_money(money, company.quota),
            note=f"reached in {percent(company.chance)} of cases",
        ),
        Headline(
            label="Plan",
            value="inside its limits" if tracking.remedy.kind == "none" else "has drifted",
            note=f"{sum(s.alarm for s in tracking.signals)} of {len(tracking.signals)} limits crossed",
        ),
    )


def progress_rows(plan: Plan, tracking: Tracking) -> list[tuple[str, ...]]:
    """Return the year against the quota as rows of words, for a page or a terminal."""
    names = rep_names(plan) | {"company": "Company"}
    return [
        (
            LEVELS[line.level],
            line.rep_id,
            names.get(line.rep_id, line.rep_id),
            *_figures(plan.data.currency, line),
            line.verdict,
        )
        for line in tracking.lines
    ]


def terminal_rows(plan: Plan, tracking: Tracking) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the heads and rows of the year against the quota, narrow enough for a terminal."""
    chosen = [0, 1, *range(3, 11), 13, 14, 15]
    code = f"{plan.data.currency.code} "
    rows = [
        tuple(row[at].replace(code, "") for at in chosen) for row in progress_rows(plan, tracking)
    ]
    return tuple(HEADS[at] for at in chosen), rows


def _figures(money: Currency, line: Progress) -> tuple[str, ...]:
    amounts = (line.landing, line.low, line.high)
    return (
        *(short_money(money, v) for v in (line.quota, line.to_date, line.booked)),
        "" if line.attainment is None else percent(line.attainment),
        *(short_money(money, v) for v in amounts),
        percent(line.chance),
        *("" if v is None else f"{v:.2f}" for v in (line.territory, line.performance)),
        *("" if v is None else f"{v:.1f}" for v in (line.coverage, line.needed)),
    )


def progress_table(plan: Plan, tracking: Tracking) -> PageTable:
    """Return the year against the quota by company, team and rep."""
    code = f"{plan.data.currency.code} "
    rows = [tuple(cell.replace(code, "") for cell in row) for row in progress_rows(plan, tracking)]
    cells = tuple(
        (
            word_cell(row[0]),
            word_cell(row[1], "id"),
            name_cell(row[2]),
            *(number_cell(cell) for cell in row[3:-1]),
            word_cell(row[-1], "out" if row[-1] not in {"", "chance"} else ""),
        )
        for row in rows[:MOST_LINES]
    )
    heads = (*head_cells(*HEADS[:-1], text=3), word_cell(HEADS[-1]))
    note = f"The first {MOST_LINES} of {len(rows):,} rows." if len(rows) > MOST_LINES else ""
    return PageTable(heads=heads, rows=cells, note=note)


def word_amount(plan: Plan, board: Board, one: Place) -> str:
    """Return what somebody has reached in a contest, in its own unit."""
    if board.of == "bookings":
        return full_money(plan.data.currency, round(one.amount))
    return f"{one.amount:,.0f}"


def board_table(plan: Plan, board: Board) -> PageTable:
    """Return a contest as it stands."""
    names = rep_names(plan)
    rows = tuple(
        (
            number_cell(str(one.place) if one.place else ""),
            word_cell(one.rep_id, "id"),
            name_cell(names.get(one.rep_id, one.rep_id)),
            number_cell(word_amount(plan, board, one)),
            word_cell(one.reached.isoformat() if one.reached else ""),
            word_cell("wins" if one.wins else one.why_not, "green" if one.wins else ""),
        )
        for one in board.standings[:MOST_LINES]
    )
    heads = tuple(
        Cell(words=words, kind="n" if words in {"Place", "Reached"} else "")
        for words in ("Place", "ID", "Name", "Reached", "On", "")
    )
    return PageTable(heads=heads, rows=rows)


def signal_table(tracking: Tracking) -> PageTable:
    """Return the control limits, alarms first."""
    rows = tuple(
        (
            word_cell(signal.check.capitalize()),
            word_cell(signal.subject, "id"),
            number_cell(f"{signal.value:.2f}"),
            number_cell(f"{signal.low:.2f}"),
            number_cell(f"{signal.high:.2f}"),
            word_cell("outside" if signal.alarm else "", "out" if signal.alarm else ""),
        )
        for signal in tracking.signals[:MOST_SIGNALS]
    )
    heads = (*head_cells("Check", "Territory", "Figure", "From", "To", text=2), word_cell(""))
    more = len(tracking.signals) - MOST_SIGNALS
    return PageTable(heads=heads, rows=rows, note=f"{more} more are inside." if more > 0 else "")


def _word_signal(signal: Signal) -> str:
    what = f"{signal.check} of {signal.subject}" + (
        f" ({signal.measure})" if signal.measure else ""
    )
    return f"{what[:1].upper()}{what[1:]}: {signal.value:.2f}, by chance {signal.low:.2f} to {signal.high:.2f}."


def _stale(standing: Standing) -> list[Section]:
    found = [one for one in standing.findings if one.code == "pipeline.stale"]
    rows = tuple((word_cell(one.subject or "", "id"), word_cell(one.message)) for one in found)
    table = PageTable(heads=head_cells("Deal", "Why", text=2), rows=rows[:MOST_STALE])
    return [Section(title="Stale deals", table=table)] if rows else []


def card_table(plan: Plan, standing: Standing) -> PageTable:
    """Return every figure of the score cards that has a goal, and the company's."""
    scale, code = plan.data.currency.scale, plan.data.currency.code
    shown = [
        (card, metric)
        for card in standing.performance.cards
        for metric in card.metrics
        if metric.goal is not None or card.level == "company"
    ]

    def words(unit: str, value: float | None) -> str:
        if value is None:
            return ""
        if unit == "money":
            return f"{code} {value / scale:,.0f}"
        return percent(value, 1) if unit == "share" else f"{value:,.2f}"

    rows = tuple(
        (
            word_cell(card.level),
            word_cell(card.subject, "id"),
            word_cell(metric.name),
            *(
                number_cell(words(metric.unit, v))
                for v in (metric.value, metric.benchmark, metric.goal)
            ),
        )
        for card, metric in shown[:MOST_LINES]
    )
    heads = head_cells("Level", "Who", "Figure", "Is", "Benchmark", "Goal", text=3)
    return PageTable(heads=heads, rows=rows)
