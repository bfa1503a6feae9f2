"""Quotas of a running plan settled again for the days that remain; closed days never change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from math import lcm

from planner.findings import Finding
from planner.inputs.reps import Rep
from planner.inputs.roster import DAY
from planner.quotas.change_managers import Reign, change_managers, reigns_of
from planner.quotas.change_terms import OpenComponent, QuotaChange, Stretch
from planner.quotas.mistakes import no_room
from planner.quotas.new_goals import raise_goal
from planner.quotas.parts import QuotaPart, cut_parts
from planner.quotas.refusals import refuse_overrides
from planner.quotas.remaining import OpenRows, Row, SeatRows, open_rows, round_rows
from planner.quotas.remaining_limits import keep_limits
from planner.quotas.result import QuotaSheet
from planner.quotas.rollup import FINE_SHARE
from planner.quotas.seasonality import split_exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class Resettled:
    """The parts of a plan after a change.

    Parameters
    ----------
    parts
        Closed ones as they were, then those that remain.
    touched
        People whose remaining quota is no longer what it was.
    dropped
        People whose quota had been set by hand and is not any more, since it was touched.
    goals
        The company's goal by component, minor units.
    bound
        The limits that stopped a quota, by person.
    findings
        What limits have to say.
    """

    parts: tuple[QuotaPart, ...]
    touched: frozenset[str]
    dropped: tuple[str, ...]
    goals: Mapping[str, int]
    bound: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def resettle(sheet: QuotaSheet, parts: Iterable[QuotaPart], change: QuotaChange) -> Resettled:
    """Settle the quotas of the days that remain.

    Quota rests with the seat: who serves it owes it, and open headcount owes it until somebody
    does. An account takes its part along, by its share of the seat's potential. A hire's ramp
    and an absence that nobody covers lower what a seat owes; that, a new goal, and what new
    accounts bring are shared by all whose quota no person has set, in proportion. Nobody else's
    quota changes, unless a limit stops one: then all others that are free take up the rest.
    Every level adds up to the goal and its rate, as in the plan.

    Parameters
    ----------
    sheet
        The running plan's quotas, for what was set by hand.
    parts
        The running plan's quotas by stretch of days.
    change
        What has changed.

    Raises
    ------
    ScenarioError
        When a quota is set by hand for nobody who owes one.
    InfeasibleError
        When what closed months hold is more than the new goal, or than a quota set by hand; or
        when the goal and the limits cannot hold together.
    """
    pieces = tuple(parts)
    owing = {part.rep_id for part in pieces if part.level == "rep"}
    serving = {tenure.rep_id for tenure in change.after.tenures}
    refuse_overrides(change.parameters, set(change.after.reps), owing | serving)
    names = sorted({part.component for part in pieces})
    steps = {name: _step(change, [p for p in pieces if p.component == name]) for name in names}
    for day in cut_days(change):
        pieces = cut_parts(pieces, day)
    closed = [part for part in pieces if part.end <= change.effective]
    open_ = [part for part in pieces if part.end > change.effective]
    goals = _new_goals(sheet, pieces, change)
    opened: list[OpenRows] = []
    for name in names:
        one = OpenComponent(
            name=name,
            direct=name not in sheet.beside,
            closed=tuple(p for p in closed if p.component == name),
            open=tuple(p for p in open_ if p.component == name),
            goal=goals[name],
            step=steps[name],
            targets=_targets(sheet, name, closed, open_, change),
        )
        opened.append(
            open_rows(SeatRows(change=change, component=one, columns=_columns(one, change)))
        )
    limited = keep_limits([one for one in opened if one.seats.component.direct], closed, change)
    every = [*limited.rows, *(one for one in opened if not one.seats.component.direct)]
    fitted = [(one.seats.component, round_rows(one)) for one in every]
    fitted.sort(key=lambda pair: pair[0].name)
    settled = [p for one, rows in fitted for p in _publish(one, change, rows.rows)]
    return Resettled(
        parts=(*closed, *settled),
        touched=frozenset().union(*(rows.touched for _, rows in fitted)),
        dropped=tuple(sorted(set().union(*(rows.dropped for _, rows in fitted)))),
        goals=goals,
        bound=limited.bound,
        findings=limited.findings,
    )


def _targets(
    sheet: QuotaSheet,
    name: str,
    closed: Sequence[QuotaPart],
    open_: Sequence[QuotaPart],
    change: QuotaChange,
) -> dict[str, Fraction]:
    """Return what people with a new quota set by hand owe of a component from now on."""
    if name in sheet.beside:
        return {}
    targets = {}
    for rep_id, amount in change.parameters.overrides.items():
        wanted = change.currency.to_minor(amount)
        if change.decided.get(rep_id) == wanted:
            continue
        mine = [p for p in (*closed, *open_) if p.rep_id == rep_id and p.level == "rep"]
        direct = [p for p in mine if p.component not in sheet.beside]
        before = sum(p.quota for p in direct)
        own = sum(p.quota for p in mine if p.component == name)
        done = sum(p.quota for p in closed if p in mine and p.component == name)
        share = Fraction(own, before) if before else Fraction(1)
        targets[rep_id] = wanted * share - done
    return targets


def cut_days(change: QuotaChange) -> list[date]:
    """Return the days on which the remaining quotas must be told apart."""
    days = {change.effective, change.goal_from, *(day for day, _ in change.goal_steps)}
    days |= {book.day for book in change.books}
    days |= {line.start for line in change.after.lines}
    for tenure in change.after.tenures:
        days |= {tenure.start} | ({tenure.end} if tenure.end else set())
    for rep in change.after.reps.values():
        days |= set(_absence_days(rep))
    first, last = change.effective, change.period.end
    return sorted(day for day in days if first <= day < last and day > change.period.start)


def _absence_days(rep: Rep) -> Iterable[date]:
    for away in rep.absences:
        yield away.start
        if away.end is not None and away.end < date.max:
            yield away.end + DAY


def _step(change: QuotaChange, parts: Sequence[QuotaPart]) -> int:
    """Return what a company's month is a multiple of, so that every level comes out whole."""
    rates = change.parameters.over_assignment
    depths = range(1, max((p.depth for p in parts if p.level == "manager"), default=0) + 1)
    used = [rates.rep, *(rates.of_depth(depth) for depth in depths)]
    step = lcm(*(Fraction(rate).denominator for rate in used))
    goal = sum(p.quota for p in parts if p.level == "company")
    return 1 if step * len(change.period.starts) * FINE_SHARE > goal else step


def _new_goals(
    sheet: QuotaSheet, parts: Sequence[QuotaPart], change: QuotaChange
) -> dict[str, int]:
    """Return the company's goal by component; a new one is shared as the old one was."""
    old: dict[str, int] = {}
    for part in parts:
        if part.level == "company":
            old[part.component] = old.get(part.component, 0) + part.quota
    old |= {name: change.goals[name] for name in old if name in change.goals}
    direct = [name for name in sorted(old) if name not in sheet.beside]
    wanted = change.currency.to_minor(change.parameters.goal)
    total = sum(old[name] for name in direct)
    if wanted != total:
        shares = [Fraction(old[name] * wanted, max(total, 1)) for name in direct]
        old |= dict(zip(direct, split_exactly(wanted, shares), strict=True))
    return old


def _columns(one: OpenComponent, change: QuotaChange) -> dict[Stretch, tuple[int, int]]:
    """Return what the company and all reps owe in each stretch that remains."""
    stretches = sorted({(p.start, p.end) for p in one.open})
    company = dict.fromkeys(stretches, 0)
    reps = dict.fromkeys(stretches, 0)
    for part in one.open:
        if part.level == "company":
            company[part.start, part.end] += part.quota
        elif part.level == "rep":
            reps[part.start, part.end] += part.quota
    done = sum(p.quota for p in one.closed if p.level == "company")
    delta = one.goal - done - sum(company.values())
    rate = change.parameters.over_assignment.rep
    kept = sum(p.quota for p in one.closed if p.level == "rep")
    wanted = round(one.goal * (1 + Fraction(rate))) - kept
    if not one.direct:
        before = done + sum(company.values())
        wanted = round(Fraction((kept + sum(reps.values())) * one.goal, before or 1)) - kept
    if not delta and wanted == sum(reps.values()) and not change.goal_steps:
        return {stretch: (company[stretch], reps[stretch]) for stretch in stretches}
    raised = raise_goal(company, delta, one, change)
    if wanted < 0 or any(amount < 0 for amount in raised.values()):
        raise no_room(
            "quota.goal",
            "quota.goal_below_closed",
            _below_closed(one, change, done),
            "Raise quota.goal, or date the change earlier.",
        )
    shares = [Fraction(raised[s] * wanted, max(sum(raised.values()), 1)) for s in stretches]
    totals = split_exactly(wanted, shares) if stretches else []
    return {s: (raised[s], total) for s, total in zip(stretches, totals, strict=True)}


def _below_closed(one: OpenComponent, change: QuotaChange, done: int) -> str:
    code, text = change.currency.code, change.currency.to_text
    return (
        f"The goal of {text(one.goal)} {code} ({one.name}) is less than what the months up to "
        f"{change.effective} hold already, {text(done)} {code}, and closed months do not change."
    )


def _publish(one: OpenComponent, change: QuotaChange, rows: Sequence[Row]) -> list[QuotaPart]:
    """Return all parts of the days that remain: the company, the managers and the reps."""
    columns = _columns(one, change)
    stretches = list(columns)
    company = [columns[stretch][0] for stretch in stretches]
    made = [_part("company", "company", None, 0, None, one, stretches, company)]
    for reign in reigns_of(change, stretches):
        places = [stretches.index(stretch) for stretch in reign.stretches]
        mine = [replace(row, amounts=tuple(row.amounts[j] for j in places)) for row in rows]
        made += _publish_people(one, change, [company[j] for j in places], mine, reign)
    return [
        part
        for group in made
        for part in group
        if part.quota or part.level != "rep" or _serves(part, change)
    ]


def _publish_people(
    one: OpenComponent,
    change: QuotaChange,
    company: Sequence[int],
    rows: Sequence[Row],
    reign: Reign,
) -> list[list[QuotaPart]]:
    """Return the parts of managers and reps for days in which nobody's manager changes."""
    hierarchy, stretches = reign.hierarchy, reign.stretches
    reps: dict[str, list[int]] = {}
    for row in rows:
        mine = reps.setdefault(row.rep_id, [0] * len(stretches))
        for place, amount in enumerate(row.amounts):
            mine[place] += amount
    carrying = {rep_id: tuple(amounts) for rep_id, amounts in reps.items()}
    managers = change_managers(one, change, company, carrying, reign)
    made = []
    for manager, amounts in managers.items():
        depth, parent = hierarchy.depths[manager], hierarchy.parents[manager]
        made.append(_part(manager, "manager", None, depth, parent, one, stretches, amounts))
    for row in rows:
        depth = len(hierarchy.chain(row.rep_id)) + 1
        parent = hierarchy.seat_parent(row.rep_id)
        made.append(
            _part(row.rep_id, "rep", row.territory_id, depth, parent, one, stretches, row.amounts)
        )
    return made


def _serves(part: QuotaPart, change: QuotaChange) -> bool:
    """Return whether a person who owes nothing is in the seat all the same."""
    seat = part.territory_id
    return seat is None or change.after.serves(seat, part.start) == part.rep_id


def _part(
    rep_id: str,
    level: str,
    territory_id: str | None,
    depth: int,
    parent_id: str | None,
    one: OpenComponent,
    stretches: Sequence[Stretch],
    amounts: Sequence[int],
) -> list[QuotaPart]:
    from typing import cast

    from planner.quotas.result import Level

    return [
        QuotaPart(
            rep_id=rep_id,
            level=cast("Level", level),
            component=one.name,
            territory_id=territory_id,
            depth=depth,
            parent_id=parent_id,
            start=start,
            end=end,
            quota=amount,
        )
        for (start, end), amount in zip(stretches, amounts, strict=True)
    ]
