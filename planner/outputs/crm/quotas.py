"""Quotas as CRMs take them: one amount for each person and forecasting period."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from planner.inputs.money import currency
from planner.outputs.crm.names import clean_name
from planner.outputs.parameters import QuotaPeriod
from planner.outputs.plan import Plan
from planner.quotas.result import QuotaLine

MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What one person owes in one forecasting period.

    Parameters
    ----------
    rep_id, territory_id
        Whose; the territory is empty for a manager.
    depth
        Levels below the company.
    parent_id
        Whom it rolls up to, empty for the company's own line.
    start, end
        First day, and the first day after.
    text, currency
        The exact amount in the person's own currency, and its code.
    plan_text
        The same in the plan currency.
    counted
        Whether it is a count, such as leads: both texts are then whole numbers, and there is no
        currency.
    """

    rep_id: str
    territory_id: str
    depth: int
    parent_id: str
    start: date
    end: date
    text: str
    currency: str
    plan_text: str
    counted: bool = False


def plan_amounts(
    plan: Plan,
    period: QuotaPeriod,
    *,
    components: Collection[str] | None = None,
    by_territory: bool = False,
) -> list[Amount]:
    """Return the quotas of everybody but the company, by depth, person and period.

    Parameters
    ----------
    components
        Which parts of a quota are added up; by default those that make up the goal.
    by_territory
        Whether someone who holds two seats, or a seat and a team, has an amount for each;
        otherwise each has one, a manager that of his team.
    """
    sheet = plan.quotas
    if sheet is None:
        return []
    wanted = [
        line
        for line in sheet.lines
        if line.level != "company"
        and (line.component in components if components else line.component not in sheet.beside)
    ]
    if not by_territory:
        wanted = _nearest_company(wanted)
    spans = _spans(plan, period)
    sums: dict[tuple[int, str, str, date], tuple[QuotaLine, int, int]] = {}
    for line in wanted:
        seat = (line.territory_id or "") if by_territory else ""
        key = (line.depth, line.rep_id, seat, spans[line.period_start][0])
        _, own, local = sums.get(key, (line, 0, 0))
        sums[key] = (line, own + line.quota, local + line.quota_local)
    return [
        _amount(plan, line, key[2], spans[line.period_start], own, local)
        for key, (line, own, local) in sorted(sums.items(), key=lambda item: item[0])
    ]


def _nearest_company(lines: list[QuotaLine]) -> list[QuotaLine]:
    """Keep each person's lines of the level nearest to the company: one owner has one quota."""
    depth: dict[str, int] = {}
    for line in lines:
        depth[line.rep_id] = min(depth.get(line.rep_id, line.depth), line.depth)
    return [line for line in lines if line.depth == depth[line.rep_id]]


def _spans(plan: Plan, period: QuotaPeriod) -> dict[date, tuple[date, date]]:
    """Return the first day, and the first day after, of the span that each month belongs to."""
    starts, length = plan.data.period.starts, MONTHS[period]
    ends = [*starts[length::length], plan.data.period.end]
    return {
        start: (starts[place - place % length], ends[place // length])
        for place, start in enumerate(starts)
    }


def _amount(
    plan: Plan, line: QuotaLine, seat: str, span: tuple[date, date], own: int, local: int
) -> Amount:
    return Amount(
        rep_id=line.rep_id,
        territory_id=seat,
        depth=line.depth,
        parent_id=line.parent_id or "",
        start=span[0],
        end=span[1],
        text=str(local) if line.counted else currency(line.currency).to_text(local),
        currency="" if line.counted else line.currency,
        plan_text=str(own) if line.counted else plan.data.currency.to_text(own),
        counted=line.counted,
    )


def goal_title(plan: Plan, one: Amount, longest: int) -> str:
    """Return what a goal is called: what tells it from others first, whatever is cut off."""
    names = {rep.rep_id: rep.name for rep in plan.data.reps}
    who = clean_name(names.get(one.rep_id, one.rep_id))
    return clean_name(
        f"{one.start.isoformat()} {one.rep_id} {who}, {plan.provenance.name}", longest
    )
