"""The page of one territory, which a manager can hand out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.outputs.pdf.figures import (
    Facts,
    Listed,
    gained_accounts,
    lost_accounts,
    names_of,
    top_accounts,
    warnings_of,
)
from planner.outputs.pdf.measures_part import draw_measures
from planner.outputs.pdf.picture import (
    MARKS,
    OTHERS,
    Background,
    Frame,
    Picture,
    draw_home,
    frame_around,
)
from planner.outputs.pdf.sheet import MM, ROW, Cells, Sheet
from planner.outputs.plan import Floats, Plan
from planner.outputs.polygons import Areas
from planner.outputs.svg import LINE, MUTED, PLAN
from planner.outputs.wording import full_money, percent, short_money

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

MAP_HEIGHT = 78 * MM
MAP_SHARE = 0.56
MOST_CITIES, MOST_LABELS = 7, 16


def draw_territory(
    sheet: Sheet, facts: Facts, areas: Areas, background: Background, territory: int
) -> None:
    """Fill a page: title, figures, map, measures, the quota's months, accounts, warnings."""
    _title(sheet, facts, territory)
    _headlines(sheet, facts, territory)
    top = sheet.y
    _map(sheet, facts, areas, background, territory)
    bottom = sheet.y
    sheet.y = top
    draw_measures(sheet, facts, territory, sheet.left + sheet.breadth * (MAP_SHARE + 0.04))
    sheet.y = min(bottom, sheet.y)
    _quota_months(sheet, facts, territory)
    _accounts(sheet, facts, territory)
    _warnings(sheet, warnings_of(facts, territory))


def _title(sheet: Sheet, facts: Facts, territory: int) -> None:
    plan = facts.plan
    name, rep_id = plan.territory_ids[territory], plan.seats.rep_ids[territory]
    rep = next((one for one in plan.data.reps if one.rep_id == rep_id), None)
    holder = facts.people.get(rep_id, rep_id) or "not held yet"
    sheet.y -= 12
    title = holder if name == rep_id else f"{name} · {holder}"
    sheet.text(title, sheet.left, sheet.y, size=17, bold=True, width=sheet.breadth)
    boss = facts.people.get(rep.manager_id or "", "") if rep else ""
    parts = [
        rep.role if rep else "",
        plan.peer_groups[territory],
        f"reports to {boss}" if boss else "",
    ]
    sheet.y -= 15
    words = " · ".join(dict.fromkeys(part for part in parts if part))
    sheet.text(words, sheet.left, sheet.y, size=9, colour=MUTED, width=sheet.breadth)


def _headlines(sheet: Sheet, facts: Facts, territory: int) -> None:
    """Write the figures that a rep looks for first, side by side."""
    plan = facts.plan
    rep_id = plan.seats.rep_ids[territory]
    quota, before = facts.quota.get(rep_id), facts.last_year.get(rep_id)
    change = f"last year {short_money(plan.data.currency, before)}" if before else ""
    count = int((plan.territory_of_account == territory).sum())
    chance = facts.chance.get(rep_id)
    items = [
        ("Quota", "–" if quota is None else short_money(plan.data.currency, quota), change),
        ("Chance to reach it", "–" if chance is None else percent(chance), "of simulated years"),
        ("Accounts", f"{count:,}", f"+{facts.gained[territory]:,}  −{facts.lost[territory]:,}"),
        ("Travel", _hours(float(plan.travel[territory])), _travel_today(plan, territory)),
    ]
    sheet.y -= 20
    width = sheet.breadth / len(items)
    for at, (label, value, note) in enumerate(items):
        x = sheet.left + at * width
        sheet.text(label, x, sheet.y, size=7.5, colour=MUTED, width=width - 6)
        sheet.text(value, x, sheet.y - 16, size=14, bold=True, width=width - 6)
        sheet.text(note, x, sheet.y - 27, size=7.5, colour=MUTED, width=width - 6)
    sheet.y -= 38


def _hours(hours: float) -> str:
    return f"{hours:,.0f} h" if np.isfinite(hours) else "–"


def _travel_today(plan: Plan, territory: int) -> str:
    hours = float(plan.travel_today[territory])
    return f"a year; today {hours:,.0f} h" if np.isfinite(hours) else "not counted"


def _map(sheet: Sheet, facts: Facts, areas: Areas, background: Background, territory: int) -> None:
    plan = facts.plan
    width = sheet.breadth * MAP_SHARE
    box = (sheet.left, sheet.y - MAP_HEIGHT, width, MAP_HEIGHT)
    points = plan.data.accounts[["longitude", "latitude"]].to_numpy(np.float64, na_value=np.nan)
    placed = np.isfinite(points).all(axis=1)
    now, before = plan.territory_of_account == territory, plan.today.seat_of_account == territory
    shown = points[placed & (now | before)]
    home = plan.seats.homes[territory]
    if np.isfinite(home).all():
        shown = np.vstack([shown, home[None, ::-1]])
    if not len(shown):
        sheet.text(
            "No account of this territory has a place.", box[0] + 8, box[1] + 8, colour=MUTED
        )
        sheet.y = box[1]
        return
    frame = frame_around(_with_area(shown, areas.shapes[territory]), box)
    picture = Picture(sheet, frame)
    picture.begin()
    picture.background(background)
    _areas(picture, areas, territory)
    for mark, rows in (("goes", before & ~now), ("stays", before & now), ("comes", now & ~before)):
        picture.dots(points[placed & rows], mark)
    picture.home(home)
    picture.cities(background.cities, MOST_CITIES)
    picture.scale_bar()
    picture.end()
    _legend(sheet, frame)
    sheet.y = box[1] - 12


def _with_area(points: Floats, shape: BaseGeometry | None) -> Floats:
    import shapely

    if shape is None:
        return points
    return np.vstack([points, shapely.get_coordinates(shape)])


def _areas(picture: Picture, areas: Areas, territory: int) -> None:
    group = areas.groups[territory]
    for other, shape in enumerate(areas.shapes):
        if shape is not None and other != territory and areas.groups[other] == group:
            picture.area(shape, OTHERS)
    own = areas.shapes[territory]
    if own is not None:
        picture.area(own, "#9cc9e6", opacity=0.75)


def _legend(sheet: Sheet, frame: Frame) -> None:
    x, y = frame.left + 3, frame.bottom - 9
    for mark, words in (("stays", "stays"), ("comes", "comes"), ("goes", "goes")):
        MARKS[mark](sheet.canvas, x, y + 2)
        sheet.text(words, x + 6, y, size=7, colour=MUTED)
        x += 42
    draw_home(sheet.canvas, x, y + 2)
    sheet.text("home", x + 6, y, size=7, colour=MUTED)


def _quota_months(sheet: Sheet, facts: Facts, territory: int) -> None:
    plan = facts.plan
    months = facts.months[plan.territory_ids[territory]]
    if not any(months.values()):
        return
    quota = facts.quota.get(plan.seats.rep_ids[territory], sum(months.values()))
    sheet.heading(f"Quota by month: {full_money(plan.data.currency, quota)}")
    width, tallest = sheet.breadth / len(months), max(months.values()) or 1
    base, step = sheet.y - 30, -(-len(months) // MOST_LABELS)
    for at, (start, amount) in enumerate(months.items()):
        x = sheet.left + at * width
        height = 24 * max(amount, 0) / tallest
        sheet.canvas.setFillColor(PLAN)
        sheet.canvas.rect(x + 2, base, width - 6, height, stroke=0, fill=1)
        middle = x + width / 2 - 1
        label = short_money(plan.data.currency, amount).split(" ")[1]
        if at % step:
            continue
        sheet.text(label, middle, base + height + 2, size=6, align="centre")
        sheet.text(
            f"{start:%b}" if start.day == 1 else f"{start:%d %b}",
            middle,
            base - 8,
            size=6,
            colour=MUTED,
            align="centre",
        )
    sheet.rule(sheet.left, sheet.right, base)
    sheet.y = base - 8


def _accounts(sheet: Sheet, facts: Facts, territory: int) -> None:
    """List who comes and who goes side by side, and the largest accounts below."""
    gap = 12.0
    half = (sheet.breadth - gap) / 2
    came, gone = gained_accounts(facts, territory), lost_accounts(facts, territory)
    sheet.heading(f"Accounts that come ({came.total:,}) and go ({gone.total:,})")
    top = sheet.y
    from_whom, to_whom = names_of(facts, today=True), names_of(facts, today=False)
    ends = (
        _moves(sheet, facts, came, ("From", from_whom), sheet.left, half, top),
        _moves(sheet, facts, gone, ("To", to_whom), sheet.left + half + gap, half, top),
    )
    sheet.y = min(ends)
    largest = top_accounts(facts, territory)
    if not largest.rows:
        return
    sheet.heading("Largest accounts by potential")
    sheet.y = sheet.table(_largest_columns(facts, largest), sheet.left, sheet.breadth, sheet.y)


def _moves(
    sheet: Sheet,
    facts: Facts,
    listed: Listed,
    whom: tuple[str, object],
    left: float,
    width: float,
    top: float,
) -> float:
    if not listed.rows:
        sheet.text("None.", left, top, size=8, colour=MUTED)
        return top - ROW
    head, name = whom
    assert callable(name)
    plan = facts.plan
    money = plan.data.currency
    columns = (
        Cells(head="Account", values=[facts.accounts[row] for row in listed.rows], width=0.44),
        Cells(head=head, values=[name(row) for row in listed.rows], width=0.3),
        Cells(
            head="Revenue",
            values=[short_money(money, int(plan.potential.trailing[row])) for row in listed.rows],
            width=0.26,
            right=True,
        ),
    )
    end = sheet.table(columns, left, width, top)
    more = listed.total - len(listed.rows)
    if more:
        sheet.text(f"and {more:,} more in the workbook", left, end, size=6.5, colour=MUTED)
        end -= ROW
    return end


def _largest_columns(facts: Facts, listed: Listed) -> tuple[Cells, ...]:
    plan = facts.plan
    money, potential = plan.data.currency, plan.potential
    given = plan.data.accounts.get("city")
    cities = ["" if given is None else given.iloc[row] for row in listed.rows]
    today = names_of(facts, today=True)
    return (
        Cells(head="Account", values=[facts.accounts[row] for row in listed.rows], width=0.34),
        Cells(
            head="City", values=[one if isinstance(one, str) else "" for one in cities], width=0.16
        ),
        Cells(head="Owner today", values=[today(row) for row in listed.rows], width=0.18),
        Cells(
            head="Potential",
            values=[short_money(money, int(potential.expected[row])) for row in listed.rows],
            width=0.11,
            right=True,
        ),
        Cells(
            head="Revenue",
            values=[short_money(money, int(potential.trailing[row])) for row in listed.rows],
            width=0.11,
            right=True,
        ),
        Cells(
            head="Open deals",
            values=[short_money(money, int(potential.pipeline[row])) for row in listed.rows],
            width=0.1,
            right=True,
        ),
    )


def _warnings(sheet: Sheet, sentences: list[str]) -> None:
    if not sentences:
        return
    sheet.heading("To look at")
    for sentence in sentences:
        if sheet.y < sheet.left + 14:
            return
        sheet.text(f"• {sentence}", sheet.left, sheet.y, size=8, width=sheet.breadth)
        sheet.y -= 11
    sheet.canvas.setStrokeColor(LINE)
