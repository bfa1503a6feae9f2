"""The year so far as far as one person may see it, as a page and as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from planner.outputs.plain_page import Page, Section
from planner.outputs.plan import Plan
from planner.outputs.report_tables import PageTable, head_cells, number_cell, word_cell
from planner.outputs.tracking_document import tracking_document
from planner.outputs.tracking_page import tracking_page
from planner.outputs.wording import Headline, percent, short_money
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.views.years import StaleDeal, Year
from planner.review.visibility import (
    COMPANY,
    Sight,
    may_see_attainment,
    sees_whole_plan,
    sight_of,
)
from planner.tracking.following import Progress, Tracking

if TYPE_CHECKING:
    from planner.potential.standing import Standing

MOST_STALE = 20
# What the page's figures say, by their heads.
MEANINGS = {
    "Quota": "Owed over the whole plan",
    "Due by now": "What of the quota is due up to this day, as the seasons go",
    "Booked": "Credited up to this day",
    "Of due": "Booked over what is due by now",
    "Lands at": "Where the year ends if it goes on like this",
    "From": "The landing, or a figure, lies above this in all but few cases",
    "To": "The landing, or a figure, lies below this in all but few cases",
    "Chance": "How likely the quota is reached",
    "Territory": "Share of the company's potential over share of its quota: below 1 the territory has too little to give",
    "Performance": "Bookings over the potential to date, at the company's own pace",
    "Coverage": "Open pipeline over what is still to close",
    "Needed": "How much coverage is needed at the win rates so far",
    "Behind by": "Why somebody is behind: the territory, the performance, or chance",
    "Figure": "What was found",
    "Benchmark": "What the same role has here",
    "Goal": "What was asked for",
    "Amount": "At face",
    "Silent since": "Its last activity",
    "Place": "Equal results may share a place",
}


def narrow_year(opened: OpenPlan, person: Person, year: Year) -> Year:
    """Return what a person may see of a year.

    Parameters
    ----------
    opened
        The plan.
    person
        Who looks: a manager sees his subtree, a rep himself, read-only users the company alone.
    year
        The whole.
    """
    if sees_whole_plan(person) and person.role != "read-only":
        return year
    sight = sight_of(opened, person)
    stale = () if person.role == "read-only" else _own_deals(sight, year.stale)
    return Year(
        tracking=_narrow_tracking(opened, person, sight, year.tracking),
        standing=_narrow_standing(opened, person, year.standing, stale),
        stale=stale,
    )


def _narrow_tracking(
    opened: OpenPlan, person: Person, sight: Sight, tracking: Tracking
) -> Tracking:
    company = may_see_attainment(opened, person, COMPANY)
    own = frozenset() if person.role == "read-only" else sight.territories
    boards = (
        replace(board, standings=tuple(one for one in board.standings if one.rep_id in sight.reps))
        for board in tracking.boards
        if person.role != "read-only"
    )
    return replace(
        tracking,
        lines=tuple(
            line for line in tracking.lines if may_see_attainment(opened, person, line.rep_id)
        ),
        signals=tuple(
            one
            for one in tracking.signals
            if (one.subject == COMPANY and company) or one.subject in own
        ),
        # What operations would have to do names everybody's territories.
        remedy=replace(tracking.remedy, words="", accounts=0, account_share=0.0),
        boards=tuple(board for board in boards if board.standings),
    )


def _narrow_standing(
    opened: OpenPlan, person: Person, standing: Standing, stale: tuple[StaleDeal, ...]
) -> Standing:
    names, pipeline = {deal.opportunity_id for deal in stale}, standing.pipeline
    cards = tuple(
        card
        for card in standing.performance.cards
        if may_see_attainment(opened, person, card.subject)
    )
    return replace(
        standing,
        performance=replace(standing.performance, cards=cards),
        pipeline=pipeline
        and replace(pipeline, stale=tuple(name for name in pipeline.stale if name in names)),
    )


def _own_deals(sight: Sight, deals: tuple[StaleDeal, ...]) -> tuple[StaleDeal, ...]:
    return tuple(deal for deal in deals if sight.sees_account(deal.account_id))


def page_year(opened: OpenPlan, person: Person, year: Year) -> Page:
    """Return the page of a year, ready for a template.

    Parameters
    ----------
    opened, person, year
        As for :func:`narrow_year`, which is applied here.
    """
    seen, plan = narrow_year(opened, person, year), opened.plan
    # Silent deals are told from the table of them, so that each sees his own.
    told = replace(seen.standing, findings=())
    page = tracking_page(plan, seen.tracking, told)
    own = seen.tracking.line("company") or _own_line(seen, person)
    sections = (*page.sections, *_stale_section(opened, seen.stale))
    return replace(
        page,
        cards=page.cards or tuple(_own_cards(plan, own)),
        sentences=tuple(sentence for sentence in page.sentences if sentence),
        sections=tuple(one for one in sections if one.table and one.table.rows),
    )


def _own_line(year: Year, person: Person) -> Progress | None:
    wanted = "manager" if person.role == "manager" else "rep"
    return next(
        (one for one in year.tracking.lines if (one.level, one.rep_id) == (wanted, person.rep_id)),
        None,
    )


def _own_cards(plan: Plan, line: Progress | None) -> Iterator[Headline]:
    if line is None:
        return
    money = plan.data.currency
    yield Headline(
        label="Booked",
        value=short_money(money, line.booked),
        note="" if line.attainment is None else f"{percent(line.attainment)} of what is due",
    )
    yield Headline(
        label="Lands at",
        value=short_money(money, line.landing),
        note=f"{short_money(money, line.low)} to {short_money(money, line.high)}",
    )
    yield Headline(
        label="Quota",
        value=short_money(money, line.quota),
        note=f"reached in {percent(line.chance)} of cases",
    )


def _stale_section(opened: OpenPlan, deals: tuple[StaleDeal, ...]) -> Iterator[Section]:
    money = opened.plan.data.currency
    rows = tuple(
        (
            word_cell(deal.opportunity_id, "id"),
            word_cell(opened.name_of(deal.account_id)),
            word_cell(deal.rep_id, "id"),
            word_cell(deal.stage),
            number_cell(short_money(money, deal.amount)),
            word_cell(deal.silent_since),
        )
        for deal in deals[:MOST_STALE]
    )
    heads = (
        *head_cells("Deal", "Account", "Rep", "Stage", "Amount", text=4),
        word_cell("Silent since"),
    )
    more = len(deals) - MOST_STALE
    note = f"{more:,} more are stale." if more > 0 else ""
    yield Section(
        title="Stale deals",
        words="Open deals that have been silent for longer than is usual in their stage: close "
        "them or move them on, so that coverage tells the truth.",
        table=PageTable(heads=heads, rows=rows, note=note),
    )


def describe_year(opened: OpenPlan, person: Person, year: Year) -> dict[str, Any]:
    """Return the same as plain values; money in units of the plan currency.

    Parameters
    ----------
    opened, person, year
        As for :func:`narrow_year`, which is applied here.
    """
    seen = narrow_year(opened, person, year)
    return tracking_document(opened.plan, seen.tracking, seen.standing)
