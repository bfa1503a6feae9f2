"""Quotas as CRMs take them: one amount for each person and forecasting period."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from planner.inputs.money import currency
from planner.outputs.crm.files import LeftOut
from planner.outputs.crm.names import clean_name
from planner.outputs.parameters import QuotaPeriod
from planner.outputs.plan import Plan
from planner.quotas.result import LineKey, QuotaLine

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
    changed
        Whether it is to be written: not where a plan that was changed within its year has left
        it as the running plan had it.
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
    changed: bool = True


def plan_amounts(
    plan: Plan,
    period: QuotaPeriod,
    *,
    components: Collection[str] | None = None,
    by_territory: bool = False,
) -> list[Amount]:
    """Return the quotas of everybody but the company, by depth, person and period.

    Where a change within the year has ended somebody's quota of a period, it is nothing.

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

    def takes(line: QuotaLine) -> bool:
        chosen = components or ()
        return line.level != "company" and (
            line.component in chosen if chosen else line.component not in sheet.beside
        )

    spans = _spans(plan, period)

    def place(line: QuotaLine) -> tuple[str, str, date]:
        seat = (line.territory_id or "") if by_territory else ""
        return line.rep_id, seat, spans[line.period_start][0]

    wanted = [line for line in sheet.lines if takes(line)]
    if not by_territory:
        wanted = _nearest_company(wanted)
    known = {place(line) for line in wanted}
    ended = [line for line in _ended_lines(plan) if takes(line)]
    wanted += [line for line in ended if place(line) not in known]
    changed = changed_keys(plan)
    again = {place(line) for line in ended}
    found: dict[tuple[int, str, str, date], list[QuotaLine]] = {}
    for line in wanted:
        found.setdefault((line.depth, *place(line)), []).append(line)
    return [
        _amount(
            plan,
            lines,
            key[2],
            spans[lines[0].period_start],
            changed=changed is None or key[1:] in again or any(o.key in changed for o in lines),
        )
        for key, lines in sorted(found.items(), key=lambda item: item[0])
    ]


def changed_keys(plan: Plan) -> frozenset[LineKey] | None:
    """Return whose quota lines a change within the year has changed; None where all are written."""
    export = plan.provenance.scenario.get("export") or {}
    if plan.year is None or export.get("quota_rows") == "all":
        return None
    return frozenset((*(line.key for line in plan.year.lines_before), *plan.year.lines_new))


def unchanged_note(step: str, name: str, amounts: list[Amount]) -> list[LeftOut]:
    """Return the note that a change within the year writes only the quotas that it changed.

    Parameters
    ----------
    step, name
        Of the file.
    amounts
        Everybody's.
    """
    same = sum(not one.changed for one in amounts)
    if not same:
        return []
    reason = (
        f"{same:,} of {len(amounts):,} quotas are as the running plan has them: load that plan's, or "
        'give [export] quota_rows = "all". Where quotas of the running plan were loaded, those here '
        "take their place"
    )
    return [LeftOut(step=step, object=name, reason=reason)]


def _ended_lines(plan: Plan) -> list[QuotaLine]:
    """Return the running plan's lines of people who owe nothing in that month now, as nothing."""
    if plan.year is None or plan.quotas is None:
        return []
    known = {line.key for line in plan.quotas.lines}
    return [
        replace(line, quota=0, quota_local=0)
        for line in plan.year.lines_before
        if line.key not in known
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
    plan: Plan, lines: list[QuotaLine], seat: str, span: tuple[date, date], *, changed: bool
) -> Amount:
    line = lines[-1]
    own, local = sum(one.quota for one in lines), sum(one.quota_local for one in lines)
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
        changed=changed,
    )


def goal_title(plan: Plan, one: Amount, longest: int) -> str:
    """Return what a goal is called: what tells it from others first, whatever is cut off."""
    names = {rep.rep_id: rep.name for rep in plan.data.reps}
    who = clean_name(names.get(one.rep_id, one.rep_id))
    return clean_name(
        f"{one.start.isoformat()} {one.rep_id} {who}, {plan.provenance.name}", longest
    )
