"""A quota sheet from its parts: months, levels and local amounts of a changed plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from planner.inputs.money import currency as find_currency
from planner.inputs.money import find_rate
from planner.inputs.period import Period
from planner.inputs.roster import DAY
from planner.quotas.change_terms import QuotaChange, open_name, seat_last_after
from planner.quotas.hierarchy import COMPANY
from planner.quotas.parts import Owner, QuotaPart
from planner.quotas.resettlement import Resettled
from planner.quotas.result import QuotaDerivation, QuotaLine, QuotaSheet
from planner.units.presence import productive_months

LEVELS = {"company": 0, "manager": 1, "rep": 2}


def republish(sheet: QuotaSheet, settled: Resettled, change: QuotaChange) -> QuotaSheet:
    """Return the sheet of a changed plan; lines of closed months are those of the running one.

    Parameters
    ----------
    sheet
        The running plan's.
    settled
        All parts after the change.
    change
        What has changed.
    """
    direct = {name: goal for name, goal in settled.goals.items() if name not in sheet.beside}
    lines = _lines(sheet, settled.parts, change)
    return QuotaSheet(
        goal=sum(direct.values()),
        lines=lines,
        derivations=_derivations(sheet, settled, lines, change),
        totals=_totals(sheet, lines, change),
        findings=(),
        beside=sheet.beside,
    )


def _month_of(day: date, period: Period) -> date:
    return max(start for start in period.starts if start <= day)


def _lines(
    sheet: QuotaSheet, parts: Sequence[QuotaPart], change: QuotaChange
) -> tuple[QuotaLine, ...]:
    months: dict[tuple[Owner, date], list[QuotaPart]] = {}
    for part in parts:
        key = part.owner, _month_of(part.start, change.period)
        months.setdefault(key, []).append(part)
    before = {
        ((line.rep_id, line.level, line.component), line.period_start): line for line in sheet.lines
    }
    order = {name: place for place, name in enumerate(dict.fromkeys(p.component for p in parts))}
    lines = [
        _line(owner, start, group, before.get((owner, start)), change)
        for (owner, start), group in months.items()
    ]
    lines.sort(
        key=lambda line: (
            *(line.depth, LEVELS[line.level], line.rep_id, order[line.component]),
            line.period_start,
        )
    )
    return tuple(_localise(lines, before, change))


def _line(
    owner: Owner,
    start: date,
    group: Sequence[QuotaPart],
    before: QuotaLine | None,
    change: QuotaChange,
) -> QuotaLine:
    last = max(group, key=lambda part: (part.start, part.quota))
    quota = sum(part.quota for part in group)
    if before is not None and dict(change.period.bounds)[start] <= change.effective:
        return before
    rep_id, level, component = owner
    rep = change.after.reps.get(rep_id)
    own = rep.currency if rep is not None and rep.currency else change.currency.code
    code = before.currency if before is not None else own
    known = find_rate(code, change.currency, change.rates) is not None
    return QuotaLine(
        rep_id=rep_id,
        territory_id=_seat(group, rep_id, change) if level == "rep" else None,
        level=level,
        depth=last.depth,
        parent_id=last.parent_id,
        component=component,
        period_start=start,
        quota=quota,
        currency=code if known or before is not None else change.currency.code,
        quota_local=quota,
    )


def _seat(group: Sequence[QuotaPart], rep_id: str, change: QuotaChange) -> str | None:
    """Return the seat that a line stands under: the person's own, before one he only covers."""
    last = max(part.start for part in group)
    mine = [part.territory_id for part in group if part.start == last]
    held = change.after.seat_of(rep_id, last)
    return held if held in mine else mine[0]


def _localise(
    lines: Sequence[QuotaLine],
    before: Mapping[tuple[Owner, date], QuotaLine],
    change: QuotaChange,
) -> Iterable[QuotaLine]:
    """Give changed lines their amount in the person's own currency, rounded along their sum."""
    exact: dict[Owner, Fraction] = {}
    given: dict[Owner, int] = {}
    for line in lines:
        owner = line.rep_id, line.level, line.component
        old = before.get((owner, line.period_start))
        factor = _factor(line, change)
        if factor is None:
            yield line
            continue
        exact[owner] = exact.get(owner, Fraction(0)) + line.quota * factor
        local = round(exact[owner]) - given.get(owner, 0)
        if old is not None and old.quota == line.quota:
            local = old.quota_local
        given[owner] = given.get(owner, 0) + local
        yield replace(line, quota_local=local)


def _factor(line: QuotaLine, change: QuotaChange) -> Fraction | None:
    """Return minor units of the line's currency for one of the plan's; None where they are one."""
    own = change.currency
    if line.currency == own.code:
        return None
    rate = find_rate(line.currency, own, change.rates)
    if rate is None:
        return None
    scale = Fraction(10) ** (find_currency(line.currency).digits - own.digits)
    return scale / Fraction(repr(float(rate)))


def _derivations(
    sheet: QuotaSheet, settled: Resettled, lines: Sequence[QuotaLine], change: QuotaChange
) -> tuple[QuotaDerivation, ...]:
    """Return how each quota came about; one that nothing touched stands as it was."""
    totals: dict[tuple[str, str], int] = {}
    for line in lines:
        if line.level == "rep":
            key = line.rep_id, line.component
            totals[key] = totals.get(key, 0) + line.quota
    known = {(one.rep_id, one.component): one for one in sheet.derivations}
    by_hand = {
        rep_id
        for rep_id, amount in change.parameters.overrides.items()
        if change.decided.get(rep_id) != change.currency.to_minor(amount)
    }
    made = []
    last = _last_of_people(change)
    season = _season(lines, change)
    for (rep_id, component), quota in sorted(totals.items()):
        old = known.get((rep_id, component))
        if old is not None and rep_id not in settled.touched:
            made.append(old)
            continue
        start = old or _fresh(rep_id, component, quota, change)
        override = rep_id in by_hand and component not in sheet.beside
        words = f"settled again from {change.effective} on"
        made.append(
            replace(
                start,
                quota=quota,
                fair_share=quota,
                rounding=0,
                override=override,
                last_year=last.get(rep_id),
                ramp=_productive(rep_id, season, change, start.ramp),
                limits=(*settled.bound.get(rep_id, ()), words),
            )
        )
    order = {one.component: place for place, one in enumerate(sheet.derivations[::-1])}
    return tuple(sorted(made, key=lambda one: (-order.get(one.component, 0), one.rep_id)))


def _season(lines: Sequence[QuotaLine], change: QuotaChange) -> dict[date, Fraction]:
    """Return each month's share of what the company owes."""
    owed = dict.fromkeys(change.period.starts, 0)
    for line in lines:
        if line.level == "company":
            owed[line.period_start] += line.quota
    return {start: Fraction(quota, sum(owed.values()) or 1) for start, quota in owed.items()}


def _productive(
    rep_id: str, season: Mapping[date, Fraction], change: QuotaChange, otherwise: float
) -> float:
    """Return the share of the plan that a person is productive in, each month by its season."""
    rep = change.after.reps.get(rep_id)
    if rep is None:
        return otherwise
    months = productive_months(rep, change.period, change.parameters.ramp)
    monthly: list[float] = months.tolist()
    share = sum(float(part) * month for part, month in zip(season.values(), monthly, strict=True))
    return round(min(max(share, 0.0), 1.0), 12)


def _last_of_people(change: QuotaChange) -> dict[str, int]:
    """Return last year's quota of the accounts that each person serves at the plan's end."""
    last: dict[str, int] = {}
    strange: set[str] = set()
    known = seat_last_after(change)
    for seat in sorted(change.after.seats):
        rep_id = change.after.serves(seat, change.period.end - DAY) or open_name(change.after, seat)
        if seat in known:
            last[rep_id] = last.get(rep_id, 0) + known[seat]
        else:
            strange.add(rep_id)
    return {rep_id: amount for rep_id, amount in last.items() if rep_id not in strange}


def _fresh(rep_id: str, component: str, quota: int, change: QuotaChange) -> QuotaDerivation:
    rep = change.after.reps.get(rep_id)
    return QuotaDerivation(
        rep_id=rep_id,
        component=component,
        basis=quota,
        basis_history=0,
        basis_potential=0,
        ramp=1.0,
        capacity=rep.capacity if rep is not None else 1.0,
        fair_share=quota,
        quota=quota,
    )


def _totals(sheet: QuotaSheet, lines: Sequence[QuotaLine], change: QuotaChange) -> dict[str, int]:
    """Return the plan's totals by level; what falls on reps without a manager is the rest."""
    totals = {"company": 0, "manager": 0, "rep": 0, "manager_direct": 0}
    beside = {key: 0 for key in sheet.totals if key.startswith("beside:")}
    managed = 0
    for line in lines:
        if line.component in sheet.beside:
            beside[f"beside:{line.component}"] += line.quota if line.level == "rep" else 0
        elif line.level != "manager":
            totals[line.level] += line.quota
        elif line.parent_id == COMPANY:
            managed += line.quota
    if any(line.level == "manager" for line in lines):
        rate = change.parameters.over_assignment.of_depth(1)
        totals["manager"] = round(totals["company"] * (1 + Fraction(rate)))
        totals["manager_direct"] = totals["manager"] - managed
    return totals | beside
