"""The first pages: what the plan is, how good it is, and every territory on one map and in one table."""

from __future__ import annotations

import numpy as np

from planner.outputs.maps.colours import PALETTE, colour_territories
from planner.outputs.maps.overview import plan_overview
from planner.outputs.pdf.figures import Facts
from planner.outputs.pdf.picture import Background, Picture, frame_around
from planner.outputs.pdf.sheet import MM, ROW, Cells, Sheet
from planner.outputs.plan import Plan
from planner.outputs.polygons import Areas
from planner.outputs.svg import MUTED
from planner.outputs.tables import deviations
from planner.outputs.wording import (
    headlines,
    measure_title,
    percent,
    sentences,
    short_money,
    title_sentence,
)

MAP_HEIGHT = 120 * MM
MOST_CITIES = 14
MOST_MEASURES = 3


def draw_summary(sheet: Sheet, facts: Facts, areas: Areas, background: Background) -> None:
    """Write the plan's name, its figures and its story, and draw all territories."""
    plan = facts.plan
    sheet.y -= 14
    sheet.text(plan.provenance.name, sheet.left, sheet.y, size=20, bold=True, width=sheet.breadth)
    sheet.y -= 16
    sheet.paragraph(title_sentence(plan), colour=MUTED)
    _figures(sheet, plan)
    for sentence in sentences(plan):
        sheet.paragraph(sentence)
        sheet.y -= 2
    if facts.replaced:
        sheet.paragraph(_replaced_words(facts.replaced), colour=MUTED)
    _overview(sheet, plan, areas, background)


def _replaced_words(count: int) -> str:
    what = "name is" if count == 1 else "names are"
    return (
        f"{count:,} {what} given by id: this report's font does not show Chinese, Japanese, Korean "
        "and scripts that run from the right or join their letters. The workbook and the HTML "
        "report show every name."
    )


def _figures(sheet: Sheet, plan: Plan) -> None:
    items = headlines(plan)[:6]
    width = sheet.breadth / 3
    sheet.y -= 12
    for at, item in enumerate(items):
        x, y = sheet.left + at % 3 * width, sheet.y - at // 3 * 44
        sheet.text(item.label, x, y, size=7.5, colour=MUTED, width=width - 8)
        sheet.text(item.value, x, y - 17, size=15, bold=True, width=width - 8)
        sheet.text(item.note, x, y - 28, size=7.5, colour=MUTED, width=width - 8)
    sheet.y -= 44 * -(-len(items) // 3) + 4


def _overview(sheet: Sheet, plan: Plan, areas: Areas, background: Background) -> None:
    view = plan_overview(plan, areas)
    if not len(view.points) or sheet.y < sheet.left + 40 * MM:
        return
    height = min(MAP_HEIGHT, sheet.y - sheet.left - 24)
    box = (sheet.left, sheet.y - height - 6, sheet.breadth, height)
    colours = colour_territories(areas.shapes, plan.seats.homes, plan.peer_groups)
    picture = Picture(sheet, frame_around(view.points[view.framed], box))
    picture.begin()
    picture.background(background)
    for shape, colour, shown in zip(areas.shapes, colours, view.shown.tolist(), strict=True):
        if shape is not None and shown:
            picture.area(shape, PALETTE[colour], opacity=0.45)
    picture.dots(view.points, "stays")
    for home in plan.seats.homes:
        picture.home(home)
    picture.cities(background.cities, MOST_CITIES)
    picture.scale_bar()
    picture.end()
    inside = picture.frame.holds(picture.frame.place(view.points))
    outside = int((~inside).sum())
    words = f"{view.words} {outside:,} accounts lie outside the picture." if outside else view.words
    sheet.y = box[1] - 10
    sheet.paragraph(words, size=7, colour=MUTED)


def draw_list(sheet: Sheet, facts: Facts, first: int) -> int:
    """Write as many territories as the page holds; return the first that it does not."""
    plan = facts.plan
    fitting = int((sheet.y - sheet.left - 40) // ROW)
    rows = list(range(first, min(first + fitting, len(plan.territory_ids))))
    sheet.heading("Territories" if not first else "Territories, continued")
    columns = (*_who(facts, rows), *_balance(plan, rows), *_figures_of(facts, rows))
    sheet.y = sheet.table(columns, sheet.left, sheet.breadth, sheet.y)
    return rows[-1] + 1 if rows else len(plan.territory_ids)


def _who(facts: Facts, rows: list[int]) -> tuple[Cells, ...]:
    seats, plan = facts.plan.seats.rep_ids, facts.plan
    counts = plan.territory_of_account[plan.territory_of_account >= 0]
    sizes = np.bincount(counts, minlength=len(plan.territory_ids))
    return (
        Cells(head="Territory", values=[plan.territory_ids[at] for at in rows], width=0.11),
        Cells(
            head="Held by",
            values=[facts.people.get(seats[at], seats[at]) or "not held yet" for at in rows],
            width=0.19,
        ),
        Cells(head="Accounts", values=[f"{sizes[at]:,}" for at in rows], width=0.08, right=True),
    )


def _balance(plan: Plan, rows: list[int]) -> tuple[Cells, ...]:
    found = []
    for name, measure in list(plan.alignment.measures.items())[:MOST_MEASURES]:
        off = deviations(measure.proposed, measure.target)
        words = [f"{100 * off[at]:+.1f}%" if np.isfinite(off[at]) else "–" for at in rows]
        found.append(Cells(head=measure_title(name), values=words, width=0.12, right=True))
    return tuple(found)


def _figures_of(facts: Facts, rows: list[int]) -> tuple[Cells, ...]:
    seats, money = facts.plan.seats.rep_ids, facts.plan.data.currency
    quota = [
        short_money(money, facts.quota[seats[at]]) if seats[at] in facts.quota else "–"
        for at in rows
    ]
    chance = [percent(facts.chance[seats[at]]) if seats[at] in facts.chance else "–" for at in rows]
    moves = [f"+{facts.gained[at]:,} −{facts.lost[at]:,}" for at in rows]
    return (
        Cells(head="Come, go", values=moves, width=0.1, right=True),
        Cells(head="Quota", values=quota, width=0.1, right=True),
        Cells(head="Chance", values=chance, width=0.09, right=True),
    )
